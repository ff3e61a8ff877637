"""The structure that Word, PowerPoint and Excel files share.

A file has parts that refer to each other, and a title among its properties.
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import xml_events
from ..archive import Archive, part_name
from ..title import stated
from ..xml_events import Attributes, value


@dataclass(frozen=True, slots=True)
class Relation:
    """A reference from one part to another.

    `kind` is the last word of the reference's type, such as "footnotes".
    """

    id: str
    kind: str
    part: str


def relations(archive: Archive, part: str) -> list[Relation]:
    """The parts of this file that `part` refers to, in order, without missing parts."""
    folder, _, name = part.rpartition("/")
    relations_part = archive.find(f"{folder}/_rels/{name}.rels".lstrip("/"))
    existing: list[Relation] = []

    def take(attributes: Attributes) -> None:
        target = archive.find(part_name(part, value(attributes, "Target")))
        if target is not None and value(attributes, "TargetMode") != "External":
            existing.append(
                Relation(
                    value(attributes, "Id"), value(attributes, "Type").rpartition("/")[2], target
                )
            )

    if relations_part is not None:
        xml_events.parse(archive.chunks(relations_part), {"Relationship": (take, None)}, _no_text)
    return existing


def main_part(archive: Archive, default: str) -> str:
    """The part that holds the document; `default` where the file does not name it."""
    return next(
        (relation.part for relation in relations(archive, "") if relation.kind == "officeDocument"),
        default,
    )


def property_title(archive: Archive) -> str:
    """The title in the file's properties, or "" where only a program can have written it."""
    part = archive.find("docProps/core.xml")
    return stated(xml_events.first_text(archive.chunks(part), "title")) if part is not None else ""


def _no_text(_: str) -> None:
    pass
