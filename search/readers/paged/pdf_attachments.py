"""The files that are attached to a PDF or pinned to its pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from ...documents import Document
from ..assembly import Assembly
from ..attachments import Attachments
from ..left_out import Part
from ..limits import OutOfTime
from .pdf_pages import PdfPages


def attached(
    pages: PdfPages, enclosed: Callable[[bytes, str], Document]
) -> tuple[Assembly, list[str]]:
    """The text of the attachments, and warnings about what is missing from it.

    Attachments that are not read are counted with the pages.
    """
    page = Assembly()
    attachments = Attachments(page, enclosed, pages.left_out)
    known: set[tuple[str, bytes]] = set()
    try:
        for file in pages.attachments():
            name = (
                str(file.alternative_name or file.name)
                .replace("\\", "/")
                .rpartition("/")[2]
                .strip()
            )
            try:
                data = file.content
            except MemoryError:
                raise
            except Exception as error:
                attachments.refuse(name, f"it cannot be read: {type(error).__name__}")
                continue
            # The same file may be attached to the document and pinned to a page as well.
            if (key := (name, sha256(data).digest())) not in known:
                known.add(key)
                attachments.add(name, data, 1)
    except (OutOfTime, MemoryError):
        return page, [
            *attachments.warnings(),
            "not all of its attachments are read: the time or the memory for one file was used up",
        ]
    except Exception as error:
        # On a malformed file, pypdf raises nearly every type of exception.
        return page, [
            *attachments.warnings(),
            f"not all of its attachments can be read: {type(error).__name__}",
        ]
    return page, [*attachments.warnings()]


def unread_attachments(pages: PdfPages) -> list[str]:
    """Count the attachments that are left out; a warning where they cannot be counted."""
    try:
        pages.left_out.add(Part.FILE, sum(1 for _ in pages.attachments()))
    except (OutOfTime, MemoryError):
        return ["its attachments are not read"]
    except Exception as error:
        # On a malformed file, pypdf raises nearly every type of exception.
        return [f"its attachments are not read: {type(error).__name__}"]
    return []


def with_attached(document: Document, page: Assembly) -> Document:
    """The document with the text of its attachments at the end."""
    if not page.length:
        return document
    whole = Assembly()
    if document.text:
        whole.include(document.text, document.blocks)
    attachment = page.document("", "", "")
    whole.include(attachment.text, attachment.blocks)
    return replace(document, text="".join(whole.text), blocks=tuple(whole.blocks))
