"""Profiles of ~/.aws: which keys, region and endpoint the environment and its files give."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest

from search.errors import ConfigError, RemoteFailure
from search.object_store.aws_profile import AwsKey, AwsProfile, profile_for_keys, profile_in
from search.object_store.client import ObjectStore
from search.object_store.options import client_options, lance_options

from .commands import docsearch
from .faulty_proxy import faulty_proxy
from .s3_server import put_files

URL = "s3://archive/index"
CONFIG = """
[default]
region = eu-west-1

[profile work]
region = eu-north-1
endpoint_url = https://all.example
services = near

[profile named]
credential_process = {process}
endpoint_url = http://127.0.0.1:9000

[profile whole]
aws_access_key_id = whole
aws_secret_access_key = secret%of#it

[profile company]
sso_session = company
sso_account_id = 123456789012

[profile admin]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = work

[services near]
s3 =
  endpoint_url = https://store.example
sqs =
  endpoint_url = https://queue.example
"""
CREDENTIALS = """
[default]
aws_access_key_id = own
aws_secret_access_key = own-secret

[work]
aws_access_key_id = works
aws_secret_access_key = works-secret
aws_session_token = works-token
"""
ENDS = "2100-01-01T00:00:00Z"
GIVEN = {
    "Version": 1,
    "AccessKeyId": "given",
    "SecretAccessKey": "given-secret",
    "SessionToken": "given-token",
    "Expiration": ENDS,
}


def program(folder: Path, code: str) -> str:
    """A command that runs this code."""
    file = folder / "give keys.py"
    file.write_text(code)
    return f"{sys.executable} '{file}'"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home with profiles; nothing else is set."""
    folder = tmp_path / "someone" / ".aws"
    folder.mkdir(parents=True)
    process = program(tmp_path, f"print({json.dumps(json.dumps(GIVEN))})")
    (folder / "config").write_text(CONFIG.format(process=process))
    (folder / "credentials").write_text(CREDENTIALS)
    return {"HOME": str(tmp_path / "someone")}


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("", AwsProfile(key=AwsKey("own", "own-secret"), region="eu-west-1")),
        (
            "work",
            AwsProfile(
                "work",
                AwsKey("works", "works-secret", "works-token"),
                region="eu-north-1",
                endpoint="https://store.example",
            ),
        ),
        ("whole", AwsProfile("whole", AwsKey("whole", "secret%of#it"))),
        ("company", AwsProfile("company", signs_in="signs in by SSO")),
        ("admin", AwsProfile("admin", signs_in="takes a role")),
    ],
)
def test_profiles(environment: dict[str, str], name: str, profile: AwsProfile) -> None:
    assert profile_in(environment | {"AWS_PROFILE": name}) == profile


def test_no_files(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    assert profile_in(environment) == AwsProfile()
    assert "credential_provider" not in client_options(URL, environment)
    assert client_options(URL, environment)["config"] == {}


def test_files_of_other_names(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[default]\nregion = eu-south-1\n")
    (tmp_path / "keys").write_text("[default]\naws_access_key_id=a\naws_secret_access_key=b\n")
    others = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "keys"),
    }
    assert profile_in(environment | others) == AwsProfile(key=AwsKey("a", "b"), region="eu-south-1")


def test_the_environment_comes_first(environment: dict[str, str]) -> None:
    named = environment | {"AWS_PROFILE": "work"}
    assert client_options(URL, named)["config"] == {
        "aws_endpoint": "https://store.example",
        "aws_region": "eu-north-1",
    }
    own = named | {"AWS_REGION": "us-east-2", "AWS_ENDPOINT_URL": "https://mine.example"}
    assert client_options(URL, own)["config"] == {}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SKIP_SIGNATURE"):
        assert profile_for_keys(named | {name: "x"}) is None
        assert "credential_provider" not in client_options(URL, named | {name: "x"})
    # Other stores have nothing to do with Amazon's profiles.
    assert "config" not in client_options("gs://archive", named)


def test_what_lancedb_is_told(environment: dict[str, str]) -> None:
    """It finds the keys by itself."""
    told = lance_options(URL, environment | {"AWS_PROFILE": "work"})
    assert (told["aws_endpoint"], told["aws_region"]) == ("https://store.example", "eu-north-1")
    assert lance_options(URL, environment | {"AWS_PROFILE": "named"})["allow_http"] == "true"
    assert not any("secret" in value or "key" in value for value in told.values())


def test_a_program_gives_keys(environment: dict[str, str]) -> None:
    give = client_options(URL, environment | {"AWS_PROFILE": "named"})["credential_provider"]
    expected = {
        "access_key_id": "given",
        "secret_access_key": "given-secret",
        "token": "given-token",
        "expires_at": datetime(2100, 1, 1, tzinfo=UTC),
    }
    assert [give(), give()] == [expected, expected]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import sys; sys.exit('no\\nsign in again')", "sign in again"),
        ("import sys; sys.exit(3)", "exit code 3"),
        ("print('hello')", "it gave no keys"),
        ("print('{}')", "it gave no keys"),
        ("print('[]')", "it gave no keys"),
    ],
)
def test_a_program_that_fails(
    environment: dict[str, str], tmp_path: Path, code: str, cause: str
) -> None:
    program(tmp_path, code)
    with pytest.raises(RemoteFailure) as failed:
        profile_in(environment | {"AWS_PROFILE": "named"}).keys()
    assert str(failed.value) == (
        f"the credential_process of the profile named failed: {cause}; run it by hand and mend it"
    )


def test_a_program_that_is_missing() -> None:
    with pytest.raises(RemoteFailure) as failed:
        AwsProfile("gone", process="/nowhere/at/all").keys()
    assert "failed: No such file or directory; " in str(failed.value)


def test_what_cannot_be_used(environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as missing:
        profile_in(environment | {"AWS_PROFILE": "nobody"})
    assert str(missing.value) == (
        "AWS_PROFILE is nobody, and there is no such profile in ~/.aws; see those that are there: "
        "aws configure list-profiles"
    )
    (tmp_path / "config").write_text("aws_secret_access_key = hush\n")
    with pytest.raises(ConfigError) as broken:
        profile_in(environment | {"AWS_CONFIG_FILE": str(tmp_path / "config")})
    assert str(broken.value) == (
        f"{tmp_path}/config cannot be read: it is no file of settings; mend or remove it"
    )


@pytest.fixture
def only_profiles(
    store_url: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], None]:
    """Makes the environment name a profile at an endpoint, and nothing else of Amazon's."""

    def use(name: str, endpoint: str) -> None:
        for variable in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(variable)
        folder = Path(environment["HOME"], ".aws")
        text = (folder / "config").read_text()
        for other in ("https://store.example", "http://127.0.0.1:9000"):
            text = text.replace(other, endpoint)
        (folder / "config").write_text(text)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
        monkeypatch.setenv("AWS_PROFILE", name)

    return use


@pytest.mark.parametrize(
    ("name", "key"), [("work", "works/eu-north-1"), ("named", "given/us-east-1")]
)
def test_both_libraries_sign_with_the_same_keys(
    store_url: str,
    s3_endpoint: str,
    notes: Path,
    tmp_path: Path,
    only_profiles: Callable[[str, str], None],
    name: str,
    key: str,
) -> None:
    put_files(notes, f"{store_url}/notes")
    keys: set[str] = set()

    def note(headers: Message) -> None:
        key_id, _, region, *_ = headers["Authorization"].partition("Credential=")[2].split("/")
        keys.add(f"{key_id}/{region}")

    with faulty_proxy(s3_endpoint, lambda method, path, number: "", note) as endpoint:
        only_profiles(name, endpoint)
        ObjectStore(store_url).read("nothing")
        assert keys == {key}
        index = ("--index", f"{store_url}/index")
        done = docsearch("ingest", f"{store_url}/notes", *index, cwd=tmp_path)
        assert (done.code, done.err.splitlines()[-1][:20]) == (0, "documents: 4 added; ")
        found = docsearch("query", "tide", "-l", *index, cwd=tmp_path)
        assert (found.code, found.out) == (0, f"{store_url}/notes/sea.rst\n")
    assert keys == {key}
    # No secret is written anywhere.
    for folder in ("cache", "xdg-data", "xdg-config", "home"):
        for path in (tmp_path / folder).rglob("*"):
            assert not path.is_file() or b"-secret" not in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "does"), [("company", "signs in by SSO"), ("admin", "takes a role")]
)
def test_profiles_that_sign_in_are_exported(
    store_url: str,
    s3_endpoint: str,
    tmp_path: Path,
    only_profiles: Callable[[str, str], None],
    name: str,
    does: str,
) -> None:
    only_profiles(name, s3_endpoint)
    done = docsearch("query", "tide", "--index", store_url, cwd=tmp_path)
    assert (done.code, done.err) == (
        2,
        f"docsearch: the profile {name} in ~/.aws {does}, which docsearch does not do; run: eval "
        f'"$(aws configure export-credentials --profile {name} --format env)" (docs/remote.md)\n',
    )
