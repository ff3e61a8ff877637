"""The commands, run on real weights in new processes as scripts and people call them."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .commands import COMMAND, Done, docsearch

GOLDEN = Path(__file__).parent / "golden"
FILES = {
    "house/boiler.md": (
        "# Boiler\n\nAll about the heating.\n\n## Radiators stay cold\n\n"
        "When the radiators stay cold, the pressure is too low."
        " Open the filling loop until the gauge shows 1.5 bar.\n"
    ),
    "house/lease.txt": (
        "The landlord may raise the rent once a year.\nThe tenant gives two months' notice.\n"
    ),
    "sea.rst": (
        "Tides\n=====\n\n"
        "High water in the harbour comes every twelve hours and twenty-five minutes.\n"
    ),
    "backoff.py": (
        "def retry(call, attempts=5):\n"
        '    """Call again after each failure, waiting twice as long."""\n'
        "    return call()\n"
    ),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `docs` and an index of it, made once."""
    place = tmp_path_factory.mktemp("cli")
    for name, text in FILES.items():
        path = place / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1_760_000_000, 1_760_000_000))
    done = docsearch("--index", "index", "ingest", "docs", cwd=place)
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(
        r"documents: 4 added; \d+ passages embedded \([\d,]+ tokens/s\); [\d.]+ s\n", done.err
    )
    return place


def run(place: Path, *arguments: str, stdin: str = "") -> Done:
    return docsearch("--index", "index", *arguments, cwd=place, stdin=stdin)


def stable(text: str, place: Path) -> str:
    """The output with fixed values for what differs from run to run."""
    text = text.replace(str(place.resolve()), "/PLACE")
    text = re.sub(r'"id": "[0-9a-f]{16}-', '"id": "0123456789abcdef-', text)
    return re.sub(r'"took_ms": [\d.]+', '"took_ms": 0.0', text)


def assert_golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


def test_json_is_the_schema_byte_for_byte(place: Path) -> None:
    done = run(place, "query", "--json", "-n", "2", "why are my radiators cold")
    assert (done.code, done.err) == (0, "")
    text = stable(done.out, place)
    assert_golden(
        "query.json", re.sub(r"\d+\.\d{3,}", lambda match: f"{float(match[0]):.1f}", text)
    )


def test_json_lines_answer_each_query_of_stdin(place: Path) -> None:
    done = run(
        place,
        "query",
        "--jsonl",
        "-n",
        "1",
        "-",
        stdin="when is high water\n\nmay the rent go up\n",
    )
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0
    assert [(line["query"], Path(line["path"]).name, line["rank"]) for line in lines] == [
        ("when is high water", "sea.rst", 1),
        ("may the rent go up", "lease.txt", 1),
    ]


def test_a_wrong_query_of_stdin_does_not_end_the_others(place: Path) -> None:
    done = run(place, "query", "--jsonl", "-n", "1", "-", stdin="-tide\nwhen is high water\n")
    wrong, right = (json.loads(line) for line in done.out.splitlines())
    error = {
        "code": "usage",
        "message": "the query says only what to leave out",
        "hint": "add what to look for",
    }
    assert wrong == {"query": "-tide", "error": error}
    assert (right["query"], Path(right["path"]).name) == ("when is high water", "sea.rst")
    assert (done.code, done.err) == (2, "")


def test_bytes_that_are_not_characters_become_replacement_marks(place: Path) -> None:
    done = run(place, "query", "--json", "tide \udcff")
    assert (done.code, json.loads(done.out)["query"]) == (0, "tide \ufffd")


def test_filters_that_leave_nothing_are_told(place: Path) -> None:
    done = run(place, "query", "--type", "nosuch", "tide")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "no passage answers that\n"
            "docsearch: no document of the index has such a path, type or date\n"
        ),
    )


def test_the_text_for_people_is_as_the_golden_file(place: Path) -> None:
    done = run(place, "query", "-n", "2", "why are my radiators cold")
    assert_golden(
        "query.txt", re.sub(r"\d\.\d\d$", "0.00", stable(done.out, place), flags=re.MULTILINE)
    )


def test_a_terminal_shows_the_hits_by_file(place: Path) -> None:
    shown = on_terminal(
        place, *("--index", "index", "--color", "never", "query", "why are my radiators cold")
    )
    text = re.sub(r"\d\.\d\d\n", "0.00\n", shown.decode().replace("\r\n", "\n"))
    assert text.split("\n\n")[0] == (
        "docs/house/boiler.md  0.00\n"
        "    7  Boiler · When the radiators stay cold, the pressure is too low. Open the\n"
        "       filling loop until the gauge shows 1.5 bar.\n"
    )


def test_words_without_quotes_are_one_query_and_may_be_filters(place: Path) -> None:
    quoted = run(place, "query", "when is high water", "--type", "rst")
    assert quoted.out.startswith("docs/sea.rst:4  1.00\n    Tides\n")
    assert run(place, "query", "when", "is", "high", "water", "type:rst") == quoted
    assert run(place, "query", "type:rst when is high", "water") == quoted
    assert run(place, "query", "when", "is", "high", "water", "--", "type:rst") == quoted
    # The answer repeats the query with its filter words.
    done = run(place, "query", "--json", "water", "path:docs/**", "mode:text", "rerank:off")
    answer = json.loads(done.out)
    assert (answer["query"], answer["mode"], answer["reranked"]) == (
        "water path:docs/** mode:text rerank:off",
        "text",
        False,
    )
    assert {Path(hit["path"]).name for hit in answer["hits"]} == {"sea.rst"}
    done = run(place, "query", "--jsonl", "-", stdin="water type:rst\nwater mode:fast\n")
    found, wrong = (json.loads(line) for line in done.out.splitlines())
    assert (found["query"], Path(found["path"]).name) == ("water type:rst", "sea.rst")
    assert (wrong["query"], wrong["error"]["message"]) == (
        "water mode:fast",
        "mode:fast is none of hybrid, vector, text",
    )


def test_a_phrase_may_look_like_a_filter_word(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Write type:pdf to see the manuals.\n")
    assert run(tmp_path, "ingest", "a.txt").code == 0
    assert run(tmp_path, "query", "-l", '"type:pdf"').out == f"{tmp_path.resolve()}/a.txt\n"
    assert run(tmp_path, "query", "-l", "manuals", "type:pdf").code == 1


def test_global_options_stand_behind_the_command_too(place: Path) -> None:
    done = docsearch("query", "rent", "--index", "index", "-l", "-n", "1", "--quiet", cwd=place)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{place.resolve()}/docs/house/lease.txt\n"
    status = docsearch("status", "--json", "--index=index", cwd=place)
    assert json.loads(status.out)["documents"] == 4
    done = docsearch("query", "rent", "--index", "none", cwd=place)
    assert (done.code, done.err) == (
        2,
        f"docsearch: there is no index in {place.resolve()}/none; "
        "run: docsearch --index none ingest FOLDER\n",
    )
    assert docsearch("query", "rent", "--version", cwd=place).out.startswith("docsearch 0.")


def test_explain_shows_every_stage(place: Path) -> None:
    out = run(place, "query", "-n", "1", "--explain", "why are my radiators cold").out
    number = r"\d+\.\d+"
    assert re.search(
        rf"    vector {number} \(rank 1\); text {number} \(rank 1\); "
        rf"fused {number} = vector \+ 0\.2\d x text / {number} - {number} of feedback"
        rf"( [+-] {number} of doubt)?; rerank {number}; score {number}\n",
        out,
    )


def test_passages_that_are_not_shown_are_counted_with_the_reason(place: Path) -> None:
    done = run(place, "query", '"no such phrase" rent')
    assert (done.code, done.out) == (1, "")
    assert done.err == "no passage answers that\nnot shown: 4 without the phrase\n"
    done = run(place, "query", "--min-score", "0", "--explain", "rent -landlord")
    assert "lease" not in done.out
    assert "not shown: 1 with what is excluded\n" in done.err
    done = run(place, "query", " -landlord")
    assert (done.code, done.err) == (
        2,
        "docsearch: the query says only what to leave out; add what to look for\n",
    )


def test_copies_are_one_hit_and_weak_answers_are_told(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for age, name in enumerate(("e.txt", "d.txt", "c.txt", "b.txt", "a.txt")):
        (tmp_path / "docs" / name).write_text("The landlord may raise the rent once a year.\n")
        os.utime(tmp_path / "docs" / name, (1_700_000_000 - age,) * 2)
    assert run(tmp_path, "ingest", str(tmp_path / "docs")).code == 0
    done = run(tmp_path, "query", "may the rent be raised")
    assert re.sub(r"\d\.\d\d\n", "0.00\n", done.out) == (
        "docs/e.txt:1  0.00\n"
        "    also in docs/a.txt, docs/b.txt, docs/c.txt and 1 more\n"
        "    The landlord may raise the rent once a year.\n"
    )
    assert (done.code, done.err) == (0, "")
    done = run(tmp_path, "query", "--min-score", "0", "qwxz plorf vantibule")
    assert (done.code, done.err) == (
        0,
        "nothing here answers that well; the hits are the nearest there is\n",
    )
    assert (
        json.loads(run(tmp_path, "query", "--json", "may the rent be raised").out)["weak"] is False
    )


def test_paths_are_printed_for_other_programs(place: Path) -> None:
    root = place.resolve() / "docs"
    assert run(place, "query", "-l", "-n", "1", "rent").out == f"{root}/house/lease.txt\n"
    assert run(place, "query", "-0", "-n", "1", "rent").out == f"{root}/house/lease.txt\0"


def test_filters_leave_only_matching_documents(place: Path) -> None:
    def names(*arguments: str) -> set[str]:
        return {
            Path(line).name
            for line in run(
                place, "query", "-l", "--min-score", "0", "water", *arguments
            ).out.splitlines()
        }

    assert names("--path", "house/**") == {"boiler.md", "lease.txt"}
    assert names("--type", "py", "--type", ".RST") == {"backoff.py", "sea.rst"}
    assert names("--after", "2025-10-10") == set()
    assert names("--before", "2025-10-11") == {"boiler.md", "lease.txt", "backoff.py", "sea.rst"}


def test_no_hit_is_exit_code_1_and_valid_json(place: Path) -> None:
    done = run(place, "query", "--json", "--path", "none/**", "anything")
    message = "no document of the index has such a path, type or date"
    assert (done.code, json.loads(done.out)["hits"], done.err) == (1, [], f"docsearch: {message}\n")
    done = run(place, "query", "--path", "none/**", "anything")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        f"no passage answers that\ndocsearch: {message}\n",
    )


def test_a_dry_run_lists_what_would_be_read_and_writes_nothing(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text("# Tides\n\nThe tide turns.\n")
    (docs / "b.png").write_bytes(b"\x89PNG")
    done = docsearch("--index", "index", "ingest", "--dry-run", "docs", cwd=tmp_path)
    assert (done.code, done.out) == (0, f"new         {docs}/a.md\n")
    assert done.err == (
        "would read 1 file (0.0 MB), forget 0, pass over 1 (1 no_text); "
        "0 are unchanged, 0 cannot be read\n"
    )
    plan = json.loads(
        docsearch("--index", "index", "ingest", "--dry-run", "--json", "docs", cwd=tmp_path).out
    )
    assert plan == {
        "schema": 1,
        "read": [{"path": f"{docs}/a.md", "size": 25, "why": "new"}],
        "removed": [],
        "unchanged": 0,
        "failed": [],
        "skipped": [],
        "passed_over": {"no_text": 1},
        "warnings": [],
        "waiting": 0,
        "large": [],
    }
    assert [path.name for path in tmp_path.iterdir()] == ["docs"]
    assert docsearch("--index", "index", "check", "docs/a.md", cwd=tmp_path).out == (
        f"{docs}/a.md: it is under no ingested folder and would be read as markdown; "
        "add it with: docsearch --index index ingest PATH [outside]\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["query", ""], "the query is empty; type what you are looking for"),
        (["query"], "Missing argument 'TEXT...'; see: docsearch query --help"),
        (["query", "x", "--nothing"], "No such option '--nothing'; see: docsearch query --help"),
        (
            ["query", "x", "--after", "soon"],
            "Invalid value for '--after': 'soon' is no date; write it like 2026-11-02",
        ),
        (["query", "x", "--path", "[z-a]"], "cannot be read"),
        (["query", "-"], "queries from stdin need --jsonl; see: docsearch query --help"),
        (
            ["query", "x", "-n", "0"],
            "Invalid value for '-n' / '--limit': 0 is not in the range 1<=x<=1000",
        ),
        (["ingest", "nowhere"], "/nowhere does not exist; check the path"),
        (["ingest", "docs/house", "--hidden"], "/docs/house is part of"),
        (
            ["ingest", "--profile", "fast"],
            (
                "this index was made with the profile starter, not fast; "
                "embed its documents anew: docsearch --index index ingest --reembed"
            ),
        ),
        (["ingest", "--max-file-size", "big"], "'big' is no size; write it like 500K, 20M or 1.5G"),
        (
            ["show", "nowhere.md"],
            "nowhere.md is not in the index; see why: docsearch --index index check /",
        ),
        (["show", "docs/sea.rst:99"], "there is no line 99; the document has 4 lines"),
        (["show", "docs/sea.rst", "--page", "2"], "there is no page 2; the document has no pages"),
        (["forget", "nowhere"], "the index holds nothing under"),
        (
            ["serch", "x"],
            "No such command 'serch'; did you mean docsearch query? See: docsearch --help",
        ),
        (
            ["ingst", "x"],
            "No such command 'ingst'; did you mean docsearch ingest? See: docsearch --help",
        ),
        (["xyzzy"], "No such command 'xyzzy'; see: docsearch --help"),
        (
            ["models", "lst"],
            "No such command 'lst'; did you mean docsearch models list? See: docsearch models",
        ),
        (
            ["query", "x", "--lmit", "3"],
            "No such option '--lmit'; did you mean --limit? See: docsearch query --help",
        ),
        (
            ["query", "x", "--indx", "i"],
            "No such option '--indx'; did you mean --index? See: docsearch query --help",
        ),
        (
            ["query", "x", "--mode", "hybird"],
            "not one of 'hybrid', 'vector', 'text'; did you mean hybrid? See: docsearch query",
        ),
        (
            ["query", "tar", "-xzf", "a"],
            "No such option '-x'; see: docsearch query --help; "
            "words behind -- are no options: docsearch --index index query -- tar -xzf a\n",
        ),
        (["query", "--type"], "Option '--type' requires an argument; see: docsearch query --help"),
        (["query", "x", "--index"], "Option '--index' requires an argument; see: docsearch --help"),
        (
            ["query", "x", "after:soon"],
            "'soon' is no date; write it like 2026-11-02",
        ),
        (
            ["query", "x", "type:md", "--type", "pdf"],
            "the option --type and the filter word type: say different things; give one of the two",
        ),
        (
            ["ingest", "--profile", "balancd"],
            "there is no profile 'balancd'; did you mean balanced? The profiles are: starter, fast",
        ),
        (
            ["models", "test", "nonsense"],
            "the model nonsense is not here; run: docsearch models list",
        ),
        (
            ["models", "pull", "balancd"],
            "no known model or profile balancd; did you mean balanced? Give it as ORG/NAME",
        ),
        (
            ["--config", "none.toml", "status"],
            "the configuration file none.toml does not exist; check the path given to --config",
        ),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    place: Path, arguments: list[str], message: str
) -> None:
    done = run(place, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("docsearch: ")
    assert (message in done.err, done.err.count("\n")) == (True, 1), done.err


def test_errors_are_json_too(place: Path) -> None:
    done = docsearch("--index", "none", "query", "--json", "x", cwd=place)
    error = json.loads(done.out)["error"]
    assert (done.code, error["code"], sorted(error)) == (2, "no_index", ["code", "hint", "message"])
    assert done.err == f"docsearch: {error['message']}; {error['hint']}\n"


def test_verbose_shows_the_traceback(place: Path) -> None:
    assert "Traceback" in docsearch("--index", "none", "-v", "query", "x", cwd=place).err


def test_a_folder_that_is_no_index_is_left_alone(place: Path) -> None:
    done = docsearch("--index", "docs", "ingest", "docs", cwd=place)
    assert done.code == 2
    assert "is not an index" in done.err
    assert sorted(path.name for path in (place / "docs").iterdir()) == [
        "backoff.py",
        "house",
        "sea.rst",
    ]


def test_an_empty_folder_is_told(place: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = docsearch("--index", "index", "ingest", "empty", cwd=tmp_path)
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines()[0] == (
        f"{tmp_path.resolve()}/empty gave no document: there are no files in it; check the path"
    )
    assert done.err.splitlines()[1].startswith("documents: nothing to read was found; ")


def test_a_long_query_is_answered(place: Path) -> None:
    assert run(place, "query", "-l", "-n", "1", "rent " * 20_000).code == 0


def test_status_counts_and_check_explains(place: Path) -> None:
    done = run(place, "status", "--json")
    status = json.loads(done.out)
    root = str(place.resolve() / "docs")
    assert (done.code, status["schema"], status["documents"], status["health"]) == (0, 1, 4, "ok")
    assert [(item["path"], item["documents"], item["present"]) for item in status["roots"]] == [
        (root, 4, True)
    ]
    assert status["kinds"] == {"code": 1, "markdown": 1, "rst": 1, "text": 1}
    assert status["languages"] == {"en": 3}
    assert "documents  4 (1 code, 1 markdown, 1 rst, 1 text)\n" in run(place, "status").out
    verdict = json.loads(run(place, "check", "--json", "docs/sea.rst").out)
    assert (verdict["indexed"], verdict["code"]) == (True, "indexed")
    done = run(place, "check", "/etc/hostname")
    assert (done.code, done.out) == (
        1,
        (
            "/etc/hostname: it is under no ingested folder and would be read as text; "
            "add it with: docsearch --index index ingest PATH [outside]\n"
        ),
    )


def test_show_prints_documents_lines_and_passages(place: Path) -> None:
    assert run(place, "show", "docs/house/boiler.md").out == FILES["house/boiler.md"]
    assert run(place, "show", "docs/house/lease.txt:2").out == (
        "  1  The landlord may raise the rent once a year.\n"
        "> 2  The tenant gives two months' notice.\n"
    )
    hit = json.loads(run(place, "query", "--json", "-n", "1", "tide high water").out)["hits"][0]
    assert run(place, "show", hit["id"]).out == hit["text"] + "\n"


def test_ingest_summary_for_scripts_and_exit_code_1_for_a_failed_file(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# One\n\nA document.\n")
    (tmp_path / "docs" / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (tmp_path / "docs" / "film.mp4").write_bytes(b"\0\0\0")
    done = docsearch("--index", "index", "ingest", "--json", "docs", cwd=tmp_path)
    report = json.loads(done.out)
    assert done.code == 1
    assert (report["schema"], report["added"], report["passed_over"]) == (1, 1, {"binary": 1})
    assert [(Path(item["path"]).name, item["reason"]) for item in report["failed"]] == [
        ("broken.pdf", "corrupt")
    ]
    assert f"failed: {tmp_path.resolve()}/docs/broken.pdf: " in done.err


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# One\n\nA document.\n")
    done = docsearch("--quiet", "--index", "index", "ingest", "a.md", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_a_closed_pipe_ends_quietly(place: Path) -> None:
    command = f"'{COMMAND}' --index index query --full --min-score 0 water | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=place, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_control_characters_never_reach_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "evil\x1b[2J.txt").write_text(
        "The password \x1b]0;owned\x07 is \x9b31m here \u202e\u061c reversed.\n"
    )
    docsearch("--index", "index", "ingest", "docs", cwd=tmp_path)
    for arguments in (
        ["query", "password"],
        ["query", "--full", "password"],
        ["query", "--json", "password"],
        ["query", "-l", "password"],
    ):
        shown = on_terminal(tmp_path, "--index", "index", *arguments)
        assert b"password" in shown or b"evil" in shown
        for bad in (
            b"\x1b]0;",
            b"\x07",
            b"\xc2\x9b",
            b"\x1b[2J",
            "\u202e".encode(),
            "\u061c".encode(),
        ):
            assert bad not in shown


def test_a_terminal_gets_colours_and_links(place: Path) -> None:
    shown = on_terminal(place, "--index", "index", "query", "-n", "1", "rent").decode()
    assert f"\x1b]8;;file://{place.resolve()}/docs/house/lease.txt\x1b\\" in shown
    assert "\x1b[1;31mrent\x1b[0m" in shown
    plain = on_terminal(place, "--index", "index", "--color", "never", "query", "-n", "1", "rent")
    assert b"\x1b" not in plain


def on_terminal(cwd: Path, *arguments: str) -> bytes:
    """The bytes that a terminal receives on stdout."""
    primary, secondary = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {
        "TERM": "xterm-256color"
    }
    process = subprocess.Popen(
        [COMMAND, *arguments], cwd=cwd, stdout=secondary, stderr=subprocess.DEVNULL, env=environment
    )
    os.close(secondary)
    received = b""
    while True:
        try:
            chunk = os.read(primary, 65536)
        except OSError:  # Linux raises EIO where the other side is closed
            break
        if not chunk:
            break
        received += chunk
    os.close(primary)
    assert process.wait() == 0
    return received


def test_names_that_are_not_utf8_come_back_as_their_bytes(tmp_path: Path) -> None:
    if sys.platform == "darwin":
        pytest.skip("the file system takes UTF-8 names only")
    raw = os.fsencode(tmp_path) + b"/docs/caf\xe9.txt"
    (tmp_path / "docs").mkdir()
    with open(raw, "w") as file:
        file.write("The lighthouse keeper counts ships.\n")
    assert docsearch("--index", "index", "ingest", "docs", cwd=tmp_path).code == 0
    hit = json.loads(
        docsearch("--index", "index", "query", "--json", "lighthouse keeper", cwd=tmp_path).out
    )["hits"][0]
    assert os.fsencode(hit["path"]) == os.fsencode(tmp_path.resolve()) + b"/docs/caf\xe9.txt"
    assert hit["path_bytes"]
    listed = docsearch("--index", "index", "query", "-l", "lighthouse keeper", cwd=tmp_path).out
    assert os.fsencode(listed).endswith(b"/docs/caf\xe9.txt\n")
    assert (
        docsearch("--index", "index", "show", os.fsdecode(raw), cwd=tmp_path).out
        == "The lighthouse keeper counts ships.\n"
    )


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_is_continued(tmp_path: Path, stop_signal: signal.Signals) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(120):
        (docs / f"{number:03}.md").write_text(
            f"# Note {number}\n\n" + f"The harbour wall of town {number} keeps out the sea. " * 40
        )
    process = subprocess.Popen(
        [COMMAND, "--index", "index", "ingest", "docs"], cwd=tmp_path, stderr=subprocess.PIPE
    )
    catalogue = tmp_path / "index" / "catalog.sqlite-wal"
    while process.poll() is None and not (
        catalogue.exists() and catalogue.stat().st_size > 100_000
    ):
        pass
    process.send_signal(stop_signal)
    errors = process.communicate()[1].decode()
    if stop_signal is not signal.SIGKILL:
        assert process.returncode == 128 + stop_signal
        assert (
            "docsearch: interrupted; what was stored is kept, run the command again to go on\n"
            in errors
        )
    done = docsearch("--index", "index", "ingest", "--json", cwd=tmp_path)
    status = json.loads(docsearch("--index", "index", "status", "--json", cwd=tmp_path).out)
    assert (done.code, status["documents"], status["pending"], status["health"]) == (
        0,
        120,
        0,
        "ok",
    )


def test_without_a_terminal_the_app_shows_the_help(tmp_path: Path) -> None:
    done = docsearch(cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: docsearch [OPTIONS] [COMMAND] [ARGS]...")


def test_a_full_disk_is_one_line_and_loses_nothing(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "index", tmp_path / "index")
    (tmp_path / "more").mkdir()
    for number in range(30):
        (tmp_path / "more" / f"{number}.txt").write_text(
            f"Ledger {number}. " + "Amounts and dates of the year. " * 30
        )
    limit = f"ulimit -f 40; trap '' XFSZ; exec '{COMMAND}' --index index ingest more"
    done = subprocess.run(["bash", "-c", limit], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    hits = docsearch("--index", "index", "query", "-l", "rent", cwd=tmp_path)
    assert hits.out == f"{place.resolve()}/docs/house/lease.txt\n" or "lease.txt" in hits.out
    assert docsearch("--index", "index", "ingest", "more", cwd=tmp_path).code == 0
