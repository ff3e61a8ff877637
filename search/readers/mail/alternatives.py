"""Chooses among the forms of one text, so that nothing that one of them says is lost.

The plain form is taken where it says what the others say. Often it does not: it only asks for a
program that shows HTML, or it is blank. Then the other forms are taken, and a form is left out only
where those that are taken say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from itertools import pairwise

from .parts import Alternatives, Attachment, Letter, Piece, Text

MAX_MISSING = 0.1
"""The share of its words by which a copy may differ."""

MAX_RUN = 4
"""Words in a row that are nowhere in the other form: with so many, a form is no copy."""

_UNSEEN = re.compile(
    r"<!--(?:.*?-->|.*+)|<(?P<tag>script|style|title)\b(?:.*?</(?P=tag)\b[^>]{0,100}>|.*+)",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*+>")
_ALTERNATIVE_TEXT = re.compile(r"""\balt\s{0,9}=\s{0,9}(?:"([^"]*+)"|'([^']*+)')""", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)[^\s<>\")]*+", re.IGNORECASE)
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
# Lines are broken anywhere in Chinese and the like, so that each character is a word.
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")


def resolved(parts: Iterable[Piece]) -> list[Text | Attachment | Letter]:
    """The parts with those forms of each alternative that are to be shown.

    Attachments of a form that is not shown stay.
    """
    chosen: list[Text | Attachment | Letter] = []
    for part in parts:
        if isinstance(part, Alternatives):
            chosen += _chosen([resolved(form) for form in part.forms])
        else:
            chosen.append(part)
    return chosen


def _chosen(forms: list[list[Text | Attachment | Letter]]) -> list[Text | Attachment | Letter]:
    """The forms that are shown, in the order of the message."""
    words = [_words(form) for form in forms]
    told = [index for index, its_words in enumerate(words) if its_words]
    # The plainest form that says everything is shown alone.
    kept = next(
        ([index] for index in told if all(_says(words[index], words[other]) for other in told)), []
    )
    # Else the richest form is shown, and each other form that is no copy of it.
    if not kept:
        for index in reversed(told):
            if not any(_says(words[other], words[index]) for other in kept):
                kept.append(index)
    return [
        part
        for index, form in enumerate(forms)
        for part in form
        if index in kept or not isinstance(part, Text)
    ]


def _words(form: Iterable[Text | Attachment | Letter]) -> list[str]:
    """The words of a form's texts in lower case, without addresses of pages."""
    texts = (_plain(part) for part in form if isinstance(part, Text))
    text = _ADDRESS.sub(" ", "\n".join(texts)).lower()
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


def _plain(text: Text) -> str:
    """A text without its tags, and with the words that stand for its pictures."""
    if not text.is_html:
        return text.text
    seen = _UNSEEN.sub(" ", text.text)
    pictures = (first or second for first, second in _ALTERNATIVE_TEXT.findall(seen))
    return unescape(_TAG.sub(" ", seen) + "\n" + "\n".join(pictures))


def _says(whole: list[str], part: list[str]) -> bool:
    """True where the words of `part` stand in `whole`, but for a few.

    A word stands there beside one of its neighbours: in other sentences it does not count.
    """
    if whole == part:
        return True
    if len(part) < 2:
        return set(part) <= set(whole)
    pairs = set(pairwise(whole))
    apart = bytes(pair not in pairs for pair in pairwise(part))
    missing = bytes(left & right for left, right in zip(b"\1" + apart, apart + b"\1", strict=True))
    return missing.count(1) <= MAX_MISSING * len(part) and b"\1" * MAX_RUN not in missing
