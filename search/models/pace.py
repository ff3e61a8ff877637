"""Measures in a moment how fast an embedder is on this machine."""

from __future__ import annotations

import time

from ..protocols import Embedder

SENTENCE = "The lease ends three months after either side has given notice in writing. "
REPEATED = 8
TEXTS = 4


def pace(embedder: Embedder) -> float:
    """Tokens a second, from a few passages of about a hundred tokens."""
    texts = [SENTENCE * REPEATED] * TEXTS
    tokens = sum(map(len, embedder.tokenizer.spans(texts)))
    # The first call compiles and allocates.
    embedder.embed_passages(texts[:1])
    started = time.perf_counter()
    embedder.embed_passages(texts)
    return tokens / max(time.perf_counter() - started, 1e-6)
