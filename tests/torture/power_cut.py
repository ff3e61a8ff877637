"""Takes from the files what was not flushed, as a power cut would."""

from __future__ import annotations

import random
from pathlib import Path

_BLOCK = 4096


def cut_power(folder: Path, shadow: Path, chance: random.Random) -> int:
    """Lose writes that were not flushed; the number of files that lost some.

    `shadow` holds the bytes of the last flush of each file that was written since, named by inode.
    Of such a file all writes are lost, or none, or some of its blocks: a block that is lost has its
    old bytes, or zeros where there were none.
    """
    lost = 0
    for path in sorted(folder.rglob("*")):
        copy = shadow / str(path.lstat().st_ino)
        if not path.is_file() or not copy.exists():
            continue
        old, new = copy.read_bytes(), path.read_bytes()
        kind = chance.choice(("all", "blocks", "zeros", "none"))
        if kind == "none" or old == new:
            continue
        path.write_bytes(old if kind == "all" else _mixed(old, new, kind == "zeros", chance))
        lost += 1
    return lost


def _mixed(old: bytes, new: bytes, every: bool, chance: random.Random) -> bytes:
    """The new length, with each block's old bytes in place of the new ones, or of some of them."""
    before = old[: len(new)].ljust(len(new), b"\0")
    blocks = range(0, len(new), _BLOCK)
    return b"".join(
        (before if every or chance.random() < 0.5 else new)[start : start + _BLOCK]
        for start in blocks
    )
