"""Builds the library that counts calls and kills, and tells a process to load it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("preload.c")


@dataclass(frozen=True, slots=True)
class Kill:
    """Where to end a process: at the call `number`, 0 for never; `half` writes half of a write."""

    number: int
    half: bool
    shadow: Path | None


def build(work: Path) -> Path | None:
    """The library, built in the folder `work`; None where there is no compiler or no Linux."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        return None
    library = work / "preload.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-o", library, SOURCE]
    subprocess.run([*command, "-ldl", "-lpthread"], check=True)
    return library


def environment(library: Path, index: Path, report: Path, kill: Kill) -> dict[str, str]:
    """The variables that preload.c reads."""
    return {
        "LD_PRELOAD": str(library),
        "TORTURE_FOLDER": str(index),
        "TORTURE_REPORT": str(report),
        "TORTURE_KILL": str(kill.number),
        "TORTURE_HALF": "1" if kill.half else "0",
        "TORTURE_SHADOW": str(kill.shadow or ""),
    }
