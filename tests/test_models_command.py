"""`docsearch models` runs in new processes against a hub on the loopback."""

import json
import os
import re
import threading
from pathlib import Path

import pytest

from search.models.caches import repository_folder

from .commands import Done, docsearch
from .hub_server import Faults, HubServer
from .made_models import MADE, empty_caches, made, write_model

DWQ, RERANKER = "mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ", "Qwen/Qwen3-Reranker-0.6B"


@pytest.fixture(autouse=True)
def no_discovered_caches(monkeypatch, tmp_path):
    empty_caches(monkeypatch, tmp_path)


def models(tmp_path: Path, *arguments: str, hub: HubServer | None = None, **env: str) -> Done:
    address = {"HF_ENDPOINT": hub.address} if hub else {}
    return docsearch("models", *arguments, cwd=tmp_path, env=address | env)


def listed(tmp_path: Path, *arguments: str) -> dict[str, dict]:
    done = models(tmp_path, "list", "--json", *arguments)
    assert done.code == 0
    return {model["name"]: model for model in json.loads(done.out)["models"]}


def test_list_prints_a_table_for_people(tmp_path):
    with HubServer({DWQ: made(DWQ)}) as hub:
        models(tmp_path, "pull", DWQ, hub=hub)
    out = models(tmp_path, "list").out.splitlines()
    assert out[0].split() == [
        "MODEL",
        "ROLE",
        "FORM",
        "BITS",
        "DIMENSIONS",
        "SIZE",
        "STATE",
        "PROFILES",
        "LICENCE",
    ]
    assert [line.split()[0] for line in out[1:]] == ["starter", "starter-reranker", *MADE]
    rows = {line.split()[0]: line.split() for line in out}
    assert rows["starter"] == [
        "starter",
        "embedder",
        "MLX",
        "8",
        "384",
        "36",
        "MB",
        "available",
        "starter",
        "MIT",
    ]
    bundled = [
        "starter-reranker",
        "reranker",
        "MLX",
        "8",
        "-",
        "25",
        "MB",
        "available",
        "starter",
        "MIT",
    ]
    assert rows["starter-reranker"] == bundled
    available = rows[DWQ]
    assert (available[1:5], available[6:8], available[-1]) == (
        ["embedder", "MLX", "4", "64"],
        ["kB", "available"],
        "Apache-2.0",
    )
    missing = rows["Qwen/Qwen3-Reranker-8B"]
    assert (missing[1:8], missing[-1]) == (
        ["reranker", "standard", "16", "-", "~16.4", "GB", "missing"],
        "Apache-2.0",
    )
    assert models(tmp_path).out.splitlines() == out


def test_list_says_what_is_wrong(tmp_path):
    with HubServer(
        {DWQ: made(DWQ)}, Faults(cut_after={"model.safetensors": 40_000}, cuts=99)
    ) as hub:
        hub.faults.ignore_ranges = True
        done = models(tmp_path, "pull", DWQ, hub=hub)
    assert done.code == 2
    assert re.fullmatch(
        rf"docsearch: the connection to {hub.address} failed: .*; "
        r"check the network and HTTPS_PROXY, "
        r"then run the same command again: it goes on where it stopped",
        done.err.splitlines()[-1],
    )
    row = listed(tmp_path)[DWQ]
    assert (row["state"], row["detail"]) == ("partial", "model.safetensors missing")
    done = models(tmp_path, "test", DWQ)
    assert (done.code, done.out, done.err) == (
        2,
        "",
        (
            f"docsearch: {DWQ} is partial: model.safetensors missing; "
            f"run: docsearch models pull {DWQ}\n"
        ),
    )


def test_a_missing_model_names_its_command(tmp_path):
    done = models(tmp_path, "test", "Qwen/Qwen3-Reranker-4B")
    assert (done.code, done.err) == (
        2,
        (
            "docsearch: the model Qwen/Qwen3-Reranker-4B is not here; "
            "run: docsearch models pull Qwen/Qwen3-Reranker-4B\n"
        ),
    )


def test_models_may_lie_on_an_external_disk(tmp_path):
    disk = tmp_path / "Volumes" / "Models"
    done = models(tmp_path, "pull", DWQ, "--cache-folder", str(disk))
    assert (done.code, done.err) == (
        2,
        (
            f"docsearch: the models folder {disk} (from --cache-folder) is not there; "
            "plug in its disk, or create the folder\n"
        ),
    )
    done = models(tmp_path, "list", DOCSEARCH_MODELS=str(disk))
    assert (done.code, done.err) == (
        0,
        (
            f"docsearch: the models folder {disk} (from DOCSEARCH_MODELS) is not there; "
            "plug in its disk, or create the folder\n"
        ),
    )
    disk.mkdir(parents=True)
    with HubServer({DWQ: made(DWQ)}) as hub:
        assert models(tmp_path, "pull", DWQ, "--cache-folder", str(disk), hub=hub).code == 0
    assert listed(tmp_path)[DWQ]["state"] == "missing"
    row = listed(tmp_path, "--cache-folder", str(disk))[DWQ]
    assert (row["state"], Path(row["path"]).is_relative_to(disk)) == ("available", True)


def test_convert_prints_the_folder_and_the_change_of_scores(tmp_path):
    with HubServer({RERANKER: made(RERANKER)}) as hub:
        models(tmp_path, "pull", RERANKER, hub=hub)
    done = models(tmp_path, "convert", RERANKER, "--bits", "4", DOCSEARCH_BACKEND="cpu")
    folder = tmp_path / "data" / "docsearch" / "models" / "Qwen3-Reranker-0.6B-4bit"
    assert (done.code, done.out) == (0, f"{folder}\n")
    assert re.fullmatch(
        r"weights: \d+ kB before, \d+ kB now\n"
        r"largest change of a score on the test pairs: 0\.\d{4} before, 0\.\d{4} now\n",
        done.err,
    )
    row = listed(tmp_path)["Qwen3-Reranker-0.6B-4bit"]
    assert (row["state"], row["role"], row["form"], row["bits"], row["licence"]) == (
        "available",
        "reranker",
        "MLX",
        4,
        "Apache-2.0",
    )
    assert models(tmp_path, "test", "Qwen3-Reranker-0.6B-4bit", DOCSEARCH_BACKEND="cpu").code == 0
    second = models(tmp_path, "convert", RERANKER, "--bits", "4")
    assert (second.code, second.err) == (
        2,
        f"docsearch: {folder} is there already; remove it, or name another folder with --out\n",
    )


def test_test_without_a_name_tests_every_model_here(tmp_path):
    with HubServer({DWQ: made(DWQ)}) as hub:
        models(tmp_path, "pull", DWQ, hub=hub)
    done = models(tmp_path, "test", "--json", DOCSEARCH_BACKEND="cpu")
    tests = json.loads(done.out)["tests"]
    assert done.code == 0
    assert [(test["name"], test["outcome"]) for test in tests] == [
        ("bge-small-en-v1.5 (8-bit)", "works"),
        ("docsearch starter reranker (8-bit)", "works"),
        ("Qwen3-Embedding-0.6B-4bit-DWQ", "works with these differences"),
    ]
    blob = next(
        (tmp_path / "hub" / repository_folder(DWQ) / "snapshots").glob("*/model.safetensors")
    ).resolve()
    data = bytearray(blob.read_bytes())
    data[-1] ^= 1
    blob.write_bytes(data)
    done = models(tmp_path, "test", DWQ, DOCSEARCH_BACKEND="cpu")
    assert done.code == 1
    assert "  - model.safetensors has a wrong checksum: pull the model again\n" in done.out
    with HubServer({DWQ: made(DWQ)}) as hub:
        models(tmp_path, "pull", DWQ, hub=hub)
    assert models(tmp_path, "test", DWQ, DOCSEARCH_BACKEND="cpu").code == 0


def test_the_starter_is_neither_converted_deleted_nor_pulled(tmp_path):
    done = models(tmp_path, "convert", "starter")
    assert (done.code, done.err) == (
        2,
        "docsearch: starter is quantised already; convert the standard checkpoint\n",
    )
    done = models(tmp_path, "rm", "starter")
    assert (done.code, done.err) == (
        2,
        "docsearch: starter belongs to docsearch and stays with it; "
        "only a model that you pulled or made can be deleted\n",
    )
    done = models(tmp_path, "pull", "starter")
    assert (done.code, done.err) == (
        2,
        "docsearch: the profile starter needs no download; it comes with docsearch\n",
    )


def test_a_test_of_all_models_reports_broken_ones_too(tmp_path):
    with HubServer({DWQ: made(DWQ)}) as hub:
        models(tmp_path, "pull", DWQ, hub=hub)
    next((tmp_path / "hub").glob("*/snapshots/*/tokenizer.json")).unlink()
    users = write_model(
        tmp_path / "data" / "docsearch" / "models" / "bge-mine",
        made("mlx-community/bge-small-en-v1.5-4bit"),
    )
    (users / "config.json").write_text("{")
    done = models(tmp_path, "test", DOCSEARCH_BACKEND="cpu")
    assert done.code == 1
    assert done.out.splitlines()[-4:] == [
        f"{DWQ} (embedder): does not work",
        f"  - it is partial: tokenizer.json missing; run: docsearch models pull {DWQ}",
        "bge-mine (embedder): does not work",
        (
            "  - it is damaged: config.json is not JSON; "
            "delete it and make it again: docsearch models rm bge-mine"
        ),
    ]


def test_a_working_model_has_a_report(tmp_path):
    done = models(tmp_path, "test", "starter", DOCSEARCH_BACKEND="cpu")
    assert done.code == 0
    first, known, padding, *rest = done.out.splitlines()
    assert first == "bge-small-en-v1.5 (8-bit) (embedder, cpu): works"
    assert re.fullmatch(r"  known scores +0\.00\d\d off at most: 0\.\d{4} for 0\.\d{4}", known)
    assert re.fullmatch(r"  padding +0\.0000 off at most, alone and in a batch", padding)
    assert [line.split()[0] for line in rest] == ["load", "passages", "memory"]


def test_a_profile_needs_room_for_all_of_its_models(tmp_path):
    models_of_profile = {DWQ: made(DWQ), RERANKER: made(RERANKER)}
    with HubServer(models_of_profile, Faults(sizes={"config.json": 6 * 10**17})) as hub:
        done = models(tmp_path, "pull", "balanced", hub=hub)
        assert hub.requests == [f"GET /api/models/{DWQ}", f"GET /api/models/{RERANKER}"]
    assert done.code == 2
    assert re.fullmatch(
        r"docsearch: 1,200,000,000\.00 GB are to be fetched, "
        r"and the disk of \S+hub has [\d,.]+ GB left; "
        r"make room, or name a folder on another disk with --cache-folder\n",
        done.err,
    )
    assert not (tmp_path / "hub").exists()


def test_an_interrupted_pull_says_that_it_can_go_on(tmp_path):
    import signal
    import subprocess

    from .commands import COMMAND

    class Slow(HubServer):
        """A hub that sends the weights when `over` is set; `requested` is set by the request."""

        requested, over = threading.Event(), threading.Event()

        def _by_sha256(self, sha256):
            data = super()._by_sha256(sha256)
            if len(data) > 50_000:
                self.requested.set()
                self.over.wait(60)
            return data

    with Slow({DWQ: made(DWQ)}) as hub:
        process = subprocess.Popen(
            [COMMAND, "models", "pull", DWQ],
            env=os.environ | {"HF_ENDPOINT": hub.address},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert hub.requested.wait(60)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        hub.over.set()
    assert process.returncode == 130
    assert err.splitlines()[1:] == [
        f"the fetched part of {DWQ} is kept: the same command goes on from there",
        "docsearch: interrupted",
    ]
    assert listed(tmp_path)[DWQ]["detail"] == "model.safetensors missing"


def test_rm_deletes_the_model(tmp_path):
    with HubServer({DWQ: made(DWQ)}) as hub:
        models(tmp_path, "pull", DWQ, hub=hub)
    store = tmp_path / "hub" / repository_folder(DWQ)
    done = models(tmp_path, "rm", DWQ)
    assert done.code == 0
    assert re.fullmatch(rf"deleted {store}: \d+ kB are free\n", done.err)
    assert not store.exists()
    done = models(tmp_path, "rm", DWQ)
    assert (done.code, done.err) == (
        2,
        f"docsearch: there is no model {DWQ} to delete; see: docsearch models list\n",
    )
    assert models(tmp_path, "rm", str(tmp_path)).code == 2
    assert tmp_path.is_dir()


def test_a_missing_proxy_is_an_error_of_one_line(tmp_path):
    done = models(
        tmp_path,
        "pull",
        DWQ,
        HF_ENDPOINT="http://hub.invalid",
        HTTP_PROXY="http://127.0.0.1:9",
        NO_PROXY="",
    )
    assert done.code == 2
    assert done.err.startswith("docsearch: the connection to http://hub.invalid failed: ")
    assert "HTTPS_PROXY" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
def test_progress_is_drawn_on_a_terminal(tmp_path):
    import pty
    import subprocess

    from .commands import COMMAND

    with HubServer({DWQ: made(DWQ)}) as hub:
        main, child = pty.openpty()
        env = os.environ | {"HF_ENDPOINT": hub.address}
        process = subprocess.Popen(
            [COMMAND, "models", "pull", DWQ], cwd=tmp_path, env=env, stderr=child, stdout=child
        )
        os.close(child)
        output = b""
        while chunk := read(main):
            output += chunk
        os.close(main)
        assert process.wait(60) == 0
    assert b"is here and whole" in output


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux raises an error when the other end is closed
        return b""


def test_an_unknown_command_of_the_group_is_told(tmp_path):
    done = models(tmp_path, "fetch")
    assert (done.code, done.err) == (
        2,
        "docsearch: No such command 'fetch'; see: docsearch models --help\n",
    )


def test_errors_are_json_too(tmp_path):
    done = models(tmp_path, "test", "--json", "none/none")
    assert json.loads(done.out)["error"]["code"] == "model"
