"""The line of a passage is the one that `sed -n 'Lp'` prints, whatever separates the words."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from search import readers
from search.text.passages import PassageRules, split

from .toys import ToyTokenizer

BETWEEN = [
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r\n\r\n",
    "\r",
    "\u2028",
    "\u2029",
    "\x85",
    "\v",
    "\f",
    "\x1c",
    "\x1d",
    "\x1e",
    "\t",
    "\0",
    " ",
    "\u00a0",
    "\r\r\n",
]
MARKUP = {
    "txt": [""],
    "md": ["", "# ", "- ", "> ", "    ", "```\n"],
    "rst": ["", "- ", "    ", ".. code::\n\n    "],
    "py": ["", "def ", "class ", "# ", "    "],
}


def made(suffix: str, seed: int) -> bytes:
    """A file of words that occur once each, with separators of all kinds between them."""
    chance = random.Random(f"{suffix} {seed}")
    parts = [
        f"{chance.choice(BETWEEN)}{chance.choice(MARKUP[suffix])}word{number:04}"
        for number in range(300)
    ]
    return ("\ufeff" * chance.randrange(2) + "".join(parts) + "\n").encode()


@pytest.mark.parametrize("suffix", MARKUP)
@pytest.mark.parametrize("seed", range(6))
def test_the_first_and_the_last_word_stand_in_their_lines(suffix: str, seed: int) -> None:
    data = made(suffix, seed)
    lines = data.decode().split("\n")
    document = readers.read(data, f"/d/a.{suffix}")
    passages = list(
        split(document, ToyTokenizer(), PassageRules(max_tokens=12, overlap=3, min_tokens=2))
    )
    assert len(passages) > 10
    for passage in passages:
        first, *_ = passage.text.split("\n")[0].split()
        *_, last = passage.text.split("\n")[-1].split()
        assert first in lines[passage.line_start - 1], passage
        assert last in lines[passage.line_end - 1], passage


@pytest.mark.skipif(not shutil.which("sed"), reason="there is no sed")
def test_sed_shows_the_line(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(made("txt", 99))
    document = readers.read(file.read_bytes(), str(file))
    for passage in split(
        document, ToyTokenizer(), PassageRules(max_tokens=60, overlap=0, min_tokens=2)
    ):
        printed = subprocess.run(
            ["sed", "-n", f"{passage.line_start}p", file], capture_output=True, check=True
        ).stdout
        assert passage.text.split()[0] in printed.decode()
