"""Turns the source of an XHTML page into source that an HTML parser reads as XML means it.

An HTML parser takes `<title/>` or `<script/>` for the beginning of an element, and swallows the
rest of the page. It also keeps CDATA sections for comments and knows no prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

SUFFIXES = (".xhtml", ".xht")

_NAMESPACES = (
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1998/Math/MathML",
)
_IS_XML = re.compile(
    r"\s{0,100}<\?xml[\s?]|<!DOCTYPE\s[^>]{0,200}\bXHTML\b|"
    r"<(?:\w{1,20}:)?html\s[^>]{0,1000}\bxmlns(?::\w{1,20})?\s{0,9}=\s{0,9}[\"']?"
    r"http://www\.w3\.org/1999/xhtml",
    re.IGNORECASE,
)
BEGINNING = 4_096
"""Characters at the beginning of a page in which it is said that the page is XML."""

_PREFIX = re.compile(r"\bxmlns:([\w.-]{1,40})\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,100})[\"']")
_VOID = frozenset(
    re.findall(
        r"\S+",
        "area base basefont bgsound br col embed frame hr img input keygen link meta param source "
        "track wbr",
    )
)
# These elements hold text without tags for an HTML parser; in XHTML they hold elements.
_RENAMED = {"xmp": "pre", "plaintext": "pre", "noembed": "div", "noframes": "div", "iframe": "div"}
_ATTRIBUTES = r"(?:[^<>\"'/]++|\"[^\"<]*\"|'[^'<]*'|/(?!\s*>))*+"
# A start tag or end tag, a comment or an instruction. Each match goes on as far as the tag may be
# one, closed or not, so that no character is looked at twice.
_TAG = re.compile(
    r"<(?P<end>/?)(?P<prefix>[A-Za-z_][\w.-]{0,60}:)?(?P<name>[A-Za-z_][\w.-]{0,60})"
    rf"(?P<attributes>{_ATTRIBUTES})(?P<empty>/?)\s*(?P<close>>?)|<!--|<!\[CDATA\["
)
_VOID_NAME = rf"(?:{'|'.join(sorted(_VOID))})"
_CHANGED_NAME = rf"/?(?:script|style|textarea|{'|'.join(_RENAMED)})\b|/{_VOID_NAME}\b"
_SAME = re.compile(
    rf"(?:[^<]++|<{_VOID_NAME}(?=[\s/>]){_ATTRIBUTES}/?\s*>|"
    rf"<(?!{_CHANGED_NAME})/?[A-Za-z_][\w.-]{{0,60}}(?=[\s>]){_ATTRIBUTES}>)*+",
    re.IGNORECASE,
)
"""Text and tags that an HTML parser reads as an XML parser does."""

_RAW_ENDS = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style", "textarea")
}
_SUBSET = re.compile(r"<!DOCTYPE[^\[>]{0,400}\[.*?\]\s*>", re.DOTALL | re.IGNORECASE)
_DOCTYPE = re.compile("<!DOCTYPE", re.IGNORECASE)


def is_xml(source: str, path: str) -> bool:
    """True where a page's name or its first lines say that it is XML."""
    return path.lower().endswith(SUFFIXES) or _IS_XML.search(source[:BEGINNING]) is not None


def as_html(source: str) -> str:
    """The page with its empty elements closed, and without CDATA marks, prefixes and entities.

    >>> as_html('<html><title/><x:p xmlns:x="http://www.w3.org/1999/xhtml">a<br/></x:p></html>')
    '<html><title></title><p xmlns:x="http://www.w3.org/1999/xhtml">a<br/></p></html>'
    """
    # The declarations of entities are dropped, since nothing that a file declares is expanded.
    if doctype := _DOCTYPE.search(source):
        subset = _SUBSET.match(source, doctype.start())
        if subset:
            source = source[: subset.start()] + source[subset.end() :]
    prefixes = {f"{prefix[1]}:" for prefix in _PREFIX.finditer(source) if prefix[2] in _NAMESPACES}
    return "".join(_pieces(source, prefixes))


def _pieces(source: str, prefixes: set[str]) -> Iterator[str]:
    """The page's source in pieces, with each tag as HTML writes it."""
    position = 0
    ends = _Ends(source)
    while position < len(source):
        # Most of a page reads the same in HTML.
        same = _SAME.match(source, position)
        stop = same.end() if same else position
        yield source[position:stop]
        match = _TAG.match(source, stop)
        if match is None:
            # The sign begins no tag.
            yield source[stop : stop + 1]
            position = stop + 1
            continue
        position = match.end()
        opening = match[0]
        if opening == "<!--":
            # A comment is kept for the parser, which knows where it ends.
            position = ends.find("-->", position) or len(source)
            yield source[match.start() : position]
        elif opening == "<![CDATA[":
            end = ends.find("]]>", position) or len(source) + 3
            yield escape(source[position : end - 3], quote=False)
            position = min(end, len(source))
        else:
            tag, name, is_open = _tag(match, prefixes)
            yield tag
            if is_open and name in _RAW_ENDS:
                # The contents of scripts and styles are no tags, whatever they look like.
                stop = ends.find_raw(name, position)
                yield _without_marks(source[position:stop], name)
                position = stop


def _tag(match: re.Match[str], prefixes: set[str]) -> tuple[str, str, bool]:
    """A tag as HTML writes it, its element's name, and whether an element with contents begins."""
    prefix = match["prefix"] or ""
    name = match["name"]
    if prefix and prefix not in prefixes:
        name = prefix + name
    key = name.lower()
    name = _RENAMED.get(key, name) if key in _RENAMED else name
    if not match["close"]:
        # The tag is broken, so it stays as it is.
        return match[0], key, False
    if match["end"]:
        return ("" if key in _VOID else f"</{name}>"), key, False
    is_empty = bool(match["empty"])
    close = f"</{name}>" if is_empty and key not in _VOID else ""
    return f"<{name}{match['attributes'].rstrip()}>{close}", key, not is_empty


def _without_marks(contents: str, name: str) -> str:
    """The contents of a script, style or text area without the marks of CDATA sections."""
    if "<![CDATA[" not in contents:
        return contents
    bare = contents.replace("<![CDATA[", "").replace("]]>", "")
    return escape(bare, quote=False) if name == "textarea" else bare


class _Ends:
    """Finds the ends of comments and the like, and remembers which are missing."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.missing: set[str] = set()

    def find(self, mark: str, start: int) -> int:
        """The offset after the next `mark`, 0 where there is none."""
        if mark in self.missing:
            return 0
        at = self.source.find(mark, start)
        if at < 0:
            self.missing.add(mark)
            return 0
        return at + len(mark)

    def find_raw(self, name: str, start: int) -> int:
        """The offset of the end tag of a script or style, or `start` where it has none."""
        if name in self.missing:
            return start
        end = _RAW_ENDS[name].search(self.source, start)
        if end is None:
            self.missing.add(name)
            return start
        return end.start()
