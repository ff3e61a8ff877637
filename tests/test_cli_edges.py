"""The command line in odd situations.

Streams end or are closed, options stand in odd places, and paths count from the working folder.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .commands import COMMAND, Done, docsearch

CODE = f"\x1b[{'0;' * 20}1m"
"""A colour code longer than any that a reader takes for a terminal's and removes."""
KETTLE = f"# Kettle\n\nDescale the kettle with vinegar.\n\nWritten {CODE}boldly.\n"
ON_A_TERMINAL = {"TERM": "xterm-256color", "NO_COLOR": ""}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `f` with one document, a link to it, and an index of it, made once."""
    place = tmp_path_factory.mktemp("edges").resolve()
    (place / "f").mkdir()
    (place / "f" / "kettle.md").write_text(KETTLE)
    (place / "link").symlink_to("f")
    assert docsearch("--index", "index", "ingest", "f", cwd=place).code == 0
    return place


def run(place: Path, *arguments: str, env: dict[str, str] | None = None) -> Done:
    return docsearch("--index", "index", *arguments, cwd=place, env=env)


def shell(place: Path, line: str) -> Done:
    """Run a line of bash in which `D` is the command with the index.

    The exit code is that of the last part of a pipe that failed, or 0.
    """
    script = f"set -o pipefail\nD() {{ '{COMMAND}' --index index \"$@\"; }}\n{line}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=place,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    "line",
    [
        "query kettle --json",
        "query kettle --jsonl",
        "query kettle -l",
        "query kettle",
        "show f/kettle.md",
        "--help",
        "status",
    ],
)
def test_a_reader_that_goes_away_causes_no_failure(place: Path, line: str) -> None:
    assert shell(place, f"D {line} | true") == Done(0, "", "")


def test_an_error_keeps_its_exit_code_where_nobody_reads(place: Path) -> None:
    assert shell(place, "D query '' --json | true") == Done(
        2, "", "docsearch: the query is empty; type what you are looking for\n"
    )


def test_a_broken_stderr_does_not_end_an_ingest(place: Path, tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.bin").write_bytes(b"\0")
        (tmp_path / f"{number}.md").write_text(f"Note {number}.")
        (tmp_path / f"{number}.pdf").write_bytes(b"%PDF-1.7\nnothing")
    line = (
        f"D --index '{tmp_path}/index' ingest '{tmp_path}' 2>&1 | true; "
        f"D --index '{tmp_path}/index' status --json"
    )
    assert json.loads(shell(place, line).out)["documents"] == 30
    assert shell(place, "D ingest f 2>/dev/full") == Done(0, "", "")


@pytest.mark.parametrize(
    "line", ["query kettle --json", "query kettle -l", "query kettle", "show f/kettle.md", "--help"]
)
def test_a_full_stdout_is_an_error_of_one_line(place: Path, line: str) -> None:
    message = (
        "docsearch: stdout cannot be written: no space left on device; "
        "check where the output goes\n"
    )
    assert shell(place, f"D {line} > /dev/full") == Done(2, "", message)


def test_closed_streams_are_told_or_ignored(place: Path) -> None:
    message = (
        "docsearch: stdout cannot be written: bad file descriptor; check where the output goes\n"
    )
    assert shell(place, "D query kettle >&-") == Done(2, "", message)
    assert shell(place, "D ingest f 2>&-") == Done(0, "", "")
    assert shell(place, "D query nothing --path none 2>&-") == Done(1, "", "")
    assert shell(place, "D ingest f <&- >&- 2>&-") == Done(0, "", "")
    message = (
        "docsearch: stdin is closed; "
        "give the queries with: docsearch --index index query - --jsonl < FILE\n"
    )
    done = shell(place, "D query - --jsonl <&-")
    assert (done.code, done.err) == (2, message)
    assert shell(place, "D <&-").code == 2


def test_text_comes_out_of_a_pipe_as_it_is(place: Path) -> None:
    assert run(place, "show", "f/kettle.md").out == KETTLE


@pytest.mark.parametrize(
    "pattern",
    [
        "f/kettle.md",
        "./f/kettle.md",
        "../{name}/f",
        ".",
        "link/kettle.md",
        "{place}/link",
        "kettle.md",
        "f/*.md",
    ],
)
def test_a_path_filter_counts_from_the_working_folder(place: Path, pattern: str) -> None:
    pattern = pattern.format(name=place.name, place=place)
    assert run(place, "query", "-l", "kettle", "--path", pattern).out == f"{place}/f/kettle.md\n"


def test_a_path_filter_of_another_folder_finds_nothing(place: Path, tmp_path: Path) -> None:
    assert (
        docsearch(
            "--index", place / "index", "query", "-l", "kettle", "--path", ".", cwd=tmp_path
        ).code
        == 1
    )


@pytest.mark.parametrize(
    ("option", "code"), [("--before=2300", 0), ("--after=1600", 0), ("--after=9999-12-31", 1)]
)
def test_dates_far_away_are_accepted(place: Path, option: str, code: int) -> None:
    assert run(place, "query", "-l", "kettle", option).code == code


def test_the_time_of_a_hit_is_a_valid_date(place: Path) -> None:
    modified = json.loads(run(place, "query", "kettle", "--json").out)["hits"][0]["modified"]
    assert run(place, "query", "kettle", "-l", "--after", modified).code == 0
    assert run(place, "query", "kettle", "-l", "--before", modified).code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["query", "x", "--color", "alway"],
            "'alway' is not one of 'auto', 'always', 'never'; did you mean always? See: docsearch",
        ),
        (["ingest", "--quiet=yes"], "Option '--quiet' does not take a value; see: docsearch"),
        (["status", "--config"], "Option '--config' requires an argument; see: docsearch --help"),
        (
            ["query", "x", "--json", "-l"],
            "--json, --jsonl and -l exclude each other; see: docsearch query --help",
        ),
        (
            ["query", "x", "--jsonl", "-0"],
            "--json, --jsonl and -l exclude each other; see: docsearch query --help",
        ),
        (
            ["query", "x", "--min-score", "nan"],
            "Invalid value for '--min-score': 'nan' is not in the range 0<=x<=1;",
        ),
        (
            ["--index", "", "status"],
            "Invalid value for '--index': the path is empty; see: docsearch --help",
        ),
        (
            ["--config", "", "status"],
            "Invalid value for '--config': the path is empty; see: docsearch --help",
        ),
        (["--config", "f", "status"], "f is a folder; name a configuration file"),
        (["ingest", ""], "the path is empty; see: docsearch ingest --help"),
        (["show", ""], "the path is empty; see: docsearch show --help"),
        (["check", ""], "the path is empty; see: docsearch check --help"),
        (["forget", ""], "the path is empty; see: docsearch forget --help"),
    ],
)
def test_misuse_is_an_error_of_one_line_and_exit_code_2(
    place: Path, arguments: list[str], message: str
) -> None:
    done = run(place, *arguments)
    assert (done.code, done.err.count("\n"), message in done.err) == (2, 1, True), done.err
    if "--json" in arguments or "--jsonl" in arguments:
        assert json.loads(done.out)["error"]["code"] == "usage"
    else:
        assert done.out == ""


def test_an_error_is_json_only_where_the_flag_was_meant(tmp_path: Path) -> None:
    def error_in(*arguments: str) -> str:
        return docsearch("--index", "none", *arguments, cwd=tmp_path).out[:10]

    assert error_in("query", "x", "--json") == '{"error": '
    assert error_in("query", "x", "--jsonl", "--min-score", "9") == '{"error": '
    assert error_in("query", "--nothing", "--json") == '{"error": '
    assert error_in("query", "--", "--json") == ""
    assert error_in("query", "x", "--path", "--json") == ""
    assert error_in("query", "--nothing", "--", "--json") == ""
    assert "Traceback" not in docsearch("--index", "none", "query", "--", "-v", cwd=tmp_path).err


def test_hints_name_the_index_in_use(place: Path, tmp_path: Path) -> None:
    done = docsearch("--index", "my index", "query", "x", "--json", cwd=tmp_path)
    hint = "run: docsearch --index 'my index' ingest FOLDER"
    assert (done.err.endswith(f"; {hint}\n"), json.loads(done.out)["error"]["hint"]) == (True, hint)
    done = docsearch("query", "x", cwd=tmp_path, env={"DOCSEARCH_INDEX": "my index"})
    assert done.err.endswith("; run: docsearch ingest FOLDER\n")
    (tmp_path / "c.toml").write_text('index = "none"')
    done = docsearch("--config", "c.toml", "query", "x", cwd=tmp_path)
    assert done.err.endswith("; run: docsearch --config c.toml ingest FOLDER\n")
    assert run(place, "check", "/etc/hostname").out.endswith(
        "add it with: docsearch --index index ingest PATH [outside]\n"
    )


def test_configured_defaults_count_for_new_indexes_and_roots_only(tmp_path: Path) -> None:
    (tmp_path / "docs" / "sub").mkdir(parents=True)
    (tmp_path / "docs" / "sub" / "a.md").write_text(
        "A document of some length, more than fifty bytes of words."
    )
    (tmp_path / "docs" / "b.md").write_text("A short one.")
    ingest = ("--index", "index", "ingest")
    assert docsearch(*ingest, "docs", "--max-file-size", "50", cwd=tmp_path).code == 0
    (tmp_path / "c.toml").write_text("max_file_size = 1000000\n")
    env = {"DOCSEARCH_PROFILE": "fast"}
    for path in ("docs", "docs/sub"):
        done = docsearch("--config", "c.toml", *ingest, path, "--json", cwd=tmp_path, env=env)
        assert (done.code, json.loads(done.out)["passed_over"]) == (0, {"too_large": 1}), done.err
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.md").write_text("x" * 60)
    (tmp_path / "c.toml").write_text("max_file_size = 50\n")
    done = docsearch("--config", "c.toml", *ingest, "new", "--json", cwd=tmp_path, env=env)
    assert (done.code, json.loads(done.out)["passed_over"]) == (0, {"too_large": 1})
    done = docsearch(*ingest, "--profile", "fast", "docs", cwd=tmp_path)
    assert (done.code, "not fast" in done.err) == (2, True)


def test_a_named_file_that_is_passed_over_says_why(tmp_path: Path) -> None:
    top = tmp_path.resolve()
    (top / "docs").mkdir()
    (top / "docs" / "a.md").write_text("A document.")
    (top / "docs" / "b.log").write_text("A log.")
    (top / "docs" / ".gitignore").write_text("*.log\n")
    (top / "film.mp4").write_bytes(b"\0")
    docsearch("--index", "index", "ingest", "docs", cwd=tmp_path)
    done = docsearch(
        "--index", "index", "ingest", "docs/b.log", "film.mp4", "docs/a.md", cwd=tmp_path
    )
    lines = done.err.splitlines()
    assert (done.code, lines[0]) == (
        0,
        (
            f"passed over: {top}/docs/b.log: "
            f"the file b.log is ignored by {top}/docs/.gitignore line 1: *.log"
        ),
    )
    assert lines[1].startswith(f"passed over: {top}/film.mp4: ")
    assert [line for line in lines if "a.md" in line] == []
    assert lines[-1].startswith("documents: 1 unchanged, ")


def test_an_unreadable_file_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("A document.")
    (tmp_path / "docs" / ".gitignore").write_bytes(b"*" * 1_000_001)
    done = docsearch("--index", "index", "ingest", "docs", "--json", cwd=tmp_path)
    report = json.loads(done.out)
    assert (len(report["failed"]), report["passed_over"]) == (1, {"hidden": 1})
    assert "documents: 1 added, 1 passed over, 1 failed; " in done.err


def test_no_color_counts_more_than_a_file_and_less_than_the_flag(
    place: Path, tmp_path: Path
) -> None:
    (tmp_path / "c.toml").write_text('color = "always"')
    always = ("--config", f"{tmp_path}/c.toml")
    assert "\x1b[" in run(place, *always, "query", "kettle", env=ON_A_TERMINAL).out
    assert "\x1b[" not in run(place, *always, "query", "kettle", env={"NO_COLOR": "1"}).out
    assert "\x1b[" in run(place, "--color", "always", "query", "kettle", env={"NO_COLOR": "1"}).out


def test_an_interrupted_query_is_one_line(place: Path) -> None:
    command = [COMMAND, "--index", "index", "query", "--jsonl", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=place, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("kettle\n")
        process.stdin.flush()
        # Once the first query is answered, the process waits for the next one.
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr is not None
        assert process.stderr.read() == "docsearch: interrupted\n"


def test_an_interrupt_while_modules_are_imported_is_one_line(tmp_path: Path) -> None:
    script = """
import sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
from tui.cli import main
main(["status"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "docsearch: interrupted\n")


def test_a_folder_that_gives_no_document_says_why(tmp_path: Path) -> None:
    top = tmp_path.resolve()
    (top / "elsewhere").mkdir()
    (top / "elsewhere" / "a.md").write_text("A document.")
    for name in ("links", "ignored", "fine"):
        (top / name).mkdir()
    (top / "links" / "a.md").symlink_to(top / "elsewhere" / "a.md")
    (top / "links" / "folder").symlink_to(top / "elsewhere")
    (top / "ignored" / ".gitignore").write_text("*\n")
    (top / "ignored" / "a.md").write_text("A document.")
    (top / "ignored" / "empty.md").write_text("")
    (top / "fine" / "a.md").write_text("A document.")
    (top / "fine" / ".hidden").write_text("Hidden.")
    done = docsearch("--index", "ix", "ingest", "links", "ignored", "fine", "--json", cwd=tmp_path)
    assert json.loads(done.out)["nothing_read"] == [
        {"path": f"{top}/links", "reasons": {"symlink": 2}},
        {"path": f"{top}/ignored", "reasons": {"hidden": 1, "ignored": 2}},
    ]
    assert done.err.splitlines()[:-1] == [
        f"{top}/links gave no document: 2 symlink",
        "  symlink: links out of a folder are not followed; add the link's target as a folder",
        f"{top}/ignored gave no document: 1 hidden, 2 ignored",
        "  hidden: its name begins with a dot; "
        "to read it nevertheless: docsearch --index ix ingest --hidden FOLDER",
        "  ignored: an ignore file names it; "
        "to read it nevertheless: docsearch --index ix ingest --no-ignore FOLDER",
    ]
    dry = docsearch("--index", "ix", "ingest", "links", "--dry-run", cwd=tmp_path)
    assert "forget 0, pass over 2 (2 symlink); " in dry.err


def test_a_byte_order_mark_is_no_part_of_a_query(place: Path) -> None:
    plain = json.loads(run(place, "query", "--json", "kettle").out)
    marked = json.loads(run(place, "query", "--json", "\ufeffkettle").out)
    assert plain["hits"]
    assert (marked["query"], marked["hits"]) == ("kettle", plain["hits"])
    done = docsearch(
        *("--index", "index", "query", "-", "--jsonl"), cwd=place, stdin="\ufeffkettle\n"
    )
    assert {json.loads(line)["query"] for line in done.out.splitlines()} == {"kettle"}


def test_a_query_that_is_cut_says_so(place: Path) -> None:
    words = " ".join(f"word{chr(97 + number % 26)}{number}" for number in range(270))
    done = run(place, "query", "--json", "--mode", "text", f"retry {words}")
    warning = "the query is long: only the first 256 of its 271 words are looked for"
    assert json.loads(done.out)["warnings"] == [warning]
    assert json.loads(run(place, "query", "--json", "retry").out)["warnings"] == []
    assert f"docsearch: {warning}" in run(place, "query", f"retry {words}").err


def test_cloud_files_are_counted(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("A document.")
    (tmp_path / "docs" / ".b.md.icloud").write_bytes(b"bplist00")
    done = docsearch("--index", "index", "ingest", "docs", "--fetch-cloud", cwd=tmp_path)
    assert done.code == 0
    assert done.err.splitlines()[0].startswith("not downloaded: 1 file or folder; ")
    assert done.err.splitlines()[1].startswith("documents: 1 added, 1 passed over; ")
    done = docsearch("--index", "index", "status", cwd=tmp_path)
    assert "skipped    1 not_downloaded\n" in done.out
    done = docsearch("--index", "index", "check", "docs/b.md", cwd=tmp_path)
    assert (done.code, done.out.rstrip().endswith("[not_downloaded]")) == (1, True)
