"""What the app's threads do for documents: they lay them out, draw pages, and read texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.errors import DocsearchError
from search.results import Hit, StoredPart

from .. import messages
from ..graphics import NO_GRAPHICS, Graphics
from .colours import colours
from .errands import Post, Stale
from .part_cache import PartCache
from .rendering import Signs
from .rendering.signs import BOXES
from .sheet import RENDERED, RENDERED_FIRST, sheet_of

if TYPE_CHECKING:
    from search import Index

BLOCK = 200_000
"""Characters of a block of a long document.

Three blocks are laid out in some 50 ms, and a tenth of a block fills many screens.
"""


class DocumentErrands:
    """Its methods run in threads. They post messages like those of Errands.

    What was read lately stands in `parts`. Documents are laid out with `signs`, and pictures are
    drawn for `graphics`.
    """

    def __init__(
        self,
        index: Index,
        parts: PartCache,
        signs: Signs = BOXES,
        graphics: Graphics = NO_GRAPHICS,
    ) -> None:
        self.index = index
        self._parts = parts
        self._signs = signs
        self._graphics = graphics

    def read(self, read: messages.Read, post: Post, stale: Stale) -> None:
        """Lay a document out around an offset, and post it; post it again with its colours."""
        try:
            part = self._part(read.path, read.around)
        except DocsearchError as error:
            post(messages.Failed(error))
            return
        if stale():
            return
        is_long = part.kind == "markdown" and len(part.text) > 2 * RENDERED_FIRST
        reach = RENDERED_FIRST if is_long else RENDERED
        sheet = sheet_of(part, read.width, self._signs, read.around, reach)
        post(messages.DocumentRead(sheet, read.scrolled))
        if stale():
            return
        if is_long:
            sheet = sheet_of(part, read.width, self._signs, read.around)
        coloured = colours(sheet, sheet.places.first(read.around - part.char_start))
        if is_long or coloured:
            # Where the rows are other ones, the view stays at its text.
            post(messages.DocumentRead(sheet.with_layer(coloured), read.scrolled or is_long))

    def draw(self, ask: messages.Draw, post: Post, stale: Stale) -> None:
        """Draw a page or a picture, as the terminal shows it."""
        from .pictures.shown import room_of, shown

        room = room_of(ask.columns, ask.rows, self._graphics)
        try:
            picture = self.index.picture(ask.path, ask.page, room)
        except DocsearchError as error:
            post(messages.PictureDrawn(ask, error=error))
            return
        if not stale():
            post(messages.PictureDrawn(ask, shown(picture, self._graphics)))

    def text(self, hit: Hit, post: Post) -> None:
        """Read the whole text of a hit's document."""
        try:
            post(messages.TextRead(hit, self.index.document(hit.path).text))
        except DocsearchError as error:
            post(messages.Failed(error))

    def _part(self, path: str, around: int) -> StoredPart:
        """The block of the document that holds `around`, with the blocks before and after it.

        A short document is thereby read whole.
        """
        block = max(around, 0) // BLOCK
        chars = (max(block - 1, 0) * BLOCK, (block + 2) * BLOCK)
        return self._parts.part(path, block, lambda: self.index.part(path, chars=chars))
