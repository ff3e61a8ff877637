"""Takes from the files what was not flushed, as a power cut would: bytes, and names in folders."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

_BLOCK = 4096


def cut_power(folder: Path, shadow: Path, chance: random.Random) -> int:
    """Lose writes and names that were not flushed; the number of files that lost something.

    `shadow` holds the bytes of the last flush of each file that was written since, named by inode.
    Of such a file all writes are lost, or none, or some of its blocks: a block that is lost has its
    old bytes, or zeros where there were none.
    """
    lost = 0
    for path in sorted(folder.rglob("*")):
        copy = shadow / str(path.lstat().st_ino)
        if path.is_symlink() or not path.is_file() or not copy.exists():
            continue
        old, new = copy.read_bytes(), path.read_bytes()
        kind = chance.choice(("all", "blocks", "zeros", "none"))
        if kind == "none" or old == new:
            continue
        path.write_bytes(old if kind == "all" else _mixed(old, new, kind == "zeros", chance))
        lost += 1
    return lost + _lose_names(shadow, chance)


def _lose_names(shadow: Path, chance: random.Random) -> int:
    """Take back new names whose folder was not flushed afterwards; the number of them.

    A file system with a journal loses the last ones, any other loses any of them.
    """
    log = shadow / "names"
    lines = log.read_text(errors="surrogateescape").splitlines() if log.exists() else []
    flushed: set[str] = set()
    unsafe: list[list[str]] = []
    for line in reversed(lines):
        kind, *paths = line.split("\t")
        if kind == "flushed":
            flushed.add(paths[0])
        elif str(Path(paths[-1]).parent) not in flushed:
            unsafe.append([kind, *paths])
    kind = chance.choice(("last", "any", "none"))
    if kind == "none" or not unsafe:
        return 0
    if kind == "last":
        chosen = unsafe[: chance.randint(1, len(unsafe))]
    else:
        chosen = [name for name in unsafe if chance.random() < 0.5]
    # The newest names go first.
    return sum(_lose_name(shadow, *name) for name in chosen)


def _lose_name(shadow: Path, kind: str, *paths: str) -> bool:
    path = Path(paths[-1])
    if not path.exists() and not path.is_symlink():
        return False
    if kind == "folder":
        shutil.rmtree(path)
    elif kind == "new":
        path.unlink()
    else:
        number, old, _ = paths
        replaced = shadow / f"replaced-{number}"
        if Path(old).exists() or not Path(old).parent.exists():
            path.unlink()
        else:
            path.rename(old)
        if replaced.exists():
            replaced.rename(path)
    return True


def _mixed(old: bytes, new: bytes, every: bool, chance: random.Random) -> bytes:
    """The new length, with each block's old bytes in place of the new ones, or of some of them."""
    before = old[: len(new)].ljust(len(new), b"\0")
    blocks = range(0, len(new), _BLOCK)
    return b"".join(
        (before if every or chance.random() < 0.5 else new)[start : start + _BLOCK]
        for start in blocks
    )
