"""A folder of small documents, and random changes to it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from ..toys import TOPICS

MOST_FILES = 40
_FILLERS = ("the", "house", "is", "old", "and", "each", "winter", "brings", "more", "work")


def text_of(chance: random.Random) -> str:
    """A document whose every paragraph holds a word of its own, of 1 to about 12 passages."""
    word = f"w{chance.getrandbits(40):010x}"
    words = (*TOPICS, *_FILLERS)
    paragraphs = [
        f"{word} {' '.join(chance.choices(words, k=chance.randint(5, 80)))}."
        for _ in range(chance.choice((1, 1, 2, 4, 40)))
    ]
    return "\n\n".join([f"# About {word}", *paragraphs, ""])


def word_of(text: str) -> str:
    """The word that only this document, and copies of it, hold."""
    return text.split(maxsplit=3)[2]


def files_in(folder: Path) -> list[Path]:
    """The documents, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def change(folder: Path, chance: random.Random, most: int = 12) -> None:
    """Make, change, empty, delete, copy and move up to `most` files."""
    for _ in range(chance.randint(1, most)):
        there = files_in(folder)
        kinds = ["new"] * (5 if len(there) < MOST_FILES else 1)
        kinds += ["changed", "changed", "deleted", "moved", "copied", "empty"] if there else []
        kind = chance.choice(kinds)
        new = folder / f"part-{chance.randrange(4)}" / f"note-{chance.getrandbits(24):06x}.md"
        new.parent.mkdir(parents=True, exist_ok=True)
        if kind == "new":
            new.write_text(text_of(chance))
            continue
        old = chance.choice(there)
        if kind == "changed":
            old.write_text(text_of(chance))
        elif kind == "empty":
            old.write_text("")
        elif kind == "deleted":
            old.unlink()
        elif kind == "moved":
            old.rename(new)
        else:
            shutil.copyfile(old, new)
