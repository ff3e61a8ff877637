"""The words of a formula in MathML: its letters and signs, or what its author says it means.

Pages show a picture of a formula, or letters that they place themselves, and hide the formula for
those who cannot see. The picture is then said to be hidden from these.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_ANNOTATIONS = frozenset({"annotation", "annotation-xml"})
_SPACED = frozenset({"mtext", "mtd", "mtr", "mlabeledtr", "ms", "ci", "cn"})
"""Elements that spaces part from the rest of the formula."""

# Signs that nobody sees; the application of a function parts its name from what follows.
_UNSEEN_SIGNS = {0x2061: " ", 0x2062: "", 0x2063: "", 0x2064: ""}
MAX_CLIMB = 4
"""Elements around a formula that are looked at."""

_BLOCKS = frozenset({"p", "div", "body", "td", "li"})
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_TEX = re.compile(r"[\\^{}]")


def words(formula: LexborNode) -> str:
    """The formula's text; its alternative text is added where that has words of its own.

    A formula without text has only its alternative text, or else its source in TeX.
    """
    shown = _text(formula, _ANNOTATIONS)
    alternative = " ".join((formula.attributes.get("alttext") or "").split())
    if not shown:
        return alternative or _text(formula, frozenset())
    is_prose = len(_WORD.findall(alternative)) > 1 and not _TEX.search(alternative)
    if is_prose and _SPACE.sub("", alternative) != _SPACE.sub("", shown):
        return f"{shown} ({alternative})"
    return shown


def picture_of(formula: LexborNode) -> tuple[LexborNode | None, list[LexborNode]]:
    """The picture that stands for a formula, and the elements around the formula beside it.

    The picture is None where there is none.
    """
    node: LexborNode | None = formula
    around: list[LexborNode] = []
    for _ in range(MAX_CLIMB):
        if node is None or node.tag in _BLOCKS:
            break
        around.append(node)
        for sibling in (_neighbour(node, "prev"), _neighbour(node, "next")):
            if sibling is not None and sibling.attributes.get("aria-hidden") == "true":
                return sibling, around
        node = node.parent
    return None, []


def _text(formula: LexborNode, left_out: frozenset[str]) -> str:
    """The text of the elements in the formula; fractions have a slash, and roots their sign.

    The elements wait on a stack, because formulas may be nested deeper than Python's recursion
    limit.
    """
    parts: list[str] = []
    waiting: list[LexborNode | str] = [formula]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        tag = (item.tag or "").rpartition(":")[2].lower()
        if tag == "-text":
            parts.append(_SPACE.sub(" ", item.text_content or "").strip())
        elif tag not in left_out and not tag.startswith("-"):
            children = _children(item)
            if tag == "mfrac" and len(children) == 2:
                children.insert(1, "/")
            elif tag in ("msqrt", "mroot"):
                children.insert(0, "√")
            elif tag in _SPACED or tag == "mspace":
                children = [" ", *children, " "]
            waiting += reversed(children)
    return " ".join("".join(parts).translate(_UNSEEN_SIGNS).split())


def _children(node: LexborNode) -> list[LexborNode | str]:
    """The node's children, without white space between them."""
    children: list[LexborNode | str] = []
    child = node.first_child
    while child is not None:
        if child.tag != "-text" or (child.text_content or "").strip():
            children.append(child)
        child = child.next
    return children


def _neighbour(node: LexborNode, direction: str) -> LexborNode | None:
    """The element right before (`prev`) or after (`next`) a node, without regard to white space."""
    other: LexborNode | None = getattr(node, direction)
    if other is not None and other.tag == "-text" and not (other.text_content or "").strip():
        other = getattr(other, direction)
    return None if other is None or (other.tag or "-").startswith("-") else other
