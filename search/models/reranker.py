"""A query and passages to probabilities: a model folder, its prompt, its forward pass and its head put together."""

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

# model_type in config.json → the classes that build its rows and read its answer
ARCHITECTURES = {
    "qwen3": ("Qwen3Pairs", "Qwen3Head"),
    "bert": ("BertPairs", "BertHead"),
}


@dataclass(slots=True)
class ModelReranker:
    """A reranker whose probabilities come from a model's forward pass. Thread-safe.

    `revision` names the weights: 16 hexadecimal digits, the same wherever and by whichever engine they are used.
    """

    name: str
    revision: str
    pairs: Pairs
    encoder: Encoder
    head: Head

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """(n,) probabilities in [0, 1] that each passage answers the query, in the order of `passages`.

        Passages too long for the model are cut. What the query costs is paid once for successive calls with the same
        query. ModelError where the model gives a number that is not finite.
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
        # 1 / (1 + exp(−x)) without overflow
        return np.exp(-np.logaddexp(0, -logits.astype(np.float64))).astype(np.float32)


def load_reranker(
    name_or_path: str, backend: str = "auto", instruction: str | None = None
) -> ModelReranker:
    """The reranker of that name, repository id or model folder.

    `backend` is `mlx`, `cpu` (numpy), or `auto`: MLX where it has a GPU, else numpy. `instruction` says in English what
    makes a passage relevant; None is the model's own wording. ModelError for a folder that is missing, damaged, or holds
    no reranker; UsageError for an unknown backend, or an instruction to a model that takes none.
    """
    from .recipes import recipe_for
    from .tokenizer import TokenRules

    files = ModelFiles.named(name_or_path)
    kind = files.checkpoint.model_type
    if kind not in ARCHITECTURES:
        known = ", ".join(sorted(ARCHITECTURES))
        raise ModelError(
            f"{files.folder} is a {kind} model, which cannot rerank here", f"choose one of: {known}"
        )
    # an embedder's weights would load, and answer at random
    if recipe_for(files.name).pooling or (files.folder / "1_Pooling").is_dir():
        raise ModelError(f"{files.folder} is an embedder", "choose a reranker")
    pairs, head = ARCHITECTURES[kind]
    tokenizer = files.tokenizer(TokenRules(literal_specials=True))
    judge: Head = getattr(import_module(".heads", __package__), head)(files.checkpoint, tokenizer)
    encoder = files.encoder(backend, tokenizer)
    return ModelReranker(
        name=files.name,
        revision=files.checkpoint.fingerprint(),
        pairs=getattr(import_module(".pairs", __package__), pairs)(
            tokenizer, encoder.max_tokens, instruction
        ),
        encoder=encoder,
        head=judge,
    )
