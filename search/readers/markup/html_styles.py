"""Finds the rules of a web page's own style sheets about one property, such as `display`.

Only simple selectors are understood: an element, classes and an id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_RULES = 300
"""Rules about one property that are looked at; each is compared with all elements."""

_MARK = re.compile(r"[{};]")
_COMMENT = re.compile(r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?|<!--|-->|<!\[CDATA\[|\]\]>")
_SIMPLE = re.compile(r"(?:[a-zA-Z][\w-]{0,40}|\*)?(?:[.#][\w-]{1,80}|\[hidden\]){0,4}")
_SHOWN_AT_RULE = re.compile(
    r"@(?:layer|supports)\b|@media\s+(?:only\s+)?(?:screen|all)\s*$", re.IGNORECASE
)
_SCREEN = re.compile(r"\s*|.*\b(?:screen|all)\b.*", re.IGNORECASE)
_IMPORTANT = re.compile(r"!\s*important\s*$", re.IGNORECASE)
_WHOLE_PAGE = frozenset({"*", "html", "body", ":root"})


class Rule(NamedTuple):
    """A rule that gives what a selector names a value.

    `rank` orders rules: a rule of a higher rank wins.
    """

    rank: tuple[bool, int, int]
    selector: str
    value: str


def rules(
    root: LexborNode,
    word: str,
    value: Callable[[str], str],
    matters: Callable[[str], bool],
) -> list[Rule]:
    """The rules about one property, the weakest first; none where no rule has a value that matters.

    `word` is in each style sheet with such rules, in lower case. `value` gives what a declaration
    says of the property, in lower case, and an empty text where it says nothing. Rules for the
    whole page are left out.
    """
    found: list[Rule] = []
    for style in root.css("style"):
        css = style.text()
        parent = style.parent
        is_for_screens = _SCREEN.fullmatch(style.attributes.get("media") or "")
        if (
            word in css.lower()
            and is_for_screens
            and not (parent is not None and parent.tag == "noscript")
        ):
            for selector, declaration in _declarations(css):
                important = _IMPORTANT.search(declaration)
                bare = declaration[: important.start()] if important else declaration
                if (said := value(bare)) and selector not in _WHOLE_PAGE:
                    rank = (important is not None, _specificity(selector), len(found))
                    found.append(Rule(rank, selector, said))
    telling = [rule for rule in found if matters(rule.value)]
    if not telling:
        return []
    # A rule with another value matters only where it overrules one of these.
    return sorted([*telling, *(rule for rule in found if not matters(rule.value))][:MAX_RULES])


def _declarations(css: str) -> Iterator[tuple[str, str]]:
    """Each simple selector that is in force on a screen, with each declaration for it."""
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
        if selectors and words:
            for selector in map(str.strip, selectors.split(",")):
                if selector and _SIMPLE.fullmatch(selector):
                    yield selector, words
        if mark[0] == "}" and len(open_braces) > 1:
            open_braces.pop()


def _specificity(selector: str) -> int:
    """How narrow a simple selector is: an id counts more than any classes, these more than a name.

    >>> _specificity("p"), _specificity("p.note"), _specificity("#top")
    (1, 11, 100)
    """
    ids = selector.count("#")
    classes = selector.count(".") + selector.count("[")
    return 100 * ids + 10 * classes + (selector[0] not in ".#[*")
