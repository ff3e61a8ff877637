"""A Document to overlapping Passages: cut at headings first, then between blocks, sentences and lines, last between tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..documents import Document, Passage
from ..protocols import Tokenizer
from .pieces import Border, Piece, page_of, pieces
from .spelling import normalise

VERSION = 2
"""Raised with each change that makes other passages of the same document."""

EDGE = 4
"""Tokens that a passage may have more than the count of its pieces says, as its edges are tokenised without what is around."""

OPENING_CHARS, OPENING_TOKENS = 300, 64
"""So much of a section's beginning is embedded with each passage behind it: it says what the section is about."""

REACH = 16
"""A beginning speaks for so many passages."""

SILENT = ("heading", "table")
"""A heading stands in the trail already, and a table's first rows say nothing of the others."""

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class PassageRules:
    """How large passages are, in tokens of the embedder without special tokens.

    max_tokens: no passage has more. overlap: about so many are repeated from the passage before where a section is cut.
    min_tokens: smaller sections are put together with their neighbours.
    """

    max_tokens: int = 256
    overlap: int = 32
    min_tokens: int = 24


def split(document: Document, tokenizer: Tokenizer, rules: PassageRules) -> Iterator[Passage]:
    """The passages of a document in order.

    Each is a stretch of the document's text without white space around it, on one page; together they hold every block.
    Lazy: a passage is made when it is asked for.
    """
    text = document.text
    offset, line = 0, 1
    begun: dict[int, _Beginning] = {}
    for ordinal, packed in enumerate(_Cutter(document, tokenizer, rules).run()):
        first, start, end = packed[0], packed[0].start, packed[-1].end
        # A later passage begins in one of these sections or in one that nothing has begun yet.
        sections = {piece.section for piece in packed}
        begun = _beginnings(packed, ordinal) | {
            section: begun[section] for section in sections & begun.keys()
        }
        beginning = begun.get(first.section, _Beginning(ordinal, start, end))
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
            opening=_opening(text, beginning, tokenizer)
            if 0 < ordinal - beginning.ordinal <= REACH
            else "",
        )


def headed_text(passage: Passage) -> str:
    """What a reranker reads: the trail of a passage's headings above its text, unless its first lines say the same.

    >>> headed_text(Passage(0, "Turn the valve.", ("House", "Boiler"), None, 9, 9, 80, 95))
    'House > Boiler\\nTurn the valve.'
    """
    return _below(passage.headings, passage.text)


def embedded_text(passage: Passage) -> str:
    """What is embedded for a passage: as `headed_text`, with the opening of its section behind the headings, and ligatures as letters.

    >>> embedded_text(Passage(1, "Turn the valve.", ("House",), None, 9, 9, 80, 95, 0, "Boilers need care."))
    'House > Boilers need care.\\nTurn the valve.'
    """
    trail = (*passage.headings, passage.opening) if passage.opening else passage.headings
    return normalise(_below(trail, passage.text))


def _below(trail: tuple[str, ...], text: str) -> str:
    if not trail:
        return text
    lines = [words for line in text[:4_000].split("\n") if (words := _WORDS.findall(line))]
    if [_WORDS.findall(heading) for heading in trail] == lines[: len(trail)]:
        return text
    return " > ".join(trail) + "\n" + text


@dataclass(frozen=True, slots=True)
class _Beginning:
    """Where a section begins: in which passage, and from where to where that has its words."""

    ordinal: int
    start: int
    end: int


def _beginnings(packed: Sequence[Piece], ordinal: int) -> dict[int, _Beginning]:
    """Those of the sections in a passage, by their offsets, as if each began there."""
    end, telling = packed[-1].end, (piece for piece in reversed(packed) if piece.kind not in SILENT)
    return {piece.section: _Beginning(ordinal, piece.start, end) for piece in telling}


def _opening(text: str, beginning: _Beginning, tokenizer: Tokenizer) -> str:
    words = text[beginning.start : min(beginning.end, beginning.start + OPENING_CHARS)]
    spans = tokenizer.spans([words])[0][:OPENING_TOKENS]
    return " ".join(words[: spans[-1][1]].split()) if spans else ""


class _Cutter:
    """Packs pieces into stretches.

    `ahead` holds the pieces from the start of the next stretch on; the first `repeated` of them stand in the one before
    as well.
    """

    def __init__(self, document: Document, tokenizer: Tokenizer, rules: PassageRules) -> None:
        self.text = document.text
        self.tokenizer = tokenizer
        self.rules = rules
        self.source = pieces(document, tokenizer, rules.max_tokens)
        self.ahead: list[Piece] = []
        self.repeated = 0

    def run(self) -> Iterator[list[Piece]]:
        """Each passage's pieces."""
        while self.look_ahead():
            count, cut = self.choose()
            overflows = self.overflows(count)
            while overflows and count > self.repeated + 1:
                count, cut = self.best_cut(count - 1), True
                overflows = self.overflows(count)
            if overflows and self.repeated:
                self.drop(self.repeated, 0)
                continue
            yield self.ahead[:count]
            start = self.overlap(count) if cut else count
            self.drop(start, count - start)

    def look_ahead(self) -> bool:
        """Read on until what is ahead is more than two passages; False where nothing is left."""
        ahead = self.ahead
        while not ahead or ahead[-1].last - ahead[0].first <= 2 * self.rules.max_tokens:
            piece = next(self.source, None)
            if piece is None:
                break
            ahead.append(piece)
        return bool(ahead)

    def drop(self, count: int, repeated: int) -> None:
        """Let go of the first `count` pieces; of what remains, the first `repeated` were packed before."""
        del self.ahead[:count]
        self.repeated = repeated

    def choose(self) -> tuple[int, bool]:
        """How many pieces the next passage takes, and whether that cuts a section."""
        end = self.section_end(0)
        while end < len(self.ahead) and self.size(end) < self.rules.min_tokens and self.joins(end):
            end = self.section_end(end)
        if self.size(end) > self.rules.max_tokens:
            return self.best_cut(self.fitting(end)), True
        if end < len(self.ahead):
            following = self.section_end(end)
            small = self.ahead[following - 1].last - self.ahead[end].first < self.rules.min_tokens
            alone = following == len(self.ahead) or not self.joins(following, end)
            if (
                small
                and alone
                and self.ahead[end].border is Border.HEADING
                and self.size(following) <= self.rules.max_tokens
            ):
                end = following
        return end, False

    def section_end(self, start: int) -> int:
        """The index after the section that the piece `start` lies in."""
        for index in range(start + 1, len(self.ahead)):
            if self.ahead[index].border <= Border.HEADING:
                return index
        return len(self.ahead)

    def joins(self, index: int, start: int = 0) -> bool:
        """True where the section at `index` may be put to the one at `start`: its heading is no higher, and no wall between."""
        piece, first = self.ahead[index], self.ahead[start]
        return piece.border is Border.HEADING and piece.level >= (first.level or len(first.trail))

    def size(self, end: int) -> int:
        """The tokens of the first `end` pieces."""
        return self.ahead[end - 1].last - self.ahead[0].first

    def fitting(self, end: int) -> int:
        """How many of the first `end` pieces one passage holds; fewer where what is left would be too small."""
        limit = self.rules.max_tokens
        rest = self.size(end) - limit
        if rest < self.rules.min_tokens:
            limit -= self.rules.min_tokens - rest
        count = self.repeated + 1
        while count < end and self.size(count + 1) <= limit:
            count += 1
        return count

    def best_cut(self, most: int) -> int:
        """The strongest border after at most `most` pieces that leaves the passage half full; the latest of equals."""
        best = most
        for count in range(most, self.repeated, -1):
            if 2 * self.size(count) < self.rules.max_tokens:
                break
            if self.ahead[count].border < self.ahead[best].border:
                best = count
        # A heading is not parted from what it heads.
        while best > self.repeated + 1 and self.ahead[best - 1].kind == "heading":
            best -= 1
        return best

    def overlap(self, count: int) -> int:
        """The index of the first piece, of those packed, that the next passage repeats; `count` where it repeats none."""
        start = count
        while start > 1 and self.ahead[start].border > Border.HEADING:
            before = self.ahead[start - 1]
            enough = self.ahead[count - 1].last - before.first > self.rules.overlap
            if enough or self.ahead[count].last - before.first > self.rules.max_tokens:
                break
            start -= 1
        return start

    def overflows(self, count: int) -> bool:
        """True where the first `count` pieces, tokenised by themselves, are too many tokens.

        Their sum is right, but for words that are cut and white space that is cut off, which some tokenizers count.
        """
        start, end = self.ahead[0].start, self.ahead[count - 1].end
        parts_word = any(
            self.text[place - 1 : place + 1].isalnum()
            for place in (start, end)
            if 0 < place < len(self.text)
        )
        if self.size(count) <= self.rules.max_tokens - EDGE and not parts_word:
            return False
        return len(self.tokenizer.spans([self.text[start:end]])[0]) > self.rules.max_tokens
