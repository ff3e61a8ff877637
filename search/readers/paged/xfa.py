"""The XFA form of a PDF: what it says beside the pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import Unreadable
from .objects import entry, resolved
from .xfa_template import xfa_form

if TYPE_CHECKING:
    from pypdf import PdfReader


@dataclass(frozen=True, slots=True)
class Form:
    """The lines of a PDF's XFA form, or why it cannot be read.

    `is_dynamic` is true where a program draws the pages of the form when it is opened.
    """

    lines: tuple[str, ...] = ()
    hidden_parts: int = 0
    is_dynamic: bool = False
    failure: str = ""


def read_form(reader: PdfReader) -> Form | None:
    """The XFA form of a PDF; None where it has none."""
    from pypdf.generic import BooleanObject

    try:
        root: Any = reader.trailer["/Root"]
        stored = root["/AcroForm"]["/XFA"]
    except (KeyError, TypeError, AttributeError):
        return None
    is_dynamic = entry(root, "/NeedsRendering") == BooleanObject(True)
    try:
        form = xfa_form(_packets(stored))
        return Form(tuple(form.lines()), form.hidden_parts, is_dynamic)
    except MemoryError:
        raise
    except Unreadable as error:
        return Form(is_dynamic=is_dynamic, failure=error.message)
    except Exception as error:
        # On a malformed file, pypdf raises nearly every type of exception.
        return Form(is_dynamic=is_dynamic, failure=type(error).__name__)


def missing(lines: Iterable[str], texts: Iterable[str]) -> list[str]:
    r"""The lines, each once, that the pages `texts` do not show; white space does not count.

    >>> missing(["Name: Ida Berg", "Street"], ["Your Name\nIda\nBerg"])
    ['Street']
    """
    shown = _closed("".join(texts))
    found = (
        line
        for line in lines
        if not all(_closed(part) in shown for part in (line.partition(": ")[::2]))
    )
    return [*dict.fromkeys(found)]


def _closed(text: str) -> str:
    return "".join(text.split())


def _packets(stored: Any) -> Iterator[bytes]:
    """The packets of an XFA entry, which is a stream or a list of names and streams."""
    value = resolved(stored)
    for item in value if isinstance(value, list) else (value,):
        packet = item.get_object()
        if hasattr(packet, "get_data"):
            yield packet.get_data()
