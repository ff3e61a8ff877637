"""The worker process of a run, which in a large run also cuts documents and splits their words.

In the main process both would have one core, whatever the machine has.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn, Self

from ..documents import Cutting, Document
from ..protocols import Tokenizer, TokenizerFile
from ..readers import worker
from ..text.passage_rules import PassageRules
from ..text.passage_words import cut

MODULE = __name__


@dataclass(frozen=True, slots=True)
class CutOrder:
    """How documents are to be cut: by which tokenizer, and into passages of which sizes."""

    tokenizer: TokenizerFile
    rules: PassageRules

    def encoded(self) -> bytes:
        """The order as a worker gets it."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decoded(cls, order: bytes) -> Self:
        """The order that was `encoded`."""
        fields = json.loads(order)
        return cls(TokenizerFile(**fields["tokenizer"]), PassageRules(**fields["rules"]))


def serve() -> NoReturn:
    """Answer requests from stdin on stdout, as `readers.worker.serve` does."""
    # Each core has a worker, so that a worker needs no threads. They would count against its limit
    # of memory.
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    worker.serve(cut_as_ordered)


def cut_as_ordered(document: Document, order: bytes) -> Cutting:
    """Cut a document as the order says. Raises ModelError where the tokenizer cannot be loaded."""
    wanted = CutOrder.decoded(order)
    return cut(document, _tokenizer(wanted.tokenizer), wanted.rules)


@cache
def _tokenizer(file: TokenizerFile) -> Tokenizer:
    # The tokenizer's library is imported by a worker that cuts, at its first document.
    from ..models.tokenizer import ModelTokenizer

    return ModelTokenizer(Path(file.path), file.literal_specials)
