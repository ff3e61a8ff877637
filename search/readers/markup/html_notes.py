"""Finds the raised text of a web page, and tells which of it leads to a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

RAISED = (
    r"sup, [role=doc-noteref], [epub\:type~=noteref], [style*=super], .superscript, .footnote-ref, "
    ".footnoteref, .noteref, .fnref"
)
_REFERENCE_CLASSES = frozenset(
    {"footnote-ref", "footnoteref", "noteref", "fnref", "reference", "footnote"}
)

RAISED_MARKS = ("<sup", "noteref", "super", "footnote-ref", "fnref")
"""A page with none of these has no raised text."""

MAX_CLIMB = 4
"""Elements inside raised text among which a link is looked for."""


def leads_to_note(node: LexborNode) -> bool | None:
    """True where a raised element leads to a note, None where the element is not raised."""
    attributes = node.attributes
    classes = (attributes.get("class") or "").lower().split()
    kind = f"{attributes.get('role') or ''} {attributes.get('epub:type') or ''}"
    if "noteref" in kind or not _REFERENCE_CLASSES.isdisjoint(classes):
        return True
    style = (attributes.get("style") or "").replace(" ", "").lower()
    if node.tag != "sup" and "superscript" not in classes and "vertical-align:super" not in style:
        return None
    # A link around the raised text alone, or inside it, leads to a note.
    parent = node.parent
    if parent is not None and parent.tag == "a" and node.prev is None and node.next is None:
        return True
    child = node.first_child
    for _ in range(MAX_CLIMB):
        if child is None:
            return False
        if child.tag == "a":
            return "href" in child.attributes
        child = child.first_child if child.first_child is not None else child.next
    return False
