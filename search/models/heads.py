"""What a reranker has above its encoder: from a hidden state to the log-odds of relevance.

The hidden state is that of a query with a passage. The heads compute in float32 on every engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..errors import ModelError
from .bert import BertConfig
from .qwen3 import Qwen3Config

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .checkpoint import Checkpoint
    from .tokenizer import ModelTokenizer

    Float32 = NDArray[np.float32]

NO_RERANKER = "choose a reranker"


class Head(Protocol):
    """What a reranker has above its encoder.

    The constructors raise ModelError where the checkpoint has no such head.
    """

    def logits(self, hidden: Float32) -> Float32:
        """(n, width) pooled hidden states → (n,) log-odds."""
        ...


class Qwen3Head:
    """The log-odds of `yes` against `no` as the next token.

    The two rows of the language model's head are subtracted before the product, because the
    difference of two rounded logits of size 18 would be off by some hundredths.
    """

    def __init__(self, checkpoint: Checkpoint, tokenizer: ModelTokenizer) -> None:
        config = Qwen3Config.of(checkpoint)
        module = f"{config.root}embed_tokens" if config.tied else "lm_head"
        if f"{module}.weight" not in checkpoint:
            raise ModelError(
                f"{checkpoint.folder} lacks {module}, so it cannot answer yes or no",
                f"choose a reranker that was converted with {module}",
            )
        answers = np.array([tokenizer.token_id("yes"), tokenizer.token_id("no")])
        if answers.max() >= config.vocab_size:
            raise ModelError(
                f"{checkpoint.folder} has no weights for its token yes or no",
                "fetch the model again",
            )
        yes, no = checkpoint.lookup(module, config.vocab_size, config.hidden_size).rows(answers)
        self._difference = yes - no

    def logits(self, hidden: Float32) -> Float32:
        """(n, width) → (n,)."""
        logits: Float32 = hidden @ self._difference
        return logits


# model_type in config.json → the name of the layer before the tanh, and that of the classifier
CLASSIFIERS = {
    "bert": ("{root}pooler.dense", "classifier"),
    "xlm-roberta": ("classifier.dense", "classifier.out_proj"),
}


class BertHead:
    """A layer, tanh and a classifier with one label.

    It is `BertForSequenceClassification` or `XLMRobertaForSequenceClassification` of
    `transformers`.
    """

    def __init__(self, checkpoint: Checkpoint, tokenizer: ModelTokenizer) -> None:
        del tokenizer
        config = BertConfig.of(checkpoint)
        width = config.hidden_size
        dense, classifier = CLASSIFIERS[checkpoint.model_type]
        dense = dense.format(root=config.root)
        if f"{classifier}.bias" not in checkpoint:
            raise ModelError(
                f"{checkpoint.folder} is not a reranker: it has no classifier", NO_RERANKER
            )
        labels = len(checkpoint.stored(f"{classifier}.bias"))
        if labels != 1:
            raise ModelError(
                f"{checkpoint.folder} has {labels} labels, where a reranker has one",
                NO_RERANKER,
            )
        self._dense = checkpoint.lookup(dense, width, width).rows(np.arange(width)).T
        self._dense_bias = checkpoint.vector(f"{dense}.bias", width)
        self._classifier = checkpoint.lookup(classifier, 1, width).rows(np.arange(1))[0]
        self._bias = checkpoint.vector(f"{classifier}.bias", 1)

    def logits(self, hidden: Float32) -> Float32:
        """(n, width) → (n,)."""
        pooled = np.tanh(hidden @ self._dense + self._dense_bias)
        logits: Float32 = pooled @ self._classifier + self._bias
        return logits
