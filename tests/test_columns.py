"""The width of the terminal is that which Python's own shutil tells."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
CODE = (
    "import os, shutil, sys; from tui.columns import columns_of\n"
    "print(columns_of(os.environ), shutil.get_terminal_size().columns, file=sys.stderr)"
)


@pytest.mark.parametrize(
    ("columns", "told"), [(None, 72), ("100", 100), ("0", 72), ("-3", 72), ("wide", 72), ("", 72)]
)
def test_a_terminal_is_asked_unless_the_environment_names_a_width(columns, told):
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 72, 0, 0))
    try:
        assert widths(columns, inner) == [told, told]
    finally:
        os.close(outer)
        os.close(inner)


def test_where_there_is_no_terminal_it_is_the_usual_one():
    assert widths(None, subprocess.DEVNULL) == [80, 80]


def test_a_closed_stdout_has_the_usual_one():
    shell = ["/bin/sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, CODE]
    assert widths(None, subprocess.DEVNULL, shell) == [80, 80]


def widths(columns, stdout, command=(sys.executable, "-c", CODE)):
    environment = {"PYTHONPATH": str(HERE)} | ({} if columns is None else {"COLUMNS": columns})
    done = subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment, check=True,
        timeout=60, cwd=HERE,
    )  # fmt: skip
    return list(map(int, done.stderr.split()))
