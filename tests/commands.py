"""Runs the built command as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).with_name("docsearch")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def docsearch(
    *arguments: str | os.PathLike[str],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
) -> Done:
    """Run `docsearch` in a new process."""
    done = subprocess.run(
        [COMMAND, *map(os.fspath, arguments)],
        capture_output=True,
        cwd=cwd,
        env=dict(os.environ) | dict(env or {}),
        input=stdin.encode(),
        timeout=300,
    )
    return Done(
        done.returncode,
        done.stdout.decode("utf-8", "surrogateescape"),
        done.stderr.decode("utf-8", "surrogateescape"),
    )
