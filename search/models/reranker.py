"""A query and passages to probabilities: a model's prompt, forward pass and head put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from ..documents import Judgement
from ..errors import ModelError
from .cpu_threads import single_threaded_blas
from .engines import StatesEncoder
from .model_files import ModelFiles
from .pairs import BertPairs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..documents import Vectors
    from .engines import Encoder
    from .heads import Head
    from .pairs import Pairs
    from .sentence_head import SentenceHead

# model_type in config.json → the class that builds the rows of tokens, the class of the head, and
# the pooling of the state that the head reads
ARCHITECTURES = {
    "qwen3": ("Qwen3Pairs", "Qwen3Head", "lasttoken"),
    "bert": ("BertPairs", "BertHead", "cls"),
    "xlm-roberta": ("XlmRobertaPairs", "BertHead", "cls"),
}
# model_type with a tokenizer_class that has other marks → the class that builds the rows
MARKS = {("bert", "XLMRobertaTokenizer"): "MarkedBertPairs"}


@dataclass(frozen=True, slots=True)
class ReadPassages:
    """What an encoder made of a query with some passages.

    pooled: (passages, width), which a reranker's head reads. states: (tokens, width) of each row.
    query and sentences are ranges of tokens of the rows.
    """

    pooled: Vectors
    states: list[Vectors]
    query: tuple[int, int]
    sentences: list[list[tuple[int, int]]]


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
    sentence_head: SentenceHead | None = None

    def score(self, query: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """(n,) probabilities, in the order of `passages`, that each answers the query.

        Passages that are too long for the model are cut. Successive calls with the same query
        compute the query's part once. Raises ModelError where the model gives a number that is not
        finite.
        """
        import numpy as np

        if not passages:
            return np.empty(0, np.float32)
        prefix = self.pairs.prefix(query)
        rest = self.pairs.rest(passages, self.encoder.max_tokens - len(prefix))
        return self._probabilities(self.encoder.encode_after(prefix, rest))

    def judge(
        self, query: str, passages: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Judgement]:
        """As `score`, with the log-odds of the sentences where the model has a head for them.

        `sentences` are ranges of characters of each passage, in order and disjoint. Raises
        ModelError as `score` does.
        """
        if self.sentence_head is None or not passages:
            return [Judgement(float(each)) for each in self.score(query, passages)]
        read = self.read(query, passages, sentences)
        # The products are small: several threads would cost more than they save.
        with single_threaded_blas():
            odds = [
                self.sentence_head.log_odds(states, read.query, ranges)
                for states, ranges in zip(read.states, read.sentences, strict=True)
            ]
        return [
            Judgement(float(probability), tuple(map(float, each)))
            for probability, each in zip(self._probabilities(read.pooled), odds, strict=True)
        ]

    def read(
        self, query: str, passages: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]]
    ) -> ReadPassages:
        """The states of some passages. Raises ModelError for a model that gives none."""
        if not isinstance(self.pairs, BertPairs) or not isinstance(self.encoder, StatesEncoder):
            raise ModelError(f"{self.name} gives no states", "choose a BERT reranker")
        prefix = self.pairs.prefix(query)
        rows = self.pairs.rest_with_sentences(
            passages, self.encoder.max_tokens - len(prefix), sentences
        )
        pooled, states = self.encoder.encode_with_states(prefix, [ids for ids, _ in rows])
        shift = len(prefix)
        return ReadPassages(
            pooled,
            states,
            self.pairs.query_range(prefix),
            [[(start + shift, end + shift) for start, end in ranges] for _, ranges in rows],
        )

    def _probabilities(self, pooled: Vectors) -> NDArray[np.float32]:
        import numpy as np

        logits = self.head.logits(pooled)
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
    from .sentence_head import SentenceHead
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
    tokenizer_kind = str(files.checkpoint.config.get("tokenizer_class"))
    pairs_class = MARKS.get((kind, tokenizer_kind), pairs_class)
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
        sentence_head=SentenceHead.in_folder(files.folder, encoder.dimensions)
        if isinstance(encoder, StatesEncoder)
        else None,
    )
