"""Models as people read them: the table of `models list`, and the report of a test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .terminal import printable

if TYPE_CHECKING:
    from search.supply.inventory import ModelEntry
    from search.supply.model_test import Examination

HEADINGS = ("MODEL", "ROLE", "FORM", "BITS", "DIMENSIONS", "SIZE", "STATE", "PROFILES", "LICENCE")
RIGHT = {"BITS", "DIMENSIONS", "SIZE"}


def size_text(size: float) -> str:
    """Bytes as people read them.

    >>> size_text(335_000_000), size_text(4_257_000_000)
    ('335 MB', '4.3 GB')
    """
    if size >= 1e9:
        return f"{size / 1e9:,.1f} GB"
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"


def models_table(models: Iterable[ModelEntry]) -> str:
    """One line for each model, under the headings."""
    rows = [HEADINGS, *map(model_row, models)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    columns = list(zip(HEADINGS, widths, strict=True))

    def line(row: tuple[str, ...]) -> str:
        cells = (
            cell.rjust(width) if heading in RIGHT else cell.ljust(width)
            for cell, (heading, width) in zip(row, columns, strict=True)
        )
        return "  ".join(cells).rstrip()

    return "\n".join(map(line, rows))


def report_text(examination: Examination) -> str:
    """The verdict on a model, the faults that were found, and the measurements."""
    from search.supply.known_scores import furthest

    kind = ", ".join(part for part in (examination.role, examination.engine) if part)
    lines = [f"{one_line(examination.name)} ({kind}): {examination.outcome}"]
    lines += [f"  - {one_line(finding.text)}" for finding in examination.findings]
    if examination.published:
        score, known = furthest(examination.scores, examination.published)
        difference = f"{abs(score - known):>10.4f} off at most: {score:.4f} for {known:.4f}"
        lines.append(f"  {'known scores':<24} {difference}")
    if examination.stray is not None:
        lines.append(
            f"  {'padding':<24} {examination.stray:>10.4f} off at most, alone and in a batch"
        )
    for measured in examination.measurements:
        target = (
            f"  (target on an M4 Max: {measured.target} {measured.unit})" if measured.target else ""
        )
        number = f"{measured.value:,.0f}" if measured.value >= 100 else f"{measured.value:.2f}"
        lines.append(f"  {measured.what:<24} {number:>10} {measured.unit}{target}")
    return "\n".join(lines)


def model_row(model: ModelEntry) -> tuple[str, ...]:
    """A cell for each of HEADINGS; a size with ~ estimates what a pull would fetch."""
    size = size_text(model.size_bytes) if model.size_bytes else ""
    if not size and model.download_bytes:
        size = f"~{size_text(model.download_bytes)}"
    state = f"{model.state}: {one_line(model.detail)}" if model.detail else str(model.state)
    bits, dimensions = str(model.bits or "-"), str(model.dimensions or "-")
    profiles = ", ".join(model.profiles) or "-"
    return (
        one_line(model.name),
        model.role,
        model.form,
        bits,
        dimensions,
        size,
        state,
        profiles,
        one_line(model.licence) or "-",
    )


def one_line(text: str) -> str:
    """Text from elsewhere, made safe to show in one line."""
    return printable(text, one_line=True)
