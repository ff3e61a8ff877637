"""How passages are cut. An index that is only read needs no more of the cutting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PassageRules:
    """How large passages are, in tokens of the embedder without special tokens.

    max_tokens: the most tokens in a passage.
    overlap: about how many tokens are repeated from the passage before where a section is cut.
    min_tokens: sections with fewer tokens are joined with their neighbours.
    """

    max_tokens: int = 256
    overlap: int = 32
    min_tokens: int = 24
