"""The signs within a paragraph of Markdown: emphasis, code, links."""

from __future__ import annotations

import re

from .rendered import Rendered

LONGEST = 20_000
"""Longer paragraphs are not looked through: they are data, not prose."""

_ANY = r"(?:[^\n]|\n(?!\s*\n)){1,600}?"
INLINE = re.compile(
    # Most places begin nothing, which the first character shows.
    r"(?=[\\`!\[<*_~])(?:"
    rf"\\(?P<escaped>[!-/:-@\[-`{{-~])"
    rf"|(?P<ticks>`+)(?P<code>(?!`){_ANY})(?<!`)(?P=ticks)(?!`)"
    r"|!?\[(?P<link>[^\[\]]{1,600})\]\((?:[^()\s]|\([^()\s]*\))*(?:\s\"[^\"]*\")?\)"
    r"|(?<![\w\]])\[(?P<reference>[^\[\]^][^\[\]]{0,300})\]\[[^\[\]]*\]"
    r"|<(?P<address>https?://[^>\s]+)>"
    rf"|\*\*(?P<strong>(?=[^\s*]){_ANY}(?<=[^\s]))\*\*(?!\*)"
    rf"|(?<!\w)__(?P<strong_>(?=[^\s_]){_ANY}(?<=[^\s_]))__(?!\w)"
    rf"|~~(?P<deleted>(?=[^\s~]){_ANY}(?<=[^\s~]))~~"
    r"|(?<![\w*])\*(?P<emphasis>(?=[^\s*])[^*]{1,600}?(?<=[^\s*]))\*(?![\w*])"
    r"|(?<![\w_])_(?P<emphasis_>(?=[^\s_])[^_]{1,600}?(?<=[^\s_]))_(?!\w))"
)
HAS_SIGN = re.compile(r"[\\`\[<*_~]")
STYLES = {
    "code": "code",
    "link": "link",
    "reference": "link",
    "address": "link",
    "strong": "strong",
    "strong_": "strong",
    "deleted": "deleted",
    "emphasis": "emphasis",
    "emphasis_": "emphasis",
}
PLAIN_TEXT = ("code", "address")
"""What stands between these signs is text, whatever signs it has."""


def render_inline(text: str, start: int, end: int, shown: Rendered) -> None:
    """Leave out the signs in text[start:end], which has no blank lines, and style their words."""
    if end - start > LONGEST or not HAS_SIGN.search(text, start, end):
        return
    for match in INLINE.finditer(text, start, end):
        if match["escaped"] is not None:
            shown.edits.append((match.start(), match.start() + 1, ""))
            continue
        name = next(name for name in STYLES if match[name] is not None)
        first, last = match.span(name)
        # Not every terminal strikes words through; without signs, a deleted word would look valid.
        if name != "deleted":
            shown.edits += [(match.start(), first, ""), (last, match.end(), "")]
        shown.colours.append((first, last, STYLES[name]))
        if name not in PLAIN_TEXT:
            render_inline(text, first, last, shown)
