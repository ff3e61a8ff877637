"""The user's profile in ~/.aws, as Amazon's command line writes it.

Variables of the environment come before it. LanceDB finds the same keys by itself.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from configparser import Error, RawConfigParser
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..errors import ConfigError, RemoteFailure

PROCESS_SECONDS = 60.0
"""For how long a program may take to give keys: it may ask its user in a browser."""

_KEYED = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SKIP_SIGNATURE")
"""Variables of the environment by which keys are found without a profile."""

_SIGN_IN = {
    "sso_session": "signs in by SSO",
    "sso_start_url": "signs in by SSO",
    "role_arn": "takes a role",
    "login_session": "signs in by the browser",
}
"""Settings of profiles whose keys come from a service of Amazon's, and what such a profile does."""


@dataclass(frozen=True, slots=True)
class AwsKey:
    """A pair of keys, with the token that belongs to temporary ones, and when those end."""

    key_id: str
    secret: str
    token: str = ""
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class AwsProfile:
    """A profile, of which each part may be empty.

    process: the command that gives its keys. signs_in: what it does to get keys from Amazon.
    """

    name: str = "default"
    key: AwsKey | None = None
    process: str = ""
    signs_in: str = ""
    region: str = ""
    endpoint: str = ""

    def keys(self) -> AwsKey | None:
        """Its keys now; None where it has none. Raises RemoteFailure."""
        if self.key is not None:
            return self.key
        if self.process:
            return _key_of_process(self.process, self.name)
        if self.signs_in:
            export = f"aws configure export-credentials --profile {shlex.quote(self.name)}"
            raise RemoteFailure(
                f"the profile {self.name} in ~/.aws {self.signs_in}, which docsearch does not do",
                f'run: eval "$({export} --format env)" (docs/remote.md)',
            )
        return None


def profile_in(environment: Mapping[str, str]) -> AwsProfile:
    """The profile that the environment names, or the default one, which need not be there.

    Raises ConfigError where the named one is not there, or a file cannot be read.
    """
    asked = environment.get("AWS_PROFILE", "")
    name = asked or "default"
    config, keys = map(_read, profile_files(environment))
    section = name if name == "default" else f"profile {name}"
    if asked and not (config.has_section(section) or keys.has_section(name)):
        raise ConfigError(
            f"AWS_PROFILE is {asked}, and there is no such profile in ~/.aws",
            "see those that are there: aws configure list-profiles",
        )
    fields = _fields(config, section)
    return AwsProfile(
        name,
        _key_in(_fields(keys, name)) or _key_in(fields),
        fields.get("credential_process", ""),
        next((does for setting, does in _SIGN_IN.items() if fields.get(setting)), ""),
        fields.get("region", ""),
        _endpoint_in(config, fields),
    )


def profile_files(environment: Mapping[str, str]) -> tuple[Path, Path]:
    """The file with the settings of profiles, and the one with their keys."""
    home = Path(environment.get("HOME") or Path.home()) / ".aws"
    config = environment.get("AWS_CONFIG_FILE") or home / "config"
    keys = environment.get("AWS_SHARED_CREDENTIALS_FILE") or home / "credentials"
    return Path(config).expanduser(), Path(keys).expanduser()


def profile_for_keys(environment: Mapping[str, str]) -> AwsProfile | None:
    """The profile, where the keys are to come from it: the environment has none."""
    if any(environment.get(name) for name in _KEYED):
        return None
    return profile_in(environment)


def _read(file: Path) -> RawConfigParser:
    parser = RawConfigParser(strict=False)
    try:
        if file.is_file():
            parser.read_string(file.read_text(encoding="utf-8"))
    except (OSError, Error, UnicodeDecodeError) as error:
        # The message of a parser may quote a line, which may be a secret.
        cause = error.strerror if isinstance(error, OSError) else "it is no file of settings"
        raise ConfigError(f"{file} cannot be read: {cause}", "mend or remove it") from error
    return parser


def _fields(parser: RawConfigParser, section: str) -> Mapping[str, str]:
    return dict(parser.items(section)) if parser.has_section(section) else {}


def _key_in(fields: Mapping[str, str]) -> AwsKey | None:
    key_id, secret = fields.get("aws_access_key_id"), fields.get("aws_secret_access_key")
    if not key_id or not secret:
        return None
    return AwsKey(key_id, secret, fields.get("aws_session_token", ""))


def _endpoint_in(config: RawConfigParser, fields: Mapping[str, str]) -> str:
    """The endpoint of S3 in the profile's section of services, else that of the profile."""
    services = _fields(config, f"services {fields.get('services', '')}")
    for line in services.get("s3", "").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "endpoint_url":
            return value.strip()
    return fields.get("endpoint_url", "")


def _key_of_process(command: str, profile: str) -> AwsKey:
    """The keys that a program writes as JSON. Raises RemoteFailure."""
    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, text=True, timeout=PROCESS_SECONDS
        )
        cause = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        if not done.returncode:
            cause = "it gave no keys"
            fields = json.loads(done.stdout)
            ends = fields.get("Expiration")
            return AwsKey(
                fields["AccessKeyId"],
                fields["SecretAccessKey"],
                fields.get("SessionToken") or "",
                datetime.fromisoformat(ends) if ends else None,
            )
    except (KeyError, TypeError, AttributeError):
        cause = "it gave no keys"
    except subprocess.TimeoutExpired:
        cause = f"it took more than {PROCESS_SECONDS:.0f} s"
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or "it gave no keys"
    raise RemoteFailure(
        f"the credential_process of the profile {profile} failed: {cause[:200]}",
        "run it by hand and mend it",
    )
