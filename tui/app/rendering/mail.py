"""Mail: the headers of a message form a block, with their values in one column."""

from __future__ import annotations

import re

from .rendered import Heading, Rendered

BLOCK = re.compile(r"(?:^(?:From|To|Cc|Date): .*(?:\n|\Z))+", re.MULTILINE)
HEADER = re.compile(r"^(?P<name>\w+): (?P<value>.*)$", re.MULTILINE)
SUBJECT = re.compile(r"(?P<subject>[^\n]+)\n+\Z")
VALUE_COLUMN = 6


def render_mail(text: str) -> Rendered:
    """Lay out the headers of each message; its subject is the line above them."""
    shown = Rendered()
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        above = max(block.start() - 2_000, 0)
        if subject := SUBJECT.search(text[above : block.start()]):
            start, end = (above + offset for offset in subject.span("subject"))
            shown.colours.append((start, end, "title"))
            shown.headings.append(Heading(1, subject["subject"], start))
        for number, header in enumerate(HEADER.finditer(text, block.start(), block.end())):
            name_end, value_start = header.end("name"), header.start("value")
            pad = " " * (VALUE_COLUMN - len(header["name"]))
            shown.edits.append((name_end, value_start, pad))
            shown.colours.append((header.start(), name_end, "comment"))
            shown.hangs[line + number] = " " * VALUE_COLUMN
    return shown
