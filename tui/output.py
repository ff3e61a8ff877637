"""Hits as people read them: file, place, heading trail, and the matched lines with their marks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from search.results import Hit, QueryResult

from .snippet import snippet
from .surroundings import Surroundings
from .terminal import Style, printable

INDENT = "    "
CUT = {
    "phrase": "without the phrase",
    "excluded": "with what is excluded",
    "score": "that score too little",
}
COPIES = 3
"""How many paths of copies are listed."""


def hits_text(result: QueryResult, style: Style, full: bool, around: Surroundings) -> str:
    """All hits, one block for each."""
    return "\n\n".join(_hit(hit, style, full, around) for hit in result.hits)


def place(hit: Hit, name: str, before_page: str = ", page ") -> str:
    """Where a hit's answer stands in the file shown as `name`: its page, or else its line.

    The document's own label follows the number of the page where the two differ: `a.pdf, page 12
    (xii)`. `before_page` stands between the name and the number.
    """
    if hit.page is None:
        return f"{name}:{hit.line}"
    label = f" ({printable(hit.page_label, one_line=True)})" if hit.page_label else ""
    return f"{name}{before_page}{hit.page}{label}"


def path_list(names: Iterable[str], null: bool, for_terminal: bool) -> bytes:
    """Each of the paths once, as bytes, each ended by NUL or newline.

    On a terminal, control characters are made visible.
    """
    paths = dict.fromkeys(names)
    if for_terminal:
        return "".join(printable(path, one_line=True) + "\n" for path in paths).encode()
    end = b"\0" if null else b"\n"
    return b"".join(os.fsencode(path) + end for path in paths)


def _hit(hit: Hit, style: Style, full: bool, around: Surroundings) -> str:
    # The head: the place of the answer, and the score.
    name = printable(around.shown(hit.path), one_line=True)
    head = style.link(style.paint(place(hit, name), 35), hit.path)
    lines = [f"{head}  {style.paint(f'{hit.score:.2f}', 2)}"]
    if hit.copies:
        lines.append(INDENT + style.paint(f"also in {listed(hit.copies, around)}", 2))
    if hit.headings:
        lines.append(INDENT + style.paint(printable(" > ".join(hit.headings), one_line=True), 36))
    # The text: the whole passage, or the lines around the answer.
    if full:
        sentences = () if hit.sentence is None else (hit.sentence,)
        text = style.mark(hit.text, hit.highlights, sentences)
        lines += [INDENT + words for words in text.split("\n")]
    else:
        width = max(40, min(around.columns, 120) - len(INDENT))
        shown = snippet(
            hit.text, hit.highlights, hit.kind, width, hit.headings, sentence=hit.sentence
        )
        lines += [INDENT + style.mark(*line) for line in shown]
    if hit.explanation is not None:
        lines.append(INDENT + style.paint("; ".join(explanation_lines(hit)), 2))
    return "\n".join(line.rstrip() for line in lines)


def cut_text(result: QueryResult) -> str:
    """Why candidates are not shown, as one line."""
    return "not shown: " + ", ".join(f"{count} {CUT[reason]}" for reason, count in result.cut)


def listed(paths: Sequence[str], around: Surroundings) -> str:
    """The first COPIES paths, and how many more there are."""
    shown = ", ".join(printable(around.shown(path), one_line=True) for path in paths[:COPIES])
    return f"{shown} and {len(paths) - COPIES} more" if len(paths) > COPIES else shown


def explanation_lines(hit: Hit) -> list[str]:
    """How a hit came to its place, one line for each stage.

    The hit has to come from a query with `explain`.
    """
    explanation = hit.explanation
    assert explanation is not None
    parts = []
    if hit.scores.vector is not None:
        vector_rank = explanation.vector_rank
        rank = f"rank {vector_rank}" if vector_rank else "not among the candidates"
        parts.append(f"vector {hit.scores.vector:.3f} ({rank})")
    if hit.scores.text is not None:
        parts.append(f"text {hit.scores.text:.2f} (rank {explanation.text_rank})")
    elif explanation.text_weight:
        parts.append("text none")
    if hit.scores.fused is not None:
        text = f"{explanation.text_weight:.2f} x text / {explanation.full_text:.2f}"
        feedback = f"{abs(explanation.feedback):.3f} of feedback"
        sign = "-" if explanation.doubt < 0 else "+"
        doubt = f" {sign} {abs(explanation.doubt):.3f} of doubt" if explanation.doubt else ""
        parts.append(f"fused {hit.scores.fused:.3f} = vector + {text} - {feedback}{doubt}")
    if hit.scores.rerank is not None:
        parts.append(f"rerank {hit.scores.rerank:.3f}")
    owner = " of a passage behind it in its section" if explanation.leads else ""
    return [*parts, f"score {hit.score:.3f}{owner}"]
