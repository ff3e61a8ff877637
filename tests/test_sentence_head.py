"""The head that tells which sentence answers: its values, its file, and both engines."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from search.errors import ModelError
from search.models import engines
from search.models.bundled import BUNDLED
from search.models.reranker import ModelReranker, load_reranker
from search.models.sentence_head import FILE, SentenceHead
from search.text.sentences import sentences

FOLDER = BUNDLED["starter-reranker"].folder
QWEN3 = Path(__file__).parent / "fixtures" / "qwen3"
PASSAGE = (
    "Boiler\nThe boiler stands in the cellar. If the needle stands below 0.8 bar, the burner does "
    "not light. The service is due in May. The chimney sweep comes in autumn."
)
QUERIES = {
    "why does the burner not light": 1,
    "when is the service due": 2,
    "who comes in autumn": 3,
}


def ranges(text: str) -> list[tuple[int, int]]:
    """The sentences behind the first line."""
    return [(start, end) for start, end in sentences(text, "text") if start]


def small_head() -> SentenceHead:
    """A head for states of four channels, which compares the first two of them."""
    layer = np.zeros((12, 2), np.float32)
    layer[4, 0] = layer[9, 1] = 1
    return SentenceHead(
        token=np.array([0, 0, 1, 0], np.float32),
        query=np.zeros(4, np.float32),
        layer=layer,
        layer_bias=np.array([0, 0.5], np.float32),
        out=np.array([2, -1], np.float32),
        out_bias=np.array([0.25], np.float32),
    )


def test_a_sentences_vector_is_compared_with_the_querys() -> None:
    # All rows have mean 0 and variance 1 already.
    a, b = [1, 1, -1, -1], [1, -1, 1, -1]
    states = np.array([a, a, b, a, b], np.float32)
    odds = small_head().log_odds(states, (0, 1), [(1, 2), (2, 3), (3, 5), (5, 5)])
    # The first two sentences have one token. The third weighs its tokens by softmax(-1, 1).
    weight = 1 / (1 + math.exp(-2))
    second = 1 - 2 * weight
    np.testing.assert_allclose(
        odds,
        [
            0.25 + 2 * 1 - 0.5,
            0.25 + 2 * 1 - (2 + 0.5),
            0.25 + 2 * 1 - (abs(second - 1) + 0.5),
            -np.inf,
        ],
        rtol=0,
        atol=1e-4,
    )
    assert odds.dtype == np.float32


def test_a_folder_without_a_head_has_none_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    assert SentenceHead.in_folder(tmp_path, 4) is None
    arrays = {name: getattr(small_head(), name) for name in SentenceHead.__slots__}
    save_file(arrays, tmp_path / FILE)
    head = SentenceHead.in_folder(tmp_path, 4)
    assert head is not None
    assert {name: getattr(head, name).tolist() for name in arrays} == {
        name: array.tolist() for name, array in arrays.items()
    }
    with pytest.raises(ModelError, match="belongs to another model; fetch the model again"):
        SentenceHead.in_folder(tmp_path, 8)
    save_file({"token": arrays["token"]}, tmp_path / FILE)
    with pytest.raises(ModelError, match="holds no head for sentences"):
        SentenceHead.in_folder(tmp_path, 4)
    (tmp_path / FILE).write_bytes(b"damaged")
    with pytest.raises(ModelError):
        SentenceHead.in_folder(tmp_path, 4)


@pytest.fixture(scope="module")
def rerankers() -> dict[str, ModelReranker]:
    """The starter in float32 on both engines, and as it runs on this processor."""
    found = {"usual": load_reranker("starter-reranker", "cpu")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "precisions_for", lambda checkpoint, backend: ("float32",))
        for backend in ("cpu", "mlx"):
            found[backend] = load_reranker("starter-reranker", backend)
    return found


@pytest.mark.parametrize("query", QUERIES)
def test_the_starter_knows_the_sentence_on_every_engine(
    rerankers: dict[str, ModelReranker], query: str
) -> None:
    passages = [PASSAGE, PASSAGE[:60]]
    judged = {
        name: reranker.judge(query, passages, [ranges(passage) for passage in passages])
        for name, reranker in rerankers.items()
    }
    odds = {name: np.array(rows[0].sentences) for name, rows in judged.items()}
    assert {name: int(row.argmax()) for name, row in odds.items()} == dict.fromkeys(
        rerankers, QUERIES[query]
    )
    np.testing.assert_allclose(odds["mlx"], odds["cpu"], rtol=0, atol=2e-3)
    np.testing.assert_allclose(odds["usual"], odds["cpu"], rtol=0, atol=0.8)
    for name, reranker in rerankers.items():
        np.testing.assert_allclose(
            [row.probability for row in judged[name]],
            reranker.score(query, passages),
            rtol=0,
            atol=1e-6,
        )


def test_neighbours_change_no_log_odds(rerankers: dict[str, ModelReranker]) -> None:
    query, *_ = QUERIES
    texts = [PASSAGE, PASSAGE[:60], f"Cellar\n{PASSAGE[7:]}"]
    for reranker in rerankers.values():
        together = reranker.judge(query, texts, [ranges(text) for text in texts])
        alone = [reranker.judge(query, [text], [ranges(text)])[0] for text in texts]
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_allclose(one.sentences, other.sentences, rtol=0, atol=1e-4)


def test_a_sentence_behind_the_end_of_the_row_is_not_judged(
    rerankers: dict[str, ModelReranker],
) -> None:
    text = "The tide is out. " * 200
    (judged,) = rerankers["usual"].judge("tide", [text], [ranges("\n" + text)])
    assert judged.sentences is not None
    assert len(judged.sentences) == 200
    unread = np.isneginf(judged.sentences)
    assert not unread[:90].any() and unread[110:].all()


def test_sentences_become_ranges_of_tokens(rerankers: dict[str, ModelReranker]) -> None:
    pairs = rerankers["cpu"].pairs
    texts = [PASSAGE, "Tides. Boats."]
    rows = pairs.rest_with_sentences(texts, 30, [ranges(PASSAGE), [(0, 6), (7, 13)]])
    assert [ids for ids, _ in rows] == pairs.rest(texts, 30)
    assert [found for _, found in rows] == [
        [(1, 8), (8, 25), (25, 29), (29, 29)],
        [(0, 2), (2, 4)],
    ]
    prefix = pairs.prefix("low tide")
    assert (len(prefix), pairs.query_range(prefix), pairs.query_range(pairs.prefix(""))) == (
        4,
        (1, 3),
        (0, 2),
    )


def test_a_model_without_a_head_judges_passages_alone(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "model", ignore=shutil.ignore_patterns(FILE))
    plain = load_reranker(str(folder), "cpu")
    for reranker in (plain, load_reranker(str(QWEN3), "cpu")):
        (judged,) = reranker.judge("tide", ["The tide is out."], [[(0, 16)]])
        assert judged.sentences is None
        assert judged.probability == pytest.approx(
            float(reranker.score("tide", ["The tide is out."])[0]), abs=1e-6
        )
        assert reranker.judge("tide", [], []) == []
    with pytest.raises(ModelError, match="qwen3 gives no states; choose a BERT reranker"):
        load_reranker(str(QWEN3), "cpu").read("tide", ["boat"], [[]])


def test_the_heads_file_is_small_and_listed() -> None:
    arrays = load_file(FOLDER / FILE)
    assert {name: (array.shape, str(array.dtype)) for name, array in arrays.items()} == {
        "token": ((384,), "float16"),
        "query": ((384,), "float16"),
        "layer": ((1152, 128), "float16"),
        "layer_bias": ((128,), "float16"),
        "out": ((128,), "float16"),
        "out_bias": ((1,), "float16"),
    }
    assert json.dumps(FILE).strip('"') in (FOLDER / "SHA256SUMS").read_text()
