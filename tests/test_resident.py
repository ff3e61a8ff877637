"""Commands answered by the resident process are the same as in a process of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tui.client.address import Address

from .commands import COMMAND, Done, docsearch
from .pty_driver import Pty

FILES = {
    "house/boiler.md": (
        "# Boiler\n\n## Radiators stay cold\n\nWhen the radiators stay cold, the pressure is too "
        "low. Open the filling loop until the gauge shows 1.5 bar.\n"
    ),
    "house/lease.txt": "The landlord may raise the rent once a year.\n",
    "house/copy.txt": "The landlord may raise the rent once a year.\n",
    "sea/tides \udcff.rst": "Tides\n=====\n\nHigh water comes every twelve hours.\n",
}
LINES = {
    "hits": ["query", "why are my radiators cold"],
    "hits as JSON": ["query", "--json", "-n", "2", "why are my radiators cold"],
    "hits as lines of JSON": ["query", "--jsonl", "--no-rerank", "when is high water"],
    "paths": ["query", "-l", "--mode", "text", "water"],
    "paths with NUL": ["query", "-0", "--mode", "text", "water"],
    "explained": ["query", "--explain", "--no-rerank", "rent"],
    "whole passages": ["query", "--full", "--no-rerank", "rent"],
    "colours": ["--color", "always", "query", "--mode", "text", "rent"],
    "words alone": ["query", "--mode", "text", "rent"],
    "a relative path": ["query", "--mode", "text", "rent", "--path", "house/**"],
    "a filter word": ["query", "mode:text", "rent", "path:./house/lease.txt"],
    "nothing": ["query", '"no such phrase"'],
    "nothing of that type": ["query", "--json", "--mode", "text", "--type", "nosuch", "tide"],
    "a wrong filter": ["query", "rent", "after:someday"],
    "a wrong option": ["query", "--no-such-option", "rent"],
    "an error as JSON": ["query", "--json", "-tide"],
    "another index": ["--index", "nothing-here", "query", "--json", "rent"],
    "quiet": ["--quiet", "query", '"no such phrase"'],
    "a document": ["show", "house/boiler.md"],
    "lines of a document": ["show", "house/boiler.md:3"],
    "no such document": ["show", "house/nothing.md"],
    "status": ["status"],
    "status as JSON": ["status", "--json"],
}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder with documents and an index of them."""
    # A socket's path may have some hundred bytes, so the folder has a short name.
    with tempfile.TemporaryDirectory(prefix="ds") as folder:
        place = Path(folder).resolve()
        # Of two copies the newer one is shown.
        for number, (name, text) in enumerate(FILES.items()):
            path = place / "docs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            os.utime(path, (1_760_000_000 + number, 1_760_000_000 + number))
        done = docsearch("--index", place / "index", "ingest", place / "docs", cwd=place)
        assert done.code == 0, done.err
        yield place


@pytest.fixture
def env(place: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Variables under which commands and the resident process of this test meet."""
    with tempfile.TemporaryDirectory(prefix="run", dir=place) as runtime:
        yield {
            "XDG_RUNTIME_DIR": runtime,
            "XDG_STATE_HOME": f"{runtime}/state",
            "HOME": f"{place}/home",
            "DOCSEARCH_INDEX": f"{place}/index",
            "DOCSEARCH_DAEMON": "auto",
        }


@pytest.fixture
def resident(env: dict[str, str], place: Path) -> Iterator[subprocess.Popen[bytes]]:
    with serving(env, place) as process:
        yield process


@contextmanager
def serving(env: dict[str, str], place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`docsearch serve`, until the end of the block."""
    process = subprocess.Popen(
        [COMMAND, "serve"], env=dict(os.environ) | env, cwd=place, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline().startswith(b"answering at ")
        wait_until(lambda: is_listening(env))
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)
        process.stderr.close()


def wait_until(true: object, seconds: float = 30) -> None:
    assert callable(true)
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def address_of(env: dict[str, str]) -> Address:
    return Address.of(dict(os.environ) | env)


def is_answering(env: dict[str, str]) -> bool:
    return os.path.exists(address_of(env).socket)


def is_listening(env: dict[str, str]) -> bool:
    """Whether a client can connect: the socket is there a moment before that."""
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(address_of(env).socket) == 0


def answers(env: dict[str, str], place: Path) -> int:
    """How many commands the resident process has answered."""
    done = docsearch("serve", "--status", "--json", cwd=place, env=env)
    number: int = json.loads(done.out)["answered"]
    return number


def stable(done: Done) -> Done:
    out = re.sub(r'"took_ms": [\d.]+', '"took_ms": 0.0', done.out)
    return Done(done.code, out, done.err)


def alone(env: dict[str, str]) -> dict[str, str]:
    """The variables under which a command asks nobody."""
    return {**env, "DOCSEARCH_DAEMON": "never"}


def test_every_command_writes_the_same_in_both_processes(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path
) -> None:
    cwd = place / "docs"
    asked = {name: docsearch(*words, cwd=cwd, env=env) for name, words in LINES.items()}
    assert answers(env, place) == len(LINES)
    own = {name: docsearch(*words, cwd=cwd, env=alone(env)) for name, words in LINES.items()}
    assert {name: stable(done) for name, done in asked.items()} == {
        name: stable(done) for name, done in own.items()
    }


def test_a_terminal_shows_the_same_from_both_processes(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path
) -> None:
    def shown(env: dict[str, str], *words: str) -> bytes:
        variables = dict(os.environ) | env
        with Pty([str(COMMAND), *words], variables, columns=70) as terminal:
            terminal.wait_for_end()
            return terminal.bytes

    for words in (["query", "radiators"], ["--color", "never", "query", "rent"], ["show", "x"]):
        assert shown(env, *words) == shown(alone(env), *words)
    assert b"\x1b[" in shown(env, "query", "radiators")
    assert b"\x1b[" not in shown({**env, "NO_COLOR": "1"}, "query", "radiators")
    assert answers(env, place) == 5


def test_what_needs_a_process_of_its_own_is_not_asked_for(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path
) -> None:
    for words in (["query", "--help"], ["check", "docs/house/lease.txt"], ["--version"]):
        assert docsearch(*words, cwd=place, env=env).code == 0
    done = docsearch("query", "--jsonl", "-", cwd=place, env=env, stdin="rent\n")
    assert json.loads(done.out.splitlines()[0])["query"] == "rent"
    assert answers(env, place) == 0


def test_an_index_that_another_process_changes_is_seen_at_once(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path, tmp_path: Path
) -> None:
    def paths(question: str) -> list[str]:
        done = docsearch("query", "-l", "--no-rerank", question, cwd=tmp_path, env=env)
        return [os.path.basename(path) for path in done.out.splitlines()]

    env = {**env, "DOCSEARCH_INDEX": str(tmp_path / "index")}
    (tmp_path / "notes").mkdir()
    # No index is there yet.
    done = docsearch("query", "bread", cwd=tmp_path, env=env)
    assert (done.code, done.err) == (
        docsearch("query", "bread", cwd=tmp_path, env=alone(env)).code,
        docsearch("query", "bread", cwd=tmp_path, env=alone(env)).err,
    )
    # It is made.
    (tmp_path / "notes/bread.md").write_text("# Bread\n\nFold the dough four times.\n")
    assert docsearch("ingest", "notes", cwd=tmp_path, env=env).code == 0
    assert paths("dough") == ["bread.md"]
    # It gets another document.
    (tmp_path / "notes/soup.md").write_text("# Soup\n\nSimmer the leeks for an hour.\n")
    assert docsearch("ingest", cwd=tmp_path, env=env).code == 0
    assert paths("leeks")[0] == "soup.md"
    # Another one is put in its place.
    shutil.rmtree(tmp_path / "index")
    (tmp_path / "notes/bread.md").unlink()
    assert docsearch("ingest", "notes", cwd=tmp_path, env=env).code == 0
    assert paths("dough") == ["soup.md"]
    # It is embedded anew.
    assert docsearch("ingest", "--reembed", cwd=tmp_path, env=env).code == 0
    assert paths("leeks") == ["soup.md"]
    # It is deleted.
    shutil.rmtree(tmp_path / "index")
    assert docsearch("query", "leeks", cwd=tmp_path, env=env).code == 2
    assert answers(env, place) == 6


def test_an_index_that_was_not_named_is_never_asked(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path, tmp_path: Path
) -> None:
    assert docsearch("query", "-l", "rent", cwd=place, env=env).out
    other = {**env, "DOCSEARCH_INDEX": str(tmp_path / "other")}
    done = docsearch("query", "-l", "rent", cwd=place, env=other)
    assert (done.code, done.out) == (2, "")
    # Without the variable the index is the user's own, which is not there either.
    without = {**env, "DOCSEARCH_INDEX": ""}
    assert docsearch("query", "-l", "rent", cwd=place, env=without).code == 2


def test_another_home_folder_does_not_meet_the_process(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path
) -> None:
    done = docsearch("query", "-l", "rent", cwd=place, env={**env, "HOME": f"{place}/other"})
    assert done.out
    assert answers(env, place) == 0


def test_the_setting_never_holds_in_both_processes(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('daemon = "never"\n')
    without = {name: value for name, value in env.items() if name != "DOCSEARCH_DAEMON"}
    without["DOCSEARCH_DAEMON"] = ""
    done = docsearch("--config", settings, "query", "-l", "rent", cwd=place, env=without)
    assert done.out
    assert [line for line in log_of(env) if "code 0" in line] == []


def log_of(env: dict[str, str]) -> list[str]:
    return (Path(env["XDG_STATE_HOME"]) / "docsearch/serve.log").read_text().splitlines()


def test_hostile_clients_hold_nobody_up(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path
) -> None:
    address = address_of(env)

    def connected() -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(30)
        client.connect(address.socket)
        assert client.recv(1 << 16) == address.greeting
        return client

    # A client that says nothing, and one that leaves within its request.
    silent = connected()
    with connected() as half:
        half.sendall(b'{"words": ["query"')
    # Lines that are no requests.
    for line in (b"GET / HTTP/1.1\r\n", b"[]\n", b'{"words": "query"}\n', b"\xff\xfe\n"):
        with connected() as client:
            client.sendall(line if line.endswith(b"\n") else line + b"\n")
            assert json.loads(client.makefile().readline())["code"] is None
    # A line of a hundred megabytes.
    with connected() as client:
        refused = False
        try:
            for _ in range(100):
                client.sendall(b"x" * 10**6)
        except (BrokenPipeError, ConnectionResetError):
            refused = True
        assert refused
    # A client that leaves while its query is answered.
    with connected() as client:
        client.sendall(request(place, env, ["query", "rent"]))
    # All others are answered meanwhile.
    assert docsearch("query", "-l", "rent", cwd=place, env=env).code == 0
    assert silent.recv(1) == b""
    silent.close()
    status = json.loads(docsearch("serve", "--status", "--json", cwd=place, env=env).out)
    assert status["running_now"] == 0


def request(place: Path, env: dict[str, str], words: list[str]) -> bytes:
    fields = {
        "words": words,
        "folder": str(place),
        "environment": env,
        "terminals": [False, False],
        "columns": 80,
    }
    return json.dumps(fields).encode() + b"\n"


def test_many_clients_at_once_are_all_answered(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path
) -> None:
    found: list[Done] = []

    def ask() -> None:
        found.append(docsearch("query", "-l", "--no-rerank", "rent", cwd=place, env=env))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(done.code, done.err) for done in found} == {(0, "")}
    assert len({done.out for done in found}) == 1
    assert answers(env, place) == 20


def test_asking_imports_next_to_nothing(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path
) -> None:
    code = (
        "import sys; before = set(sys.modules)\nfrom tui.cli import main\n"
        "try:\n    main(['query', '-l', '--mode', 'text', 'rent'])\n"
        "finally:\n    print(*set(sys.modules) - before, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ) | env, cwd=place, capture_output=True,
        text=True, check=True, timeout=60,
    )  # fmt: skip
    assert answers(env, place) == 1
    imported = set(done.stderr.split())
    assert "tui.client.asking" in imported
    # Each of these takes longer than all that is needed here.
    assert imported & {"click", "dataclasses", "inspect", "shutil", "typing"} == set()
    assert {name for name in imported if name.startswith("search")} == {"search"}


@pytest.mark.parametrize("ending", ["before the greeting", "after it", "another greeting"])
def test_a_process_that_ends_or_is_foreign_costs_no_answer(
    env: dict[str, str], place: Path, ending: str
) -> None:
    address = address_of(env)
    Path(address.folder).mkdir(mode=0o700)
    asked = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address.socket)
        listener.listen()
        listener.settimeout(30)

        def answer() -> None:
            client, _ = listener.accept()
            with client:
                if ending == "after it":
                    client.sendall(address.greeting)
                    asked.append(json.loads(client.recv(1 << 16))["words"])
                elif ending == "another greeting":
                    client.sendall(b"x" * len(address.greeting))

        thread = threading.Thread(target=answer)
        thread.start()
        done = docsearch("query", "-l", "rent", cwd=place, env=env)
        thread.join()
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{place}/docs/house/copy.txt\n"
    assert asked == ([["query", "-l", "rent"]] if ending == "after it" else [])


def test_a_folder_that_others_may_enter_is_not_used(env: dict[str, str], place: Path) -> None:
    address = address_of(env)
    Path(address.folder).mkdir()
    os.chmod(address.folder, 0o777)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address.socket)
        assert docsearch("query", "-l", "rent", cwd=place, env=env).code == 0
    done = docsearch("serve", cwd=place, env=env)
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        f"docsearch: {address.folder} is not a folder of yours alone; remove it, or give it mode "
        "700",
    )


def test_a_socket_that_a_killed_process_left_is_taken_over(
    env: dict[str, str], place: Path
) -> None:
    with serving(env, place) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert is_answering(env)
    # The first query leaves its mark, and the second one starts another process.
    for _ in range(2):
        assert docsearch("query", "-l", "--mode", "text", "rent", cwd=place, env=env).code == 0
    wait_until(lambda: docsearch("serve", "--status", cwd=place, env=env).code == 0)
    assert docsearch("query", "-l", "--mode", "text", "rent", cwd=place, env=env).code == 0
    assert answers(env, place) == 1
    assert docsearch("serve", "--stop", cwd=place, env=env).code == 0
    wait_until(lambda: not is_answering(env))


def test_a_path_that_is_too_long_for_a_socket_is_told_and_costs_no_query(
    env: dict[str, str], place: Path
) -> None:
    deep = place / ("deep" * 30)
    deep.mkdir(exist_ok=True)
    env = {**env, "XDG_RUNTIME_DIR": str(deep), "DOCSEARCH_DAEMON": "always"}
    assert docsearch("query", "-l", "--mode", "text", "rent", cwd=place, env=env).code == 0
    done = docsearch("serve", "--quiet", cwd=place, env=env)
    assert (done.code, done.err) == (
        2,
        f"docsearch: there can be no socket at {address_of(env).socket}: AF_UNIX path too long; "
        "set XDG_RUNTIME_DIR to a folder with a short path\n",
    )


def test_a_second_process_is_refused(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path
) -> None:
    done = docsearch("serve", "--quiet", cwd=place, env=env)
    assert (done.code, done.err) == (
        2,
        "docsearch: the resident process is running already; see: docsearch serve --status\n",
    )


REFUSED = """
import logging, os
from search.errors import UsageError
from search.open_indexes import OpenIndexes
from tui.client.address import Address
from tui.server.process import ResidentProcess

process = ResidentProcess(Address.of(os.environ), OpenIndexes(), 1, 1000, logging.getLogger())
try:
    process.run(lambda: print("begun"))
except UsageError as error:
    print(error.message)
"""


def test_a_refused_process_begins_nothing(
    resident: subprocess.Popen[bytes], env: dict[str, str]
) -> None:
    command = [sys.executable, "-c", REFUSED]
    out = subprocess.check_output(command, env=dict(os.environ) | env, timeout=60)
    assert out == b"the resident process is running already\n"


def test_status_and_stop_tell_about_the_process(
    resident: subprocess.Popen[bytes], env: dict[str, str], place: Path
) -> None:
    docsearch("query", "-l", "rent", cwd=place, env=env)
    done = docsearch("serve", "--status", cwd=place, env=env)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", done.out)
    text = re.sub(r"[\d,]+ MB", "MB", text)
    assert (done.code, text) == (
        0,
        f"process    {resident.pid}\nstarted    TIME UTC\nanswers    1 given, 0 running\n"
        f"memory     MB\nmodels     starter, starter-reranker\nends       after 15 idle minutes\n"
        f"index      {place}/index\n",
    )
    done = docsearch("serve", "--stop", cwd=place, env=env)
    assert (done.code, done.out) == (0, "it ends now\n")
    assert resident.wait(30) == 0
    done = docsearch("serve", "--stop", cwd=place, env=env)
    assert (done.code, done.out) == (1, "")
    assert done.err == "no process is running; queries start one by themselves\n"
    done = docsearch("serve", "--status", "--json", cwd=place, env=env)
    assert (done.code, json.loads(done.out)) == (1, {"schema": 1, "running": False})
    log = [re.sub(r"^[\d,:. -]+|\d+(?= ms)", "", line) for line in log_of(env)]
    socket_path = address_of(env).socket
    assert log == [
        f"process {resident.pid} answers at {socket_path}",
        "code 0 in  ms",
        f"process {resident.pid} ends after 1 answers",
    ]


def test_the_second_query_starts_the_process_and_the_first_leaves_nothing(
    env: dict[str, str], place: Path
) -> None:
    assert docsearch("query", "-l", "rent", cwd=place, env=env).code == 0
    assert docsearch("serve", "--status", cwd=place, env=env).code == 1
    assert docsearch("query", "-l", "rent", cwd=place, env=alone(env)).code == 0
    assert docsearch("serve", "--status", cwd=place, env=env).code == 1
    assert docsearch("query", "-l", "rent", cwd=place, env=env).code == 0
    wait_until(lambda: docsearch("serve", "--status", cwd=place, env=env).code == 0)
    try:
        assert docsearch("query", "-l", "rent", cwd=place, env=env).code == 0
        assert answers(env, place) == 1
    finally:
        assert docsearch("serve", "--stop", cwd=place, env=env).code == 0
        wait_until(lambda: not is_answering(env))


def test_always_starts_it_at_the_first_query(env: dict[str, str], place: Path) -> None:
    env = {**env, "DOCSEARCH_DAEMON": "always"}
    assert docsearch("query", "-l", "rent", cwd=place, env=env).code == 0
    wait_until(lambda: docsearch("serve", "--status", cwd=place, env=env).code == 0)
    assert docsearch("serve", "--stop", cwd=place, env=env).code == 0
    wait_until(lambda: not is_answering(env))


LIMITED = """
import logging, os
from search.open_indexes import OpenIndexes
from tui.client.address import Address
from tui.server.process import ResidentProcess
from tui.server.written import route_streams
route_streams()
log = logging.getLogger("docsearch.serve")
ResidentProcess(Address.of(os.environ), OpenIndexes(), {idle}, 1000, log, lambda: {held}).run()
"""


@contextmanager
def limited(
    env: dict[str, str], place: Path, idle: float, held: int
) -> Iterator[subprocess.Popen[bytes]]:
    """A resident process with these limits that holds so many bytes, as it is told."""
    script = LIMITED.format(idle=idle, held=held)
    process = subprocess.Popen([sys.executable, "-c", script], env=dict(os.environ) | env)
    try:
        wait_until(lambda: is_answering(env) or process.poll() is not None)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_it_ends_by_itself_when_nobody_asks(env: dict[str, str], place: Path) -> None:
    with limited(env, place, idle=0.5, held=0) as process:
        assert process.wait(30) == 0
    assert not is_answering(env)


def test_it_ends_after_an_answer_when_it_holds_too_much(env: dict[str, str], place: Path) -> None:
    with limited(env, place, idle=600, held=10**9) as process:
        done = docsearch("query", "-l", "--mode", "text", "rent", cwd=place, env=env)
        assert (done.code, done.out) == (0, f"{place}/docs/house/copy.txt\n")
        assert process.wait(30) == 0
    with limited(env, place, idle=600, held=1000) as process:
        for _ in range(2):
            docsearch("query", "-l", "--mode", "text", "rent", cwd=place, env=env)
        assert answers(env, place) == 2
        process.terminate()
        assert process.wait(30) == 0
