"""The annotations of a PDF page: values of form fields, notes and comments, and pinned files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .objects import entry

if TYPE_CHECKING:
    from pypdf import PageObject

MAX_ANNOTATIONS = 5_000
MAX_DEPTH = 16
MAX_VALUE = 20_000
"""Characters of one value or note that are kept."""

NOTES = frozenset(
    re.findall(
        r"/\w+",
        "/Text /FreeText /Highlight /Underline /Squiggly /StrikeOut /Caret /Stamp "
        "/Square /Circle /Line /Polygon /PolyLine /Ink",
    )
)
"""The kinds of annotation that hold a note."""

_HIDDEN = 1 << 1
_PASSWORD = 1 << 13
_PUSH_BUTTON = 1 << 16

# Names that programs give to fields, such as "topmostSubform[0].Page1[0].f1_01[0]" or "Text12".
_MADE_UP = re.compile(
    r".*[\[\]#].*|(?:text|field|check ?box|untitled|undefined|feld|texte|f)?[ _.]*\d*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PageAnnotations:
    """What the annotations of a page add to its text: `lines` are shown behind it.

    `files` are pypdf's dictionaries of the files that are pinned to the page. `hidden` counts the
    values and notes that are not shown, and `unread` the notes that are not read.
    """

    lines: tuple[str, ...] = ()
    files: tuple[Any, ...] = ()
    hidden: int = 0
    unread: int = 0


def page_annotations(page: PageObject, text: str, is_off: Callable[[Any], bool]) -> PageAnnotations:
    """The values and notes of a page that its `text` does not hold yet, each once, and its files.

    `is_off` tells whether a layer is not shown. Raises what pypdf raises.
    """
    lines: dict[str, None] = {}
    files: list[Any] = []
    hidden = unread = 0
    for annotation in _annotations(page):
        kind = annotation.get("/Subtype")
        if _number(annotation.get("/F")) & _HIDDEN or (
            "/OC" in annotation and is_off(annotation.raw_get("/OC"))
        ):
            said = _field(annotation)[1] if kind == "/Widget" else _note(annotation)
            hidden += bool(said)
            continue
        if kind == "/FileAttachment" and "/FS" in annotation:
            files.append(annotation["/FS"])
        elif kind == "/Widget":
            label, value = _field(annotation)
            if value and value not in text:
                lines[f"{label}: {value}" if label else value] = None
        elif kind in NOTES and (note := _note(annotation)):
            if note not in text:
                lines[f"Note: {note}"] = None
        elif kind not in _SILENT:
            unread += _draws_text(annotation) or bool(_note(annotation))
    unread += max(0, _count(page) - MAX_ANNOTATIONS)
    return PageAnnotations(tuple(lines), tuple(files), hidden, unread)


_SILENT = ("/Link", "/Popup", "/Widget", "/FileAttachment")
_TAG = re.compile(r"<[^<>]*>")


def _note(annotation: Any) -> str:
    """The words of a note, which may be in plain text, in rich text or both."""
    rich = _words(entry(annotation, "/RC"))
    return _words(entry(annotation, "/Contents")) or " ".join(_TAG.sub(" ", rich).split())


def _draws_text(annotation: Any) -> bool:
    """True where the picture of an annotation shows text, which is not read."""
    normal = entry(entry(annotation, "/AP"), "/N")
    return hasattr(normal, "get_data") and any(
        operator in normal.get_data() for operator in (b"Tj", b"TJ")
    )


def _count(page: PageObject) -> int:
    listed: Any = page.get("/Annots")
    listed = listed.get_object() if listed is not None else None
    return len(listed) if isinstance(listed, list) else 0


def _annotations(page: PageObject) -> Iterator[Any]:
    """The dictionaries of a page's annotations."""
    listed: Any = page.get("/Annots")
    listed = listed.get_object() if listed is not None else None
    for item in listed[:MAX_ANNOTATIONS] if isinstance(listed, list) else ():
        annotation = item.get_object()
        if isinstance(annotation, dict):
            yield annotation


def _field(widget: Any) -> tuple[str, str]:
    """The label of a form field and its value.

    The label is empty where a program made the field's name up. The value is empty for push
    buttons, passwords and boxes that are not ticked.
    """
    kind, flags = _inherited(widget, "/FT"), _number(_inherited(widget, "/Ff"))
    if kind == "/Btn":
        state = _inherited(widget, "/AS")
        value = "" if flags & _PUSH_BUTTON or state in (None, "/Off") else str(state).lstrip("/")
    elif kind in ("/Tx", "/Ch") and not flags & _PASSWORD:
        value = _words(_inherited(widget, "/V"))
    else:
        value = ""
    label = _words(_inherited(widget, "/TU")) or _words(_inherited(widget, "/T"))
    return "" if _MADE_UP.fullmatch(label) else label.rstrip(" :"), value


def _inherited(widget: Any, key: str) -> Any:
    """The value of a key in a field or in the nearest parent field that has it; None without it."""
    node = widget
    for _ in range(MAX_DEPTH):
        if not isinstance(node, dict):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
        node = node.get_object() if node is not None else None
    return None


def _words(value: Any) -> str:
    """The text of a string, a stream or a list of strings; empty for any other value."""
    if isinstance(value, list):
        return ", ".join(
            filter(None, (_words(item.get_object()) for item in value[:MAX_ANNOTATIONS]))
        )
    if isinstance(value, dict):
        data = value.get_data() if hasattr(value, "get_data") else b""
        value = data.decode(
            "utf-16" if data[:2] in (b"\xfe\xff", b"\xff\xfe") else "latin-1", "replace"
        )
    elif isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str) or value.startswith("/"):
        return ""
    lines = (
        " ".join(line.split())
        for line in value[:MAX_VALUE].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    return "\n".join(filter(None, lines))


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int) else 0
