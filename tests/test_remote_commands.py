"""The commands against object stores, as a user types them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .commands import docsearch
from .s3_server import put_files


def test_sources_and_an_index_at_urls(store_url: str, notes: Path, tmp_path: Path) -> None:
    put_files(notes, f"{store_url}/notes")
    index = ("--index", f"{store_url}/index")
    done = docsearch("ingest", f"{store_url}/notes/", *index, cwd=tmp_path)
    assert (done.code, done.out) == (0, "")
    assert "documents: 4 added; " in done.err
    found = docsearch("query", "radiators", "-l", *index, cwd=tmp_path)
    assert (found.code, found.out) == (0, f"{store_url}/notes/house/boiler.md\n")
    found = docsearch("query", "tide", "--json", *index, cwd=tmp_path)
    hit = json.loads(found.out)["hits"][0]
    assert (hit["path"], hit["root"]) == (f"{store_url}/notes/sea.rst", f"{store_url}/notes")
    # The paths of filters and of `show` are URLs too, and a terminal gets no link to a file.
    limited = ("--path", f"{store_url}/notes/kitchen/**")
    found = docsearch("query", "dough rent tide", "-l", *limited, *index, cwd=tmp_path)
    assert found.out == f"{store_url}/notes/kitchen/bread.md\n"
    shown = docsearch("show", f"{store_url}/notes/sea.rst:4", *index, cwd=tmp_path)
    assert shown.out.splitlines()[-1] == "> 4  The tide in the harbour turns every six hours."
    coloured = docsearch("query", "tide", "--color", "always", *index, cwd=tmp_path)
    assert "\x1b]8;;" not in coloured.out
    state = json.loads(docsearch("status", "--json", *index, cwd=tmp_path).out)
    assert (state["index"], state["documents"]) == (f"{store_url}/index", 4)
    assert docsearch("doctor", *index, cwd=tmp_path).code == 0


def test_errors_are_one_line(store_url: str, notes: Path, tmp_path: Path) -> None:
    done = docsearch("ingest", notes, "--index", "s3://nowhere/index", cwd=tmp_path)
    assert (done.code, done.err) == (
        2,
        "docsearch: there is no such bucket (s3://nowhere/index: The specified bucket does not "
        "exist); check its name, and the endpoint (AWS_ENDPOINT_URL)\n",
    )
    done = docsearch("query", "tide", "--json", "--index", f"{store_url}/none", cwd=tmp_path)
    assert done.code == 2
    assert json.loads(done.out)["error"] == {
        "code": "no_index",
        "message": f"there is no index at {store_url}/none",
        "hint": f"run: docsearch --index {store_url}/none ingest FOLDER",
    }
    done = docsearch("ingest", f"{store_url}/none", cwd=tmp_path)
    assert (done.code, done.err) == (
        2,
        f"docsearch: {store_url}/none does not exist; check the path\n",
    )


def test_the_url_of_a_file(notes: Path, tmp_path: Path) -> None:
    """It is the folder itself, for sources and for an index."""
    index = ("--index", (tmp_path / "own index").as_uri())
    assert docsearch("ingest", notes.as_uri(), *index, cwd=tmp_path).code == 0
    assert os.listdir(tmp_path / "own index")
    found = docsearch("query", "tide", "-l", *index, cwd=tmp_path)
    assert found.out == f"{notes / 'sea.rst'}\n"


def test_the_environment_names_the_index(
    store_url: str, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCSEARCH_INDEX", store_url)
    assert docsearch("ingest", notes, cwd=tmp_path).code == 0
    assert docsearch("check", notes / "sea.rst", cwd=tmp_path).code == 0
    assert docsearch("forget", notes / "sea.rst", cwd=tmp_path).code == 0
    gone = docsearch("check", notes / "sea.rst", cwd=tmp_path)
    assert "[excluded]" in gone.out
