"""A query and passages to probabilities: a model's prompt, forward pass and head put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import ModelError
from .model_files import ModelFiles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .engines import Encoder
    from .heads import Head
    from .pairs import Pairs

# model_type in config.json → the class that builds the rows of tokens, the class of the head, and
# the pooling of the state that the head reads
ARCHITECTURES = {
    "qwen3": ("Qwen3Pairs", "Qwen3Head", "lasttoken"),
    "bert": ("BertPairs", "BertHead", "cls"),
    "xlm-roberta": ("XlmRobertaPairs", "BertHead", "cls"),
}


@dataclass(slots=True)
class ModelReranker:
    """A reranker whose probabilities come from a model's forward pass. Thread-safe.

    `revision` identifies the weights by 16 hexadecimal digits, which are the same on every machine
    and every engine.
    """

    name: str
    revision: str
    pairs: Pairs
    encoder: Encoder
    head: Head

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """(n,) probabilities, in the order of `passages`, that each answers the query.

        Passages that are too long for the model are cut. Successive calls with the same query
        compute the query's part once. Raises ModelError where the model gives a number that is not
        finite.
        """
        import numpy as np

        prefix = self.pairs.prefix(query)
        rest = self.pairs.rest(passages, self.encoder.max_tokens - len(prefix))
        logits = (
            self.head.logits(self.encoder.encode_after(prefix, rest))
            if rest
            else np.empty(0, np.float32)
        )
        if not np.isfinite(logits).all():
            raise ModelError(
                f"{self.name} gives scores that are not finite",
                "its weights are damaged: fetch it again",
            )
        # This is 1 / (1 + exp(−x)) without overflow.
        return np.exp(-np.logaddexp(0, -logits.astype(np.float64))).astype(np.float32)


def load_reranker(
    name_or_path: str, backend: str = "auto", instruction: str | None = None
) -> ModelReranker:
    """The reranker of that name, repository id or model folder.

    `backend` is `mlx`, `cpu`, or `auto`: MLX where it has a GPU, else the processor. `instruction`
    says in English what makes a passage relevant; None stands for the model's own wording.
    Raises ModelError for a folder that is missing or damaged or holds no reranker, and UsageError
    for an unknown backend or for an instruction to a model that takes none.
    """
    from .engines import precisions_for
    from .recipes import recipe_for
    from .tokenizer import TokenRules

    files = ModelFiles.named(name_or_path)
    kind = files.checkpoint.model_type
    if kind not in ARCHITECTURES:
        known = ", ".join(sorted(ARCHITECTURES))
        raise ModelError(
            f"{files.folder} is a {kind} model, which cannot rerank here", f"choose one of: {known}"
        )
    # An embedder's weights would load too, but its scores would be random.
    if recipe_for(files.name).pooling or (files.folder / "1_Pooling").is_dir():
        raise ModelError(f"{files.folder} is an embedder", "choose a reranker")
    pairs_class, head_class, pooling = ARCHITECTURES[kind]
    tokenizer = files.tokenizer(TokenRules(literal_specials=True))
    head: Head = getattr(import_module(".heads", __package__), head_class)(
        files.checkpoint, tokenizer
    )
    encoder = files.encoder(
        backend, tokenizer, pooling, precisions_for(files.checkpoint, backend)[0]
    )
    return ModelReranker(
        name=files.name,
        revision=files.checkpoint.fingerprint(),
        pairs=getattr(import_module(".pairs", __package__), pairs_class)(
            tokenizer, encoder.max_tokens, instruction
        ),
        encoder=encoder,
        head=head,
    )
