"""Documents of ordinary English: the sentences of the sample corpus, drawn at random by a seed."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

CORPUS = Path(__file__).parent.parent / "sample_corpus"


@cache
def sentences() -> list[str]:
    """The sentences of the sample corpus's Markdown and text files."""
    text = " ".join(
        path.read_text() for path in sorted(CORPUS.rglob("*")) if path.suffix in (".md", ".txt")
    )
    return [
        " ".join(part.split()) for part in re.split(r"(?<=[.?!])\s+", text) if 20 < len(part) < 300
    ]


def document(seed: int, count: int) -> str:
    """A Markdown document of `count` sentences under headings."""
    pick = random.Random(seed)
    parts = [f"# Note {seed}"]
    for number in range(0, count, 8):
        chosen = pick.choices(sentences(), k=min(8, count - number))
        parts.append(f"## Section {number // 8 + 1}\n\n" + " ".join(chosen))
    return "\n\n".join(parts) + "\n"
