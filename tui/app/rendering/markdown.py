"""Markdown: headings, lists, quotes, rules, tables and code, line by line."""

from __future__ import annotations

import re

from .inline import render_inline
from .rendered import Heading, Rendered
from .signs import Signs
from .tables import is_delimiter, render_table

LINE = re.compile(
    r"(?P<fence>[ \t]*(?P<ticks>```+|~~~+)[ \t]*(?P<language>[\w+#.-]*)[^`\n]*\Z)"
    r"|(?P<heading>[ ]{0,3}(?P<signs>\#{1,6})[ \t]+)"
    r"|(?P<rule>[ ]{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})\Z)"
    r"|(?P<quote>[ ]{0,3}>)"
    r"|(?P<item>[ \t]*(?P<bullet>[-*+]|\d{1,9}[.)])[ \t]+)(?P<task>\[[ xX]\][ ])?"
    r"|(?P<blank>[ \t]*\Z)"
    r"|(?P<indented>[ ]{4}|\t)",
    re.VERBOSE,
)
QUOTE = re.compile(r"[ \t]{0,3}>[ \t]?")
UNDERLINE = re.compile(r"[ ]{0,3}(?:=+|-{3,})[ \t]*\Z")
CLOSING = re.compile(r"[ \t]+#+[ \t]*\Z")
FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
LONGEST_BLOCK = 10_000
WIDEST_HANG = 0.4
"""The rows of a list's item are indented by at most this share of the width."""


def render_markdown(text: str, width: int, signs: Signs, near: tuple[int, int]) -> Rendered:
    """Leave out Markdown's signs in the range `near`, and lay out what they stand for.

    The range is widened to whole blocks, as far as they are short.
    """
    first, last = near
    if first > 0:
        blank = text.rfind("\n\n", max(first - LONGEST_BLOCK, 0), first)
        first = blank + 2 if blank >= 0 else first
        # Within code, the range begins with its fence.
        fences = [match.start() for match in FENCE.finditer(text, 0, first)]
        if len(fences) % 2:
            first = fences[-1]
        first = text.rfind("\n", 0, first) + 1
    end = text.find("\n\n", last, last + LONGEST_BLOCK)
    if end < 0:
        end = text.find("\n", last)
    part = text[first:end] if end >= 0 else text[first:]
    return (
        _Markdown(part, width, signs, first == 0).render().moved(first, text.count("\n", 0, first))
    )


class _Markdown:
    """The state of one pass over the lines of a text."""

    def __init__(self, text: str, width: int, signs: Signs, is_beginning: bool) -> None:
        self.text = text
        self.width = width
        self.signs = signs
        self._is_beginning = is_beginning
        self.shown = Rendered()
        self._lines: list[tuple[int, int]] = []
        self._paragraph: int | None = None
        """The offset at which the paragraph begins that the last line belongs to."""
        self._in_list = False

    def render(self) -> Rendered:
        position = 0
        for line in self.text.split("\n"):
            self._lines.append((position, position + len(line)))
            position += len(line) + 1
        number = self._front_matter()
        while number < len(self._lines):
            number += self._line(number)
        self._end_paragraph(len(self.text))
        return self.shown

    def _line(self, number: int) -> int:
        """Render a line, and return how many lines were rendered with it."""
        start, end = self._lines[number]
        line = self.text[start:end]
        match = LINE.match(line)
        if match is None or (match["indented"] and self._is_continued):
            return self._plain(number)
        if match["rule"] and self._is_underline(number):
            return self._underline(number)
        self._end_paragraph(start)
        if match["fence"] is not None:
            return self._fence(number, match)
        if match["heading"] is not None:
            self._heading(number, start + match.end("heading"), len(match["signs"]))
        elif match["rule"] is not None:
            if self.signs.hides_fences:
                self.shown.edits.append((start, end, self.signs.rule(self.width)))
            self.shown.colours.append((start, end, "rule"))
        elif match["quote"] is not None:
            self._quote(number)
        elif match["item"] is not None and (self._in_list or not line[:4].isspace()):
            self._item(number, match)
        elif match["item"] is not None or match["indented"] is not None:
            self.shown.colours.append((start, end, "code"))
        else:
            self._in_list = self._in_list and self._goes_on(number)
        return 1

    @property
    def _is_continued(self) -> bool:
        """True if an indented line goes on with a paragraph or a list, and is not code."""
        return self._paragraph is not None or self._in_list

    def _goes_on(self, number: int) -> bool:
        """True if the line after a blank one is still within the list."""
        if number + 1 >= len(self._lines):
            return False
        following = self.text[slice(*self._lines[number + 1])]
        return following[:1] in (" ", "\t", "") or LINE.match(following) is not None

    def _plain(self, number: int) -> int:
        """A line of a paragraph, or the head of a table, or words that are underlined."""
        start, end = self._lines[number]
        after = self._lines[number + 1] if number + 1 < len(self._lines) else (end, end)
        if "|" in self.text[start:end] and is_delimiter(self.text[slice(*after)]):
            self._end_paragraph(start)
            return self._table(number)
        if self._paragraph is None:
            self._paragraph = start
        elif self._is_underline(number):
            return self._underline(number)
        if self._in_list:
            indent = end - start - len(self.text[start:end].lstrip())
            if 0 < indent <= self.width * WIDEST_HANG:
                self.shown.hangs[number + 1] = " " * indent
        return 1

    def _is_underline(self, number: int) -> bool:
        return (
            self._paragraph is not None
            and not self._in_list
            and UNDERLINE.match(self.text[slice(*self._lines[number])]) is not None
        )

    def _end_paragraph(self, end: int) -> None:
        if self._paragraph is not None:
            render_inline(self.text, self._paragraph, end, self.shown)
            self._paragraph = None

    def _heading(self, number: int, start: int, level: int) -> None:
        first, end = self._lines[number]
        closing = CLOSING.search(self.text[start:end])
        last = start + closing.start() if closing else end
        if self.text[start:last].strip():
            self.shown.edits.append((first, start, ""))
            if last < end:
                self.shown.edits.append((last, end, ""))
        self._add_heading(start, last, level)
        self._in_list = False

    def _add_heading(self, start: int, end: int, level: int) -> None:
        style = {1: "title", 2: "heading"}.get(level, "subheading")
        self.shown.colours.append((start, end, style))
        self.shown.headings.append(Heading(level, self.text[start:end].strip(), start))
        render_inline(self.text, start, end, self.shown)

    def _underline(self, number: int) -> int:
        """A line of = or - makes the line above it a heading."""
        (above, above_end), (start, end) = self._lines[number - 1], self._lines[number]
        level = 1 if self.text[start:end].lstrip().startswith("=") else 2
        if self._paragraph is not None and self._paragraph < above:
            render_inline(self.text, self._paragraph, above, self.shown)
        self._paragraph = None
        self._add_heading(above, above_end, level)
        if self.signs.hides_fences:
            self.shown.edits.append((start, end, self.signs.level * (above_end - above)))
        self.shown.colours.append((start, end, "rule"))
        return 1

    def _quote(self, number: int) -> None:
        """A bar stands before each row of a quote; one in another, two bars."""
        start, end = self._lines[number]
        position, hang = start, ""
        while position < end and (sign := QUOTE.match(self.text, position, end)):
            bar = f"{self.signs.quote} " if self.signs.quote else ""
            hang += bar or self.text[slice(*sign.span())]
            if bar:
                self.shown.edits.append((*sign.span(), bar))
            position = sign.end()
        self.shown.colours.append((start, position, "rule"))
        self.shown.colours.append((position, end, "quote"))
        self.shown.hangs[number + 1] = hang
        render_inline(self.text, position, end, self.shown)

    def _item(self, number: int, match: re.Match[str]) -> None:
        start, _ = self._lines[number]
        bullet, last = (start + offset for offset in match.span("bullet"))
        if self.signs.bullet and not match["bullet"][0].isdigit():
            self.shown.edits.append((bullet, last, self.signs.bullet))
        self.shown.colours.append((bullet, last, "comment"))
        indent = match["item"] + (match["task"] or "")
        size = len(indent.expandtabs(4))
        if match["task"] is not None and self.signs.bullet:
            box = start + match.start("task")
            done = match["task"][1] != " "
            self.shown.edits.append((box, box + 3, "☑" if done else "☐"))
            size -= 2
        if size <= self.width * WIDEST_HANG:
            self.shown.hangs[number + 1] = " " * size
        self._in_list = True
        self._paragraph = start + len(indent)

    def _fence(self, number: int, match: re.Match[str]) -> int:
        """Code: its lines are as they are, and the fences leave their language."""
        start, end = self._lines[number]
        if self.signs.hides_fences:
            self.shown.edits.append((start, start + match.end("ticks"), ""))
        self.shown.colours.append((start, end, "comment"))
        close = re.compile(rf"[ \t]*{match['ticks'][0]}{{{len(match['ticks'])},}}[ \t]*\Z")
        last = number + 1
        while last < len(self._lines) and not close.match(self.text[slice(*self._lines[last])]):
            last += 1
        if last > number + 1:
            code = self._lines[number + 1][0], self._lines[last - 1][1]
            self.shown.fences.append((*code, match["language"]))
            self.shown.colours.append((*code, "code"))
        if last == len(self._lines):
            return last - number
        if self.signs.hides_fences:
            self.shown.edits.append((*self._lines[last], ""))
        self.shown.colours.append((*self._lines[last], "comment"))
        return last - number + 1

    def _table(self, number: int) -> int:
        last = number + 2
        while last < len(self._lines) and "|" in self.text[slice(*self._lines[last])]:
            last += 1
        table = render_table(
            self.text, self._lines[number:last], number + 1, self.width, self.signs
        )
        self.shown.edits += table.edits
        self.shown.colours += table.colours
        self.shown.hangs |= table.hangs
        return last - number

    def _front_matter(self) -> int:
        """The number of lines of the fields between rules at the beginning of a text."""
        if not (self._is_beginning and self.text.startswith("---\n")):
            return 0
        for number, (start, end) in enumerate(self._lines[1:200], 1):
            if self.text[start:end].rstrip() in ("---", "..."):
                self.shown.colours.append((0, end, "comment"))
                return number + 1
        return 0
