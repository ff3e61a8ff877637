"""Hits as people read them: file and place, heading trail, the matched stretch with its words marked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from search.results import Hit, QueryResult

from .snippet import snippet
from .terminal import Style, printable

INDENT = "    "
CUT = {
    "phrase": "without the phrase",
    "excluded": "with what is excluded",
    "score": "that score too little",
}
COPIES = 3
"""Paths of copies that are listed."""


def hits_text(result: QueryResult, style: Style, full: bool) -> str:
    """All hits, one block each."""
    width = max(40, min(shutil.get_terminal_size().columns, 120) - len(INDENT))
    return "\n\n".join(_hit(hit, style, full, width) for hit in result.hits)


def place(hit: Hit, line: int) -> str:
    """Where a hit stands: path:line, or the page where the document has pages, with what the document calls it."""
    name = printable(shown_path(hit.path), one_line=True)
    if hit.page is None:
        return f"{name}:{line}"
    return f"{name}, page {page_name(hit)}"


def page_name(hit: Hit) -> str:
    """The number of a hit's page, and what the document calls it where that is something else."""
    return (
        f"{hit.page} ({printable(hit.page_label, one_line=True)})"
        if hit.page_label
        else f"{hit.page}"
    )


def shown_path(path: str) -> str:
    """The path as short as it can be copied: relative below the working folder, absolute elsewhere."""
    folder = os.getcwd() + os.sep
    return path[len(folder) :] if path.startswith(folder) else path


def file_list(result: QueryResult, null: bool, for_terminal: bool) -> bytes:
    """Each file once, as the bytes of its path, ended by NUL or newline; control characters visible on a terminal."""
    paths = dict.fromkeys(hit.path for hit in result.hits)
    if for_terminal:
        return "".join(printable(path, one_line=True) + "\n" for path in paths).encode()
    end = b"\0" if null else b"\n"
    return b"".join(os.fsencode(path) + end for path in paths)


def _hit(hit: Hit, style: Style, full: bool, width: int) -> str:
    short = snippet(hit.text, hit.highlights, hit.kind, width, hit.headings, sentence=hit.sentence)
    line = hit.line_start + (0 if full else hit.text.count("\n", 0, short.start))
    lines = [
        f"{style.link(style.paint(place(hit, line), 35), hit.path)}  {style.paint(f'{hit.score:.2f}', 2)}"
    ]
    if hit.copies:
        lines.append(INDENT + style.paint(f"also in {_listed(hit.copies)}", 2))
    if hit.headings:
        lines.append(INDENT + style.paint(printable(" > ".join(hit.headings), one_line=True), 36))
    if full:
        lines += [
            INDENT + words
            for words in style.mark(hit.text, hit.highlights, _sentences(hit)).split("\n")
        ]
    else:
        lines += [INDENT + style.mark(*line) for line in short.lines]
    if hit.explanation is not None:
        lines.append(INDENT + style.paint("; ".join(explanation_lines(hit)), 2))
    return "\n".join(line.rstrip() for line in lines)


def _sentences(hit: Hit) -> Sequence[tuple[int, int]]:
    return () if hit.sentence is None else (hit.sentence,)


def cut_text(result: QueryResult) -> str:
    """Why passages that came up are not shown, as one line."""
    return "not shown: " + ", ".join(f"{count} {CUT[why]}" for why, count in result.cut)


def _listed(paths: Sequence[str]) -> str:
    """The first few of the paths."""
    shown = ", ".join(printable(shown_path(path), one_line=True) for path in paths[:COPIES])
    return f"{shown} and {len(paths) - COPIES} more" if len(paths) > COPIES else shown


def explanation_lines(hit: Hit) -> list[str]:
    """How a hit that was asked for with its explanation came to its place, a stage each."""
    why = hit.explanation
    assert why is not None
    parts = []
    if hit.scores.vector is not None:
        rank = f"rank {why.vector_rank}" if why.vector_rank else "not among the candidates"
        parts.append(f"vector {hit.scores.vector:.3f} ({rank})")
    if hit.scores.text is not None:
        parts.append(f"text {hit.scores.text:.2f} (rank {why.text_rank})")
    elif why.text_weight:
        parts.append("text none")
    if hit.scores.fused is not None:
        parts.append(
            f"fused {hit.scores.fused:.3f} = vector + {why.text_weight:.2f} x text / {why.full_text:.2f} - {abs(why.feedback):.3f} of feedback"
        )
    if hit.scores.rerank is not None:
        parts.append(f"rerank {hit.scores.rerank:.3f}")
    whose = " of a passage behind it in its section" if why.leads else ""
    return [*parts, f"score {hit.score:.3f}{whose}"]
