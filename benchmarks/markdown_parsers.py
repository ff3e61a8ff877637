"""Compares the reader of Markdown with markdown-it-py: headings, code, borders, speed and memory.

`python -m benchmarks.markdown_parsers FOLDER` compares the files under FOLDER, and `--show N` lists
the first N differences.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

from search.documents import Document
from search.errors import Unreadable
from search.readers.decoding import decode
from search.readers.markup import markdown

MB = 1_000_000
_NAME = re.compile(r"\s*\{[#./][^{}]*\}$")
SUFFIXES = frozenset(markdown.SUFFIXES)


@dataclass(frozen=True)
class Outline:
    """What a parser makes of a file.

    headings: the line, level and words of each heading. Lines count from 0.
    code: the lines of code.
    begins: the lines on which a block begins.
    """

    headings: frozenset[tuple[int, int, str]]
    code: frozenset[int]
    begins: frozenset[int]


def ours(text: str) -> Outline:
    """The outline by the reader of this project."""
    document = markdown.read(text.encode("utf-8", "replace"), "")
    starts = [document.text.count("\n", 0, block.start) for block in document.blocks]
    return Outline(
        frozenset(
            (line, block.level, _words(block.heading))
            for line, block in zip(starts, document.blocks, strict=True)
            if block.kind == "heading"
        ),
        frozenset(
            number
            for line, block in zip(starts, document.blocks, strict=True)
            if block.kind == "code"
            for number in range(line, line + 1 + _lines(document, block.start, block.end))
        ),
        frozenset(starts),
    )


def _lines(document: Document, start: int, end: int) -> int:
    return document.text.count("\n", start, end)


def theirs(text: str) -> Outline:
    """The outline by markdown-it-py, with tables and front matter.

    Headings inside quotations are left out, as are the names behind headings: the reader takes
    neither on purpose.
    """
    tokens = _parser().parse(text)
    headings, code, begins = set(), set(), set()
    quoted = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        quoted += token.nesting * (token.type in ("blockquote_open", "blockquote_close"))
        if token.map is None:
            continue
        first, after = token.map
        if token.type == "heading_open" and following is not None:
            words = "".join(
                child.content or " " * (child.type in ("softbreak", "hardbreak"))
                for child in following.children or ()
                if child.type != "html_inline"
            )
            if not quoted:
                headings.add((first, int(token.tag[1]), _words(_NAME.sub("", words))))
        if token.type in ("fence", "code_block"):
            code |= set(range(first, after))
        if token.type in (
            "heading_open",
            "paragraph_open",
            "table_open",
            "fence",
            "code_block",
            "html_block",
        ):
            begins.add(first)
    return Outline(frozenset(headings), frozenset(code), frozenset(begins))


def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.front_matter import front_matter_plugin

    return MarkdownIt("commonmark").enable("table").use(front_matter_plugin)


def _words(words: str) -> str:
    """A heading's words without marks, which the parsers treat differently on purpose."""
    return " ".join("".join(c if c.isalnum() else " " for c in words).split()).lower()


PARSERS = {"ours": ours, "markdown-it-py": theirs}


def texts(folder: Path) -> dict[str, str]:
    """The Markdown files under a folder, by path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in SUFFIXES and path.is_file():
            try:
                found[str(path)] = decode(path.read_bytes())
            except Unreadable:
                continue
    return found


def compare(folder: Path, show: int) -> None:
    """Print how the outlines agree, and the first `show` differences."""
    counts = dict.fromkeys(
        (
            "files",
            "files with the same headings",
            "headings of both",
            "only ours",
            "only theirs",
            "lines with words",
            "lines of code of both",
            "code only in ours",
            "code only in theirs",
            "begins of both",
            "begins only in ours",
            "begins only in theirs",
        ),
        0,
    )
    for path, text in texts(folder).items():
        a, b = ours(text), theirs(text)
        lines = text.split("\n")
        worded = {number for number, line in enumerate(lines) if line.strip()}
        pairs = zip(
            list(counts),
            (
                1,
                a.headings == b.headings,
                len(a.headings & b.headings),
                len(a.headings - b.headings),
                len(b.headings - a.headings),
                len(worded),
                len(a.code & b.code & worded),
                len((a.code - b.code) & worded),
                len((b.code - a.code) & worded),
                len(a.begins & b.begins),
                len(a.begins - b.begins),
                len(b.begins - a.begins),
            ),
            strict=True,
        )
        for name, count in pairs:
            counts[name] += count
        for number, *heading in sorted(a.headings ^ b.headings):
            if show > 0:
                show -= 1
                who = "ours" if (number, *heading) in a.headings else "theirs"
                print(f"{path}:{number + 1}: only {who}: {heading}: {lines[number]!r}")
    for name, count in counts.items():
        print(f"{count:>9,} {name}")


def measure(folder: Path, name: str) -> None:
    """Print the time and the memory that one parser takes for all files."""
    files = texts(folder)
    size = sum(map(len, files.values())) / 1e6
    parser = _parser()

    def parse(text: str) -> None:
        if name == "ours":
            markdown.read(text.encode("utf-8", "replace"), "")
        else:
            parser.parse(text)

    begin = process_time()
    for text in files.values():
        parse(text)
    seconds = process_time() - begin
    # The memory is that of one text of a megabyte.
    whole = "\n\n".join(files.values())[:MB]
    tracemalloc.start()
    parse(whole)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    print(f"{name}: {size / seconds:.1f} million characters a second, {peak:.0f} MB for a million")


def main() -> None:
    """Compare the parsers, each one's speed in a process of its own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--show", type=int, default=0)
    arguments.add_argument("--measure", choices=PARSERS)
    asked = arguments.parse_args()
    if asked.measure:
        measure(asked.folder, asked.measure)
        return
    compare(asked.folder, asked.show)
    for name in PARSERS:
        program = [sys.executable, "-m", "benchmarks.markdown_parsers"]
        subprocess.run([*program, str(asked.folder), "--measure", name], check=True)


if __name__ == "__main__":
    main()
