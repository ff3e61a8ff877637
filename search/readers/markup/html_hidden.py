"""Finds the elements of a web page that its style sheets and attributes do not display."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_RULES = 300
"""Rules about the display of elements that are looked at; each is compared with all elements."""

_MARK = re.compile(r"[{};]")
_COMMENT = re.compile(r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?|<!--|-->|<!\[CDATA\[|\]\]>")
_DISPLAY = re.compile(r"\s*display\s*:\s*([\w-]+)\s*(!\s*important\s*)?", re.IGNORECASE)
_SIMPLE = re.compile(r"(?:[a-zA-Z][\w-]{0,40}|\*)?(?:[.#][\w-]{1,80}|\[hidden\]){0,4}")
_SHOWN_AT_RULE = re.compile(
    r"@(?:layer|supports)\b|@media\s+(?:only\s+)?(?:screen|all)\s*$", re.IGNORECASE
)
_SCREEN = re.compile(r"\s*|.*\b(?:screen|all)\b.*", re.IGNORECASE)
_WHOLE_PAGE = frozenset({"*", "html", "body", ":root"})
NOT_HIDDEN = "until-found"
"""The value of the attribute `hidden` in parts that a browser's own search opens."""


class _Rule(NamedTuple):
    """A rule for the display of what a selector names.

    `rank` orders rules: a rule of a higher rank wins.
    """

    rank: tuple[bool, int, int]
    selector: str
    is_none: bool


def hidden(root: LexborNode) -> set[int]:
    """The memory ids of the elements under `root` that are not displayed.

    These have the attribute `hidden`, or the style `display: none` of their own or by a rule in
    the page's own style sheets with a simple selector (element, class, id). The whole page is
    displayed whatever its styles say: a script shows it.
    """
    nodes = {
        node.mem_id
        for node in root.css("[hidden]")
        if (node.attributes.get("hidden") or "").lower() != NOT_HIDDEN
    }
    for rule in _rules(root):
        matched = {node.mem_id for node in root.css(rule.selector)}
        nodes = nodes | matched if rule.is_none else nodes - matched
    for node in root.css("[style*=display], [style*=Display], [style*=DISPLAY]"):
        is_none = _is_none(node.attributes.get("style") or "")
        if is_none is not None:
            (nodes.add if is_none else nodes.discard)(node.mem_id)
    if nodes:
        nodes -= {node.mem_id for node in root.css("html, body")}
    return nodes


def _rules(root: LexborNode) -> list[_Rule]:
    """The rules about display, the weakest first; none where no rule hides anything."""
    rules: list[_Rule] = []
    for style in root.css("style"):
        css = style.text()
        parent = style.parent
        is_for_screens = _SCREEN.fullmatch(style.attributes.get("media") or "")
        if (
            "display" in css.lower()
            and is_for_screens
            and not (parent is not None and parent.tag == "noscript")
        ):
            for selector, is_none, is_important in _displays(css):
                rank = (is_important, _specificity(selector), len(rules))
                rules.append(_Rule(rank, selector, is_none))
    if not any(rule.is_none for rule in rules):
        return []
    # A rule that displays elements matters only where another hides them.
    rules = [rule for rule in rules if rule.is_none] + [rule for rule in rules if not rule.is_none]
    return sorted(rules[:MAX_RULES])


def _displays(css: str) -> Iterator[tuple[str, bool, bool]]:
    """Each simple selector with a rule about display: is it `none`, and is it important."""
    css = _COMMENT.sub(" ", css)
    # Each open brace has its selectors, if it is that of a rule, and whether rules in it count.
    open_braces: list[tuple[str, bool]] = [("", True)]
    start = 0
    for mark in _MARK.finditer(css):
        words = css[start : mark.start()].strip()
        start = mark.end()
        selectors, in_force = open_braces[-1]
        if mark[0] == "{":
            if words.startswith("@"):
                group_in_force = in_force and _SHOWN_AT_RULE.match(words) is not None
                open_braces.append(("", group_in_force))
            else:
                open_braces.append((words if in_force else "", False))
            continue
        if selectors and (shown := _DISPLAY.fullmatch(words)):
            for selector in map(str.strip, selectors.split(",")):
                if selector and _SIMPLE.fullmatch(selector) and selector not in _WHOLE_PAGE:
                    yield selector, shown[1].lower() == "none", bool(shown[2])
        if mark[0] == "}" and len(open_braces) > 1:
            open_braces.pop()


def _is_none(style: str) -> bool | None:
    """Whether an element's own style says `display: none`; None where it says nothing of it."""
    found = None
    for declaration in style.split(";"):
        if shown := _DISPLAY.fullmatch(declaration):
            found = shown[1].lower() == "none"
    return found


def _specificity(selector: str) -> int:
    """How narrow a simple selector is: an id counts more than any classes, these more than a name.

    >>> _specificity("p"), _specificity("p.note"), _specificity("#top")
    (1, 11, 100)
    """
    ids = selector.count("#")
    classes = selector.count(".") + selector.count("[")
    return 100 * ids + 10 * classes + (selector[0] not in ".#[*")
