"""How a query is worded: `"quoted phrases"` that a passage must hold, `-excluded` words that it must not, and the text that is searched."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import UsageError
from ..text.spelling import KANA, UNSPACED
from ..text.terms import folded_line, query_words

TALK = 3
"""A query of more telling words than so many beside its quotation marks, or with a question mark, is prose: it quotes in its own wording."""

_QUOTED = r'["“„]([^"“”„]+)["”“]'
_MARKED = re.compile(rf"(?:(?<=\s)|^)-(?:{_QUOTED}|(?P<word>[^\W\d_][^\s\"“”]+))|{_QUOTED}")
# Where letters are not separated by spaces a phrase begins and ends anywhere.
_UNSPACED = f"{UNSPACED}{KANA}\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"


@dataclass(frozen=True, slots=True)
class Wording:
    """`text` is what to search for, in plain words; `phrases` and `excluded` are patterns over a folded line of text."""

    text: str
    phrases: tuple[re.Pattern[str], ...] = ()
    excluded: tuple[re.Pattern[str], ...] = ()

    @property
    def is_strict(self) -> bool:
        """True where passages can be refused."""
        return bool(self.phrases or self.excluded)

    def refusal(self, text: str) -> str:
        """Why a passage is no hit: it lacks a "phrase", or has an "excluded" word; empty where it may be one."""
        line = folded_line(text)
        if not all(one.search(line) for one in self.phrases):
            return "phrase"
        return "excluded" if any(one.search(line) for one in self.excluded) else ""


def worded(query: str) -> Wording:
    """Take a query apart. A hyphen excludes at the beginning of a word of two or more characters, a letter first; with a star, what begins so.

    >>> wording = worded('a "cold  start" -diesel')
    >>> wording.text, wording.refusal("Cold start of petrol engines"), wording.refusal("cold start (diesel)")
    ('a cold  start', '', 'excluded')

    In prose a phrase need not be there. Raises UsageError for a query that only excludes.
    """
    phrases: list[str] = []
    excluded: list[re.Pattern[str]] = []

    def plain(match: re.Match[str]) -> str:
        left_out, word, phrase = match[1], match["word"], match[3]
        if phrase is not None:
            phrases.append(phrase)
            return str(phrase)
        excluded.append(_pattern(left_out) if word is None else _pattern(word.rstrip("*"), word.endswith("*")))
        return " "

    text = _MARKED.sub(plain, query).strip()
    if text.endswith(("?", "？")) or len(query_words(_MARKED.sub(" ", query))) > TALK:
        phrases = []
    if excluded and not text:
        raise UsageError("the query says only what to leave out", "add what to look for")
    return Wording(text, tuple(map(_pattern, phrases)), tuple(excluded))


def _pattern(phrase: str, is_beginning: bool = False) -> re.Pattern[str]:
    """The phrase in any folded line: whole words only, or what begins with it."""
    line = folded_line(phrase)
    before = r"(?<!\w)" if re.match(rf"(?![{_UNSPACED}])\w", line) else ""
    after = r"(?!\w)" if not is_beginning and re.search(rf"(?![{_UNSPACED}])\w$", line) else ""
    return re.compile(before + re.escape(line) + after)
