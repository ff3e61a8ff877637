"""Models as people read them: a row of the inventory, and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .terminal import printable

if TYPE_CHECKING:
    from search.inventory import ModelEntry

HEADINGS = ("MODEL", "ROLE", "FORM", "BITS", "DIMENSIONS", "SIZE", "STATE", "PROFILES", "LICENCE")


def model_row(model: ModelEntry) -> tuple[str, ...]:
    """A cell for each of HEADINGS; a size with ~ is about what a pull would fetch."""
    size = size_text(model.size_bytes) if model.size_bytes else ""
    if not size and model.download_bytes:
        size = f"~{size_text(model.download_bytes)}"
    state = f"{model.state}: {_line(model.detail)}" if model.detail else str(model.state)
    number = (str(model.bits or "-"), str(model.dimensions or "-"))
    profiles = ", ".join(model.profiles) or "-"
    return (_line(model.name), model.role, model.form, *number, size, state, profiles, _line(model.licence) or "-")


def size_text(size: float) -> str:
    """Bytes as people read them.

    >>> size_text(335_000_000), size_text(4_257_000_000)
    ('335 MB', '4.3 GB')
    """
    if size >= 1e9:
        return f"{size / 1e9:,.1f} GB"
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"


def _line(text: str) -> str:
    return printable(text, one_line=True)
