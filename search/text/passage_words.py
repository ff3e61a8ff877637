"""The words that the text leg matches for the passages of one document."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Sequence

from ..documents import CutPassage, Cutting, Document, Message, Passage
from ..protocols import Tokenizer
from .languages import language_of_document
from .passage_rules import PassageRules
from .passages import split
from .terms import passage_terms


class PassageWords:
    """Makes the words of the passages of the document at `path`, which is in `language`.

    They are those of the file's name, of the title, of the passage's headings and of its text. In a
    mail file the title is that of the message that the passage belongs to.
    """

    def __init__(self, path: str, title: str, messages: Sequence[Message], language: str) -> None:
        self._name = os.path.basename(os.fsencode(path)).decode("utf-8", "replace")
        self._language = language
        self._starts = [message.start for message in messages]
        # What lies before the first message has the document's title.
        self._titles = [title, *(message.title for message in messages)]

    def of(self, passage: Passage) -> str:
        """The words of one passage."""
        title = self._titles[bisect_right(self._starts, passage.char_start)]
        return passage_terms(title, passage.headings, passage.text, self._name, self._language)


def cut(document: Document, tokenizer: Tokenizer, rules: PassageRules) -> Cutting:
    """Cut a document into passages with their words, in order. Lazy, as `split` is."""
    language = language_of_document(document)
    words = PassageWords(document.path, document.title, document.messages, language)
    passages = split(document, tokenizer, rules)
    return Cutting(language, (CutPassage(passage, words.of(passage)) for passage in passages))
