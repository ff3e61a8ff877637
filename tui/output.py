"""Hits as people read them: file and place, heading trail, the matched stretch with its words marked."""

from __future__ import annotations

import os
import shutil

from search.results import Hit, QueryResult

from .snippet import snippet
from .terminal import Style, printable

INDENT = "    "


def hits_text(result: QueryResult, style: Style, full: bool) -> str:
    """All hits, each file named once above its passages."""
    blocks: list[str] = []
    width = max(40, min(shutil.get_terminal_size().columns, 120) - len(INDENT))
    previous = ""
    for hit in result.hits:
        again = hit.path == previous
        blocks.append(_hit(hit, style, full, width, again))
        previous = hit.path
    return "\n\n".join(blocks)


def place(hit: Hit) -> str:
    """Where a hit stands: path:line, or the page where the document has pages."""
    name = printable(shown_path(hit.path), one_line=True)
    return f"{name}, page {hit.page}" if hit.page is not None else f"{name}:{hit.line_start}"


def shown_path(path: str) -> str:
    """The path as short as it can be copied: relative below the working folder, absolute elsewhere."""
    folder = os.getcwd() + os.sep
    return path[len(folder) :] if path.startswith(folder) else path


def file_list(result: QueryResult, null: bool, for_terminal: bool) -> bytes:
    """Each file once, as the bytes of its path, ended by NUL or newline."""
    paths = dict.fromkeys(hit.path for hit in result.hits)
    if for_terminal:
        return "".join(printable(path, one_line=True) + "\n" for path in paths).encode()
    end = b"\0" if null else b"\n"
    return b"".join(os.fsencode(path) + end for path in paths)


def _hit(hit: Hit, style: Style, full: bool, width: int, again: bool) -> str:
    where = place(hit).rpartition(":")[2] if again and hit.page is None else f"page {hit.page}" if again else place(hit)
    head = style.link(style.paint(f"line {where}" if again and hit.page is None else where, 35), hit.path)
    lines = [f"{head}  {style.paint(f'{hit.score:.2f}', 2)}"]
    if hit.headings:
        trail = printable(" > ".join(hit.headings), one_line=True)
        lines.append(INDENT + style.paint(trail, 36))
    if full:
        lines += [INDENT + line for line in style.mark(hit.text, hit.highlights).split("\n")]
    else:
        lines += [
            INDENT + style.mark(text, marks) for text, marks in snippet(hit.text, hit.highlights, hit.kind, width)
        ]
    if hit.explanation is not None:
        lines.append(INDENT + style.paint(_explained(hit), 2))
    return "\n".join(line.rstrip() for line in lines)


def _explained(hit: Hit) -> str:
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
        parts.append(f"fused {hit.scores.fused:.3f} = vector + {why.text_weight:g} x text / {why.best_text:.2f}")
    return "; ".join([*parts, f"score {hit.score:.3f}"])
