"""Cuts a Document into overlapping Passages.

Cuts are made at headings first, then between blocks, sentences and lines, and last between tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ..documents import Document, Passage
from ..protocols import Tokenizer
from .passage_rules import PassageRules
from .pieces import Border, Piece, page_of, pieces
from .spelling import normalise

VERSION = 2
"""Raise this with each change that makes other passages of the same document."""

EDGE_TOKENS = 4
"""Tokens that a passage may have beyond the count of its pieces.

Its edges are tokenised without the text around them.
"""

OPENING_CHARS, OPENING_TOKENS = 300, 64
"""Characters and tokens of a section's beginning that are embedded with its later passages.

The beginning says what the section is about.
"""

OPENING_REACH = 16
"""The number of passages after a section's beginning that are embedded with it."""

NOT_OPENING = ("heading", "table")
"""Kinds of blocks whose words are not used as the opening of a section.

A heading is in the trail already, and a table's first rows say nothing about the others.
"""

_WORDS = re.compile(r"\w+")


def split(document: Document, tokenizer: Tokenizer, rules: PassageRules) -> Iterator[Passage]:
    """The passages of a document in order.

    Each is a stretch of the document's text on one page, without white space around it. Together
    they hold every block. Lazy: a passage is made when it is asked for.
    """
    text = document.text
    offset, line = 0, 1
    beginnings: dict[int, _Beginning] = {}
    opened, opening = None, ""
    for ordinal, packed in enumerate(_Cutter(document, tokenizer, rules).run()):
        first, start, end = packed[0], packed[0].start, packed[-1].end
        # Keep the beginnings of the sections in this passage only: a later passage begins in one of
        # these sections, or in a section that has not begun yet.
        sections = {piece.section for piece in packed}
        beginnings = _beginnings(packed, ordinal) | {
            section: beginnings[section] for section in sections & beginnings.keys()
        }
        beginning = beginnings.get(first.section, _Beginning(ordinal, start, end))
        # The passages of a section share its opening.
        is_near = 0 < ordinal - beginning.ordinal <= OPENING_REACH
        if is_near and beginning is not opened:
            opened, opening = beginning, _opening(text, beginning, tokenizer)
        # Count lines up to the passage.
        line += text.count("\n", offset, start)
        offset = start
        yield Passage(
            ordinal=ordinal,
            text=text[start:end],
            headings=first.trail,
            page=page_of(document, start) or None,
            line_start=line,
            line_end=line + text.count("\n", start, end),
            char_start=start,
            char_end=end,
            section=beginning.ordinal,
            opening=opening if is_near else "",
        )


def headed_text(passage: Passage) -> str:
    """The text that a reranker reads: the passage's trail of headings above its text.

    The trail is left out where the first lines say the same.

    >>> headed_text(Passage(0, "Turn the valve.", ("House", "Boiler"), None, 9, 9, 80, 95))
    'House > Boiler\\nTurn the valve.'
    """
    return _below(passage.headings, passage.text)


def embedded_text(passage: Passage) -> str:
    """The text that is embedded for a passage.

    It is that of `headed_text`, with the opening of the section behind the headings, and with
    ligatures as letters.

    >>> embedded_text(Passage(1, "Turn the valve.", ("House",), None, 9, 9, 80, 95, 0, "Careful."))
    'House > Careful.\\nTurn the valve.'
    """
    trail = (*passage.headings, passage.opening) if passage.opening else passage.headings
    return normalise(_below(trail, passage.text))


def _below(trail: tuple[str, ...], text: str) -> str:
    """The text below its trail of headings, unless its first lines are that trail."""
    if not trail:
        return text
    lines = (words for line in text[:4_000].split("\n") if (words := _WORDS.findall(line)))
    if [_WORDS.findall(heading) for heading in trail] == list(islice(lines, len(trail))):
        return text
    return " > ".join(trail) + "\n" + text


@dataclass(frozen=True, slots=True)
class _Beginning:
    """The beginning of a section: the passage that holds it, and the range of its words there."""

    ordinal: int
    start: int
    end: int


def _beginnings(packed: Sequence[Piece], ordinal: int) -> dict[int, _Beginning]:
    """The beginnings of the sections in a passage, by section, as if each section began there."""
    end = packed[-1].end
    opening_pieces = (piece for piece in reversed(packed) if piece.kind not in NOT_OPENING)
    return {piece.section: _Beginning(ordinal, piece.start, end) for piece in opening_pieces}


def _opening(text: str, beginning: _Beginning, tokenizer: Tokenizer) -> str:
    """The first words of a section, up to OPENING_CHARS and OPENING_TOKENS."""
    words = text[beginning.start : min(beginning.end, beginning.start + OPENING_CHARS)]
    spans = tokenizer.spans([words])[0][:OPENING_TOKENS]
    return " ".join(words[: spans[-1][1]].split()) if spans else ""


class _Cutter:
    """Packs pieces into passages.

    `ahead` holds the pieces from the start of the next passage on. The first `repeated` of them are
    in the passage before as well.
    """

    def __init__(self, document: Document, tokenizer: Tokenizer, rules: PassageRules) -> None:
        self.text = document.text
        self.tokenizer = tokenizer
        self.rules = rules
        self.source = pieces(document, tokenizer, rules.max_tokens)
        self.ahead: list[Piece] = []
        self.repeated = 0

    def run(self) -> Iterator[list[Piece]]:
        """The pieces of each passage in turn."""
        while self.look_ahead():
            # Choose the next passage, and shorten it while it has too many tokens by itself.
            count, is_cut = self.choose()
            overflows = self.overflows(count)
            while overflows and count > self.repeated + 1:
                count, is_cut = self.best_cut(count - 1), True
                overflows = self.overflows(count)
            # Where a single new piece does not fit beside the repeated ones, repeat none.
            if overflows and self.repeated:
                self.drop(self.repeated, 0)
                continue
            # Go on behind the passage, or at the pieces that the next passage repeats.
            yield self.ahead[:count]
            start = self.overlap(count) if is_cut else count
            self.drop(start, count - start)

    def look_ahead(self) -> bool:
        """Read on until the pieces ahead fill more than two passages; False where none are left."""
        ahead = self.ahead
        while not ahead or ahead[-1].last - ahead[0].first <= 2 * self.rules.max_tokens:
            piece = next(self.source, None)
            if piece is None:
                break
            ahead.append(piece)
        return bool(ahead)

    def drop(self, count: int, repeated: int) -> None:
        """Drop the first `count` pieces; the first `repeated` that remain were packed before."""
        del self.ahead[:count]
        self.repeated = repeated

    def choose(self) -> tuple[int, bool]:
        """The number of pieces in the next passage, and whether a section is cut after them."""
        # Take a whole section, and join small sections with those that follow.
        end = self.section_end(0)
        while end < len(self.ahead) and self.size(end) < self.rules.min_tokens and self.joins(end):
            end = self.section_end(end)
        # Cut what is too large for a passage.
        if self.size(end) > self.rules.max_tokens:
            return self.best_cut(self.fitting(end)), True
        # Take a small section that follows as well, where it can join nothing after it.
        if end < len(self.ahead):
            following = self.section_end(end)
            is_small = (
                self.ahead[following - 1].last - self.ahead[end].first < self.rules.min_tokens
            )
            stands_alone = following == len(self.ahead) or not self.joins(following, end)
            if (
                is_small
                and stands_alone
                and self.ahead[end].border is Border.HEADING
                and self.size(following) <= self.rules.max_tokens
            ):
                end = following
        return end, False

    def section_end(self, start: int) -> int:
        """The index after the section that the piece `start` is in."""
        for index in range(start + 1, len(self.ahead)):
            if self.ahead[index].border <= Border.HEADING:
                return index
        return len(self.ahead)

    def joins(self, index: int, start: int = 0) -> bool:
        """True where the section at `index` may join the one at `start`.

        Its heading must be no higher, and no wall may lie between the sections.
        """
        piece, first = self.ahead[index], self.ahead[start]
        return piece.border is Border.HEADING and piece.level >= (first.level or len(first.trail))

    def size(self, end: int) -> int:
        """The number of tokens in the first `end` pieces."""
        return self.ahead[end - 1].last - self.ahead[0].first

    def fitting(self, end: int) -> int:
        """How many of the first `end` pieces fit into one passage.

        The number is lower where the rest would be too small for a passage of its own.
        """
        limit = self.rules.max_tokens
        rest_size = self.size(end) - limit
        if rest_size < self.rules.min_tokens:
            limit -= self.rules.min_tokens - rest_size
        count = self.repeated + 1
        while count < end and self.size(count + 1) <= limit:
            count += 1
        return count

    def best_cut(self, max_count: int) -> int:
        """The number of pieces, `max_count` or less, after which to cut.

        The cut is at the strongest border that leaves the passage half full, the latest of equals.
        """
        best = max_count
        for count in range(max_count, self.repeated, -1):
            if 2 * self.size(count) < self.rules.max_tokens:
                break
            if self.ahead[count].border < self.ahead[best].border:
                best = count
        # A heading is not separated from the text below it.
        while best > self.repeated + 1 and self.ahead[best - 1].kind == "heading":
            best -= 1
        return best

    def overlap(self, count: int) -> int:
        """The index of the first packed piece that the next passage repeats; `count` for none."""
        start = count
        while start > 1 and self.ahead[start].border > Border.HEADING:
            previous = self.ahead[start - 1]
            is_enough = self.ahead[count - 1].last - previous.first > self.rules.overlap
            if is_enough or self.ahead[count].last - previous.first > self.rules.max_tokens:
                break
            start -= 1
        return start

    def overflows(self, count: int) -> bool:
        """True where the first `count` pieces, tokenised by themselves, are too many tokens.

        The sum of their counts is right, except for words that are cut, and for white space that is
        cut off, which some tokenizers count.
        """
        start, end = self.ahead[0].start, self.ahead[count - 1].end
        splits_word = any(
            self.text[offset - 1 : offset + 1].isalnum()
            for offset in (start, end)
            if 0 < offset < len(self.text)
        )
        if self.size(count) <= self.rules.max_tokens - EDGE_TOKENS and not splits_word:
            return False
        return len(self.tokenizer.spans([self.text[start:end]])[0]) > self.rules.max_tokens
