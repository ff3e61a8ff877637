"""Model names lead to folders, and pulls from a hub on the loopback withstand every fault."""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from search.errors import ModelError, StorageFull, UsageError
from search.models.caches import ModelState, cached_models, condition, hub_place, repository_folder
from search.models.local import find, model_folder
from search.supply.deletion import remove
from search.supply.hub import ConnectionCut, Hub, is_wanted
from search.supply.pulling import Fetching, pull

from .hub_server import Faults, HubServer, git_id
from .made_models import NOT_FETCHED, empty_caches, made, write_model

NAME = "mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ"
FILES = {
    "config.json": b'{"model_type": "qwen3"}',
    "tokenizer.json": b'{"model": {}}',
    "model.safetensors": b"\x10\0\0\0\0\0\0\0" + b'{"a": 1} ' + bytes(range(256)) * 400,
    "README.md": b"---\nlicense: apache-2.0\n---\n",
    **NOT_FETCHED,
}
WEIGHTS = FILES["model.safetensors"]


@pytest.fixture(autouse=True)
def no_discovered_caches(monkeypatch, tmp_path):
    empty_caches(monkeypatch, tmp_path)


def cache(tmp_path: Path) -> Path:
    return tmp_path / "hub" / repository_folder(NAME)


def pulled(tmp_path: Path, server: HubServer) -> tuple[Path, list[Fetching]]:
    states: list[Fetching] = []
    return pull(NAME, None, states.append, Hub(server.address)), states


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


WHOLE = {name: data for name, data in FILES.items() if name not in NOT_FETCHED}


def test_a_pull_fetches_what_is_needed_and_nothing_else(tmp_path):
    with HubServer({NAME: FILES}) as server:
        folder, states = pulled(tmp_path, server)
        assert folder == cache(tmp_path) / "snapshots" / server.commit(NAME)
        assert contents(folder) == WHOLE
        assert server.requests == [
            f"GET /api/models/{NAME}",
            *(
                line
                for name in ("config.json", "tokenizer.json", "README.md", "model.safetensors")
                for line in requests_for(name, server)
            ),
        ]
    total = sum(map(len, WHOLE.values()))
    assert states[-1] == Fetching(NAME, "model.safetensors", total, total)
    assert [state.done_bytes for state in states] == sorted(state.done_bytes for state in states)
    assert find(NAME)[0].folder == folder


def requests_for(name: str, server: HubServer) -> list[str]:
    """The lines of the requests for one file."""
    lines = [f"GET /{NAME}/resolve/{server.commit(NAME)}/{name}"]
    if name.endswith((".safetensors", "tokenizer.json")):
        lines.append(f"GET /cdn/{hashlib.sha256(FILES[name]).hexdigest()}/{name}")
    return lines


def test_the_cache_is_as_the_hubs_own_client_makes_it(tmp_path):
    script = (
        "import sys; from huggingface_hub import snapshot_download\n"
        "snapshot_download(sys.argv[1], allow_patterns=sys.argv[2:])"
    )
    with HubServer({NAME: FILES}) as server:
        folder, _ = pulled(tmp_path, server)
        client_settings = {
            "HF_ENDPOINT": server.address,
            "HF_HUB_CACHE": str(tmp_path / "client"),
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }
        subprocess.run(
            [sys.executable, "-c", script, NAME, *WHOLE],
            check=True,
            env=os.environ | client_settings,
            capture_output=True,
        )
        # The client takes our cache for its own.
        offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(tmp_path / "hub")}
        script = (
            "import sys; from huggingface_hub import hf_hub_download; "
            "print(hf_hub_download(sys.argv[1], 'config.json'))"
        )
        found = subprocess.run(
            [sys.executable, "-c", script, NAME],
            check=True,
            env=os.environ | offline,
            capture_output=True,
            text=True,
        )
    assert found.stdout == f"{folder / 'config.json'}\n"

    def links(top: Path) -> dict[str, str]:
        below = top / repository_folder(NAME)
        paths = [
            path
            for path in below.rglob("*")
            if path.is_symlink() or path.parent.name in ("blobs", "refs")
        ]
        return {
            str(path.relative_to(below)): os.readlink(path)
            if path.is_symlink()
            else str(path.stat().st_size)
            for path in paths
        }

    assert links(tmp_path / "hub") == links(tmp_path / "client")


def test_a_second_pull_only_checks(tmp_path):
    with HubServer({NAME: FILES}) as server:
        folder, _ = pulled(tmp_path, server)
        server.requests.clear()
        assert pulled(tmp_path, server)[0] == folder
        assert server.requests == [f"GET /api/models/{NAME}"]


def test_a_pull_mends_damaged_and_lost_files(tmp_path):
    with HubServer({NAME: FILES}) as server:
        folder, _ = pulled(tmp_path, server)
        (folder / "model.safetensors").resolve().write_bytes(bytes(len(WEIGHTS)))
        (folder / "config.json").resolve().unlink()
        (folder / "tokenizer.json").unlink()
        pulled(tmp_path, server)
    assert contents(folder) == WHOLE


def test_a_new_commit_is_named_only_when_it_is_whole(tmp_path):
    with HubServer({NAME: FILES}) as server:
        old, _ = pulled(tmp_path, server)
        server.repositories = {NAME: FILES | {"model.safetensors": WEIGHTS[::-1]}}
        server.faults = Faults(cut_after={"model.safetensors": 0}, cuts=99)
        with pytest.raises(ConnectionCut):
            pulled(tmp_path, server)
        assert find(NAME)[0].folder == old
        server.faults = Faults()
        new, _ = pulled(tmp_path, server)
        assert find(NAME)[0].folder == new != old


def test_a_cut_connection_is_taken_up_again(tmp_path):
    with HubServer(
        {NAME: FILES}, Faults(cut_after={"model.safetensors": 70_000}, cuts=1)
    ) as server:
        folder, _ = pulled(tmp_path, server)
        assert [line for line in server.requests if "bytes=" in line] == [
            f"{line} bytes=70000-" for line in requests_for("model.safetensors", server)
        ]
    assert contents(folder) == WHOLE


def test_a_pull_that_was_stopped_goes_on_in_the_next_run(tmp_path):
    with HubServer(
        {NAME: FILES}, Faults(cut_after={"model.safetensors": 70_000}, cuts=1)
    ) as server:

        class Stopped(Exception):
            pass

        def stop(state: Fetching) -> None:
            if state.file == "model.safetensors":
                raise Stopped

        with pytest.raises(Stopped):
            pull(NAME, None, stop, Hub(server.address))
        model = find(NAME)[0]
        assert condition(model) == (ModelState.PARTIAL, "model.safetensors missing")
        partial = next((cache(tmp_path) / "blobs").glob("*.incomplete"))
        partial_size = partial.stat().st_size
        assert 0 < partial_size <= 70_000
        server.requests.clear()
        server.faults = Faults()
        folder, _ = pulled(tmp_path, server)
        assert [line for line in server.requests if "bytes=" in line] == [
            f"{line} bytes={partial_size}-" for line in requests_for("model.safetensors", server)
        ]
    assert contents(folder) == WHOLE
    assert not list((cache(tmp_path) / "blobs").glob("*.incomplete"))


def test_a_part_that_a_power_cut_damaged_is_fetched_again(tmp_path):
    with HubServer({NAME: FILES}) as server:
        blob = cache(tmp_path) / "blobs" / hashlib.sha256(FILES["model.safetensors"]).hexdigest()
        blob.parent.mkdir(parents=True)
        (blob.parent / f"{blob.name}.incomplete").write_bytes(bytes(50_000))
        folder, _ = pulled(tmp_path, server)
        first, second = requests_for("model.safetensors", server)
        assert [line for line in server.requests if "GET" in line and "model.safet" in line] == [
            *(f"{first} bytes=50000-", f"{second} bytes=50000-"),
            *(first, second),
        ]
    assert contents(folder) == WHOLE


def test_a_hub_without_ranges_sends_the_file_again(tmp_path):
    faults = Faults(cut_after={"model.safetensors": 70_000}, cuts=1, ignore_ranges=True)
    with HubServer({NAME: FILES}, faults) as server:
        folder, _ = pulled(tmp_path, server)
    assert contents(folder) == WHOLE


AGAIN = "run the same command again: it goes on where it stopped"
REFUSALS = {
    "no such model": (
        (404, {"X-Error-Code": "RepoNotFound"}),
        f"the hub has no model {NAME}",
        "check the name as ORG/NAME",
    ),
    "not logged in": (
        (401, {}),
        f"the hub wants a valid access token for {NAME}",
        "set HF_TOKEN to a token that may",
    ),
    "a wrong token": (
        (401, {"X-Error-Message": "Invalid credentials in Authorization header"}),
        f"the hub wants a valid access token for {NAME}",
        "check the name, and set HF_TOKEN to a token that may read it",
    ),
    "gated": (
        (403, {"X-Error-Code": "GatedRepo"}),
        f"{NAME} is only for those who have accepted its terms",
        "accept them at ",
    ),
    "forbidden": (
        (403, {}),
        f"the hub does not let this access token read {NAME}",
        "check the token's rights",
    ),
    "too many requests": (
        (429, {"Retry-After": "55"}),
        "the hub allows no more requests for now; it asks to wait 55 s",
        f"wait, then {AGAIN}",
    ),
    "a fault": ((503, {}), "the hub has a fault (HTTP 503)", "try again later"),
    "a proxy's question": (
        (407, {}),
        "the proxy asks for a user name and a password",
        "HTTPS_PROXY",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.parametrize("stage", ["refuse", "refuse_files"])
def test_a_refusal_of_the_hub_is_an_error_of_one_line(tmp_path, name, stage):
    answer, message, hint = REFUSALS[name]
    with (
        HubServer({NAME: FILES}, Faults(**{stage: answer})) as server,
        pytest.raises(ModelError) as caught,
    ):
        pulled(tmp_path, server)
    assert caught.value.message == message
    assert hint in caught.value.hint
    assert find(NAME) == [] or condition(find(NAME)[0])[0] is ModelState.PARTIAL


def test_a_token_opens_a_gated_model(tmp_path, monkeypatch):
    with HubServer({NAME: FILES}, Faults(token="hf_secret")) as server:
        with pytest.raises(ModelError, match="is only for those who have accepted its terms"):
            pulled(tmp_path, server)
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        assert contents(pulled(tmp_path, server)[0]) == WHOLE


def test_a_hub_that_cannot_be_reached_is_told(tmp_path):
    with HubServer({}) as server:
        address = server.address
    with pytest.raises(
        ConnectionCut,
        match=f"the connection to {address} failed: .*refused; check the network and HTTPS_PROXY",
    ):
        pull(NAME, None, hub=Hub(address))


def test_a_login_page_in_the_hubs_place_is_told(tmp_path):
    with (
        HubServer({}, Faults(page=b"<html>Welcome to our Wi-Fi</html>")) as server,
        pytest.raises(
            ModelError,
            match=f"the server at {server.address} is not a model hub; check HF_ENDPOINT",
        ),
    ):
        pulled(tmp_path, server)


def test_a_listing_whose_checksums_are_paths_is_refused(tmp_path):
    class Evil(HubServer):
        def _sibling(self, file, data):
            return super()._sibling(file, data) | {
                "lfs": {"sha256": "../../evil", "size": 1, "pointerSize": 1}
            }

    with Evil({NAME: FILES}) as server, pytest.raises(ModelError, match="is not a model hub"):
        pulled(tmp_path, server)
    assert not (tmp_path / "hub").exists()


def test_wrong_bytes_are_thrown_away(tmp_path):
    with HubServer(
        {NAME: FILES}, Faults(swap={"model.safetensors": bytes(len(WEIGHTS))})
    ) as server:
        with pytest.raises(
            ModelError,
            match=f"model.safetensors of {NAME} came with a wrong checksum; run the same",
        ):
            pulled(tmp_path, server)
        assert not list((cache(tmp_path) / "blobs").glob("*.incomplete"))
        server.faults = Faults()
        assert contents(pulled(tmp_path, server)[0]) == WHOLE


def test_a_file_that_stays_short_is_refused(tmp_path):
    with (
        HubServer({NAME: FILES}, Faults(sizes={"model.safetensors": len(WEIGHTS) + 9})) as server,
        pytest.raises(
            ModelError, match=rf"the hub sent {len(WEIGHTS):,} of {len(WEIGHTS) + 9:,} bytes"
        ),
    ):
        pulled(tmp_path, server)


def test_a_file_that_is_too_long_is_refused(tmp_path):
    with (
        HubServer({NAME: FILES}, Faults(swap={"model.safetensors": WEIGHTS * 2})) as server,
        pytest.raises(ModelError, match="came with a wrong checksum"),
    ):
        pulled(tmp_path, server)


def test_a_disk_that_is_too_small_is_known_before(tmp_path):
    with HubServer({NAME: FILES}, Faults(sizes={"model.safetensors": 10**15})) as server:
        with pytest.raises(
            StorageFull,
            match=r"1,000,000.00 GB are to be fetched, and the disk of .*hub has .* GB left",
        ):
            pulled(tmp_path, server)
        assert server.requests == [f"GET /api/models/{NAME}"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_is_told(tmp_path):
    with HubServer({NAME: FILES}) as server:
        sha256 = requests_for("model.safetensors", server)[1].split("/")[2]
        blobs = cache(tmp_path) / "blobs"
        blobs.mkdir(parents=True)
        (blobs / f"{sha256}.incomplete").symlink_to("/dev/full")
        with pytest.raises(
            StorageFull,
            match=r"the disk of .*hub is full; make room, then run the same command again",
        ) as caught:
            pulled(tmp_path, server)
        assert caught.value.__cause__.errno == errno.ENOSPC
        (blobs / f"{sha256}.incomplete").unlink()
        assert contents(pulled(tmp_path, server)[0]) == WHOLE


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        (
            "model.safetensors",
            "has no weights as safetensors; pickled weights and code are not read",
        ),
        ("tokenizer.json", "has no tokenizer.json"),
        ("config.json", "has no config.json"),
    ],
)
def test_a_repository_that_cannot_work_is_refused_before_it_is_fetched(tmp_path, lost, message):
    files = {name: data for name, data in FILES.items() if name != lost}
    with HubServer({NAME: files}) as server, pytest.raises(ModelError, match=message):
        pulled(tmp_path, server)
    assert not (tmp_path / "hub").exists()


@pytest.mark.parametrize("config", [b'{"model_type": "llama"}', b"{}", b"["])
def test_an_architecture_that_does_not_run_here_is_refused_before_its_weights(tmp_path, config):
    with (
        HubServer({NAME: FILES | {"config.json": config}}) as server,
        pytest.raises(
            ModelError,
            match=(
                r"is a (llama|None) model, which does not run here; choose one of: bert, "
                r"|is not JSON"
            ),
        ),
    ):
        pulled(tmp_path, server)
    assert [line.rsplit("/", 1)[-1] for line in server.requests] == [
        NAME.split("/")[1],
        "config.json",
    ]


def test_an_impossible_name_is_refused():
    with (
        HubServer({}) as server,
        pytest.raises(UsageError, match="a b/c is not the name of a model; name one as ORG/NAME"),
    ):
        pull("a b/c", None, hub=Hub(server.address))


def test_a_pull_obeys_an_environment_that_forbids_the_network(tmp_path):
    code = f"from search.supply.pulling import pull; pull({NAME!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stderr.splitlines()[-1] == (
        "search.errors.ModelError: the environment forbids using the network; "
        "unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE, then run the same command again"
    )


def test_a_pull_of_a_model_that_is_being_pulled_is_refused(tmp_path):
    with HubServer({NAME: FILES}) as server:

        def pull_too(state: Fetching) -> None:
            pull(NAME, None, hub=Hub(server.address))

        with pytest.raises(
            ModelError, match=f"another docsearch is fetching {NAME}; wait until it has finished"
        ):
            pull(NAME, None, pull_too, Hub(server.address))


def test_a_snapshot_without_links_is_whole(tmp_path):
    """On a disk without links the blobs lie in the snapshot, where the hub's client moves them."""
    with HubServer({NAME: FILES}) as server:
        folder, _ = pulled(tmp_path, server)
        for path in (folder / name for name in WHOLE):
            blob = path.resolve()
            path.unlink()
            blob.rename(path)
        server.requests.clear()
        pulled(tmp_path, server)
        assert server.requests == [f"GET /api/models/{NAME}"]
    assert contents(folder) == WHOLE
    # The bytes of FILES are not a safetensors file.
    assert condition(find(NAME)[0])[0] is ModelState.DAMAGED


def test_an_unplugged_disk_is_told(tmp_path, monkeypatch):
    missing = tmp_path / "Volumes" / "Models"
    message = f"the models folder {missing} \\(from DOCSEARCH_MODELS\\) is not there"
    monkeypatch.setenv("DOCSEARCH_MODELS", str(missing))
    with pytest.raises(ModelError, match=f"{message}; plug in its disk, or create the folder"):
        pull(NAME)
    with pytest.raises(
        ModelError,
        match=(
            f"x/y is not here, and {message}; plug in its disk, or run: docsearch models pull x/y"
        ),
    ):
        model_folder("x/y")
    assert not missing.exists()
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "Volumes" / "Other" / "hub"))
    monkeypatch.delenv("DOCSEARCH_MODELS")
    with pytest.raises(ModelError, match=r"Volumes/Other/hub \(from HF_HUB_CACHE\) is not there"):
        pull(NAME)


def test_the_environment_names_the_hubs_cache(tmp_path, monkeypatch):
    monkeypatch.delenv("HF_HUB_CACHE")
    assert hub_place().folder == Path.home() / ".cache" / "huggingface" / "hub"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert hub_place().folder == tmp_path / "xdg" / "huggingface" / "hub"
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    assert hub_place().folder == tmp_path / "hf" / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", "~/cache")
    assert hub_place().folder == Path.home() / "cache"


def test_a_name_or_a_path_leads_to_a_model(tmp_path):
    models = tmp_path / "models"
    files = made("mlx-community/bge-small-en-v1.5-4bit")
    plain = write_model(models / "bge-plain", files)
    in_org = write_model(models / "org" / "bge-in-org", files)
    twins = [write_model(models / org / "bge-twin", files) for org in ("a", "b")]
    folder = str(models)
    assert model_folder(str(plain)) == plain
    assert model_folder("bge-plain", folder) == plain
    assert model_folder("org/bge-in-org", folder) == model_folder("bge-in-org", folder) == in_org
    assert model_folder("a/bge-twin", folder) == twins[0]
    with pytest.raises(
        ModelError,
        match="bge-twin is the name of a/bge-twin and of b/bge-twin; give the whole name",
    ):
        model_folder("bge-twin", folder)
    with pytest.raises(
        ModelError, match="the model org/other is not here; run: docsearch models pull org/other"
    ):
        model_folder("org/other", folder)
    with pytest.raises(ModelError, match="none is not a model folder"):
        model_folder(str(tmp_path / "none"))
    (in_org / "tokenizer.json").unlink()
    with pytest.raises(
        ModelError,
        match=r"org/bge-in-org is partial: tokenizer.json missing; run: docsearch models pull org/",
    ):
        model_folder("bge-in-org", folder)


def test_a_folder_in_the_working_folder_is_not_taken_for_a_model(tmp_path, monkeypatch):
    monkeypatch.chdir(
        write_model(
            tmp_path / "work" / "org" / "bge", made("mlx-community/bge-small-en-v1.5-4bit")
        ).parent.parent
    )
    with pytest.raises(ModelError) as caught:
        model_folder("org/bge")
    assert str(caught.value) == (
        "the model org/bge is not here, but a folder of that name is; to use the folder, name it "
        "./org/bge; for the model, run: docsearch models pull org/bge"
    )
    assert model_folder("./org/bge") == Path("org/bge")
    cached = write_model(
        tmp_path / "models" / "org" / "bge", made("mlx-community/bge-small-en-v1.5-4bit")
    )
    assert model_folder("org/bge", str(tmp_path / "models")) == cached


def test_a_removal_deletes_its_model_and_no_other(tmp_path):
    with HubServer({NAME: FILES, "org/other": FILES}) as server:
        pulled(tmp_path, server)
        other = pull("org/other", None, hub=Hub(server.address))
    size = sum(map(len, WHOLE.values()))
    freed = remove(find(NAME)[0])
    # The name of the commit is removed too.
    assert size <= freed <= size + 100
    assert find(NAME) == []
    assert contents(other) == WHOLE
    assert [model.name for model in cached_models(hub_place())] == ["org/other"]


def test_a_partial_model_can_be_removed(tmp_path):
    with (
        HubServer({NAME: FILES}, Faults(cut_after={"config.json": 0}, cuts=99)) as server,
        pytest.raises(ConnectionCut),
    ):
        pulled(tmp_path, server)
    remove(find(NAME)[0])
    assert find(NAME) == []
    shutil.rmtree(tmp_path / "hub")
    assert find(NAME) == []


def test_a_removal_of_a_linked_model_deletes_only_the_link(tmp_path):
    linked = write_model(tmp_path / "own" / "bge-own", made("mlx-community/bge-small-en-v1.5-4bit"))
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "bge-own").symlink_to(linked)
    remove(find("bge-own", str(tmp_path / "disk"))[0])
    assert (list((tmp_path / "disk").iterdir()), (linked / "config.json").is_file()) == ([], True)


def test_only_the_wanted_files_are_fetched():
    wanted = [
        "model-00001-of-00002.safetensors",
        "1_Pooling/config.json",
        "LICENSE",
        "tokenizer.json",
    ]
    assert [
        name
        for name in [*wanted, *NOT_FETCHED, "1_LogitScore/config.json", "x/config.json"]
        if is_wanted(name)
    ] == wanted


def test_the_servers_ids_are_those_of_git():
    assert git_id(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_importing_the_hub_loads_nothing_heavy():
    code = (
        "import sys, search.supply.hub, search.supply.pulling, search.supply.inventory\n"
        "print({'numpy', 'mlx', 'huggingface_hub', 'httpx2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_only_a_name_in_the_form_of_a_repository_can_be_pulled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError) as caught:
        model_folder("nonsense")
    assert str(caught.value) == "the model nonsense is not here; run: docsearch models list"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_file_is_flushed_before_it_gets_its_name_and_the_commit_is_named_last(
    tmp_path, monkeypatch
):
    """A power cut never leaves a file under its final name without its bytes."""
    calls = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(descriptor):
        calls.append(("flush", os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}"))))
        fsync(descriptor)

    def noted_replace(old, new):
        calls.append(("name", os.path.basename(new)))
        replace(old, new)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    with HubServer({NAME: FILES}) as server:
        pulled(tmp_path, server)
    names = [name for kind, name in calls if kind == "name"]
    assert len(names) == len(WHOLE) + 1
    assert names[-1] == "main"
    assert calls == [
        call
        for name in names
        for call in (
            ("flush", f"{name}.incomplete" if name != "main" else "main.new"),
            ("name", name),
            ("flush", "blobs" if name != "main" else "refs"),
        )
    ]


def test_a_models_folder_that_may_not_be_read_is_told(tmp_path):
    """The search is that of an ordinary user, since nothing is refused to root."""
    place = tmp_path / "models"
    inner = place / "o" / "closed"
    inner.mkdir(parents=True)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == os.getuid() and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    script = (
        "import os, sys\n"
        "from search.models.local import model_folder\n"
        "from search.errors import ModelError\n"
        "import platformdirs.unix, tempfile\n"
        "if os.getuid() == 0: os.setgid(65534), os.setuid(65534)\n"
        "try: model_folder('o/closed', sys.argv[1])\n"
        "except ModelError as error: print(error)\n"
    )
    told = []
    for closed in (place, inner):
        closed.chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", script, place],
            capture_output=True,
            text=True,
            env={**os.environ, "HF_HUB_CACHE": str(tmp_path / "hub")},
        )
        closed.chmod(0o755)
        told.append(done.stdout.replace(str(closed), "FOLDER").strip() or done.stderr)
    assert told == [
        "the models folder FOLDER may not be read; correct its permissions, or move it",
        "the models folder FOLDER/config.json may not be read; correct its permissions, or move it",
    ]
