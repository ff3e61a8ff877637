"""What is to become of a PDF page before pypdf reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .glyph_names import mend
from .glyphs import Glyph, Letters
from .marked_content import MarkedContent, Replacements
from .objects import entry, resolved
from .overprint import may_be_overprinted, second_drawings
from .raised import raised
from .right_to_left import right_to_left
from .shows import Operation, Show, may_have_columns, shows
from .vertical import in_columns

MAX_FORMS = 500
"""Forms of one page that are mended; pypdf reads the others as they are."""

MAX_DEPTH = 8


class _Content:
    """A page's or form's operators, its showing operators, and what is to become of them."""

    def __init__(self, stream: Any, resources: Any) -> None:
        self.stream, self.resources = stream, resources
        data = stream.get_data()
        self.operations: list[Operation] = stream.operations
        # pypdf asks a stream for its data before it reads its operators, and would write the data
        # anew from operators that it has parsed.
        stream.get_data = lambda: data
        self.shows = shows(self.operations)
        self.letters = Letters(resources)
        self.changes = Replacements()

    def shown(self) -> list[Show]:
        """The showing operators that still show their own letters or a text in their place."""
        return [show for show in self.shows if show.at not in self.changes.hidden]

    def placed(self) -> list[list[Glyph]]:
        """The letters of `shown`; a text that takes the place of letters is one letter."""
        placed = self.letters.place(self.shown())
        for number, show in enumerate(self.shown()):
            text = self.changes.texts.get(show.at)
            if text is not None:
                glyphs = placed[number]
                placed[number] = (
                    [glyphs[0]._replace(text=text, end_x=glyphs[-1].end_x, end_y=glyphs[-1].end_y)]
                    if glyphs and text
                    else []
                )
        return placed

    def changed(self) -> list[Operation]:
        """The operators with all changes."""
        from pypdf.generic import ArrayObject, TextStringObject

        places = {show.at: show for show in self.shows}
        changes = self.changes
        operations: list[Operation] = []
        for index, operation in enumerate(self.operations):
            is_hidden = index in changes.hidden
            if not is_hidden and index not in changes.texts:
                if index in changes.added:
                    added = changes.added[index]
                    text = added if len(added) == 1 else f" {added} "
                    operations.append(([ArrayObject([TextStringObject(text)])], b"TJ"))
                operations.append(operation)
                continue
            if operation[1] in (b"'", b'"'):
                operations.append(([], b"T*"))
            if not is_hidden and index in places:
                shown = self.letters.shown(places[index], changes.texts[index])
                operations.append(([shown], b"TJ"))
        return operations


class Plan:
    """The changes to one page and the forms on it."""

    def __init__(
        self, pdf: Any, marked: MarkedContent, mended_fonts: dict[int, frozenset[str]]
    ) -> None:
        self._pdf, self._marked, self._mended_fonts = pdf, marked, mended_fonts
        self._contents: list[_Content] = []
        # The mended stream of each form, and the places where the page's resources hold a form.
        self._forms: dict[int, Any] = {}
        self._places: list[tuple[Any, str, Any]] = []
        self.hidden_parts = 0
        self.may_have_columns = True

    def mend_page(self, page: Any) -> None:
        """Plan the changes to a page."""
        from pypdf.generic import ContentStream

        if "/Contents" not in page:
            return
        stream = ContentStream(page["/Contents"].get_object(), self._pdf, "bytes")
        if _may_show_text(stream.get_data()):
            self._places.append((page, "/Contents", stream))
            content = self._mend(stream, page, 0)
            found = content.shows if content is not None else []
            self.may_have_columns = bool(self._forms) or not found or may_have_columns(found)

    @property
    def shows(self) -> list[Show]:
        """The showing operators of the page and its forms."""
        return [show for content in self._contents for show in content.shows]

    def reorder(self, is_vertical: bool) -> bool:
        """Put the lines from right to left, or the columns, in the order of reading.

        False where all of it is in order.
        """
        is_changed = False
        for content in self._contents:
            found, placed = content.shown(), content.placed()
            texts = in_columns(found, placed) if is_vertical else right_to_left(found, placed)
            content.changes.texts |= texts
            is_changed = is_changed or bool(texts)
        return is_changed

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the changed operators into the page, and the ones before back at the end."""
        from pypdf.generic import NameObject

        before = [(holder, key, holder.raw_get(key)) for holder, key, _ in self._places]
        try:
            for content in self._contents:
                if content.changes.added:
                    content.stream.get_data = lambda: b"TJ"
                if content.changes.any:
                    content.stream.operations = content.changed()
            for holder, key, stream in self._places:
                holder[NameObject(key)] = stream
            yield
        finally:
            for holder, key, value in before:
                holder[NameObject(key)] = value

    def _mend(self, stream: Any, owner: Any, depth: int) -> _Content | None:
        """Plan the changes to a content stream; `owner` is the dictionary of its page or form."""
        resources = resolved(owner.get("/Resources"))
        if not isinstance(resources, dict):
            return None
        self._mend_fonts(resources)
        content = _Content(stream, resources)
        self._contents.append(content)
        if self._marked.concerns(stream.get_data(), resources):
            content.changes = self._marked.replacements(content.operations, resources, owner)
            self.hidden_parts += content.changes.hidden_parts
        found = content.shown()
        if may_be_overprinted(found):
            seconds = second_drawings(found, content.letters)
            content.changes.texts |= dict.fromkeys(seconds, "")
            found = [show for show in found if show.at not in seconds]
        texts = raised(found, content.letters)
        content.changes.texts = texts | content.changes.texts
        if depth < MAX_DEPTH:
            self._mend_forms(content, depth)
        return content

    def _mend_fonts(self, resources: Any) -> None:
        fonts = resolved(resources.get("/Font"))
        for name in fonts if isinstance(fonts, dict) else ():
            font = entry(fonts, name)
            if id(font) not in self._mended_fonts:
                self._mended_fonts[id(font)] = frozenset()
                self._mended_fonts[id(font)] = mend(font)

    def _mend_forms(self, content: _Content, depth: int) -> None:
        from pypdf.generic import ContentStream

        objects = resolved(content.resources.get("/XObject"))
        if not isinstance(objects, dict):
            return
        drawn = {
            operands[0]
            for operands, operator in content.operations
            if operator == b"Do" and operands
        }
        for name in sorted(drawn & objects.keys()):
            form = entry(objects, name)
            if not isinstance(form, dict) or entry(form, "/Subtype") == "/Image":
                continue
            if id(form) in self._forms:
                self._places.append((objects, name, self._forms[id(form)]))
            elif len(self._forms) < MAX_FORMS:
                stream = ContentStream(form, self._pdf, "bytes")
                stream.update(form)
                if _may_show_text(stream.get_data()):
                    self._forms[id(form)] = stream
                    self._places.append((objects, name, stream))
                    self._mend(stream, form, depth + 1)


def _may_show_text(data: bytes) -> bool:
    """False for drawings without text, which pypdf does not parse."""
    return any(operator in data for operator in (b"Tj", b"TJ", b"'", b'"', b"Do", b"EMC"))
