"""The tokenizers of models, tested mostly on that of the bundled model."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from search.errors import ModelError
from search.models.tokenizer import ModelTokenizer, well_formed

STARTER = Path(__file__).parent.parent / "search" / "models" / "starter"
FIXTURES = Path(__file__).parent / "fixtures" / "bert"


@pytest.fixture(scope="module")
def tokenizer():
    return ModelTokenizer(STARTER / "tokenizer.json")


def test_ids_are_those_of_the_reference(tokenizer):
    reference = json.loads((FIXTURES / "reference.json").read_text())
    ids = tokenizer.encode([item["text"] for item in reference], 512)
    assert [
        (len(row), row[: len(item["ids"])]) for row, item in zip(ids, reference, strict=True)
    ] == [(item["tokens"], item["ids"]) for item in reference]


def test_ids_are_cut_before_the_last_special_token(tokenizer):
    assert tokenizer.encode(["one two three four five", "one"], 5) == [
        [101, 2028, 2048, 2093, 102],
        [101, 2028, 102],
    ]


def test_spans_are_ranges_of_characters(tokenizer):
    texts = ["", " Naïve 中文 🚀 \x00tokenization", "\n"]
    spans = tokenizer.spans(texts)
    assert [
        [text[start:end] for start, end in row] for text, row in zip(texts, spans, strict=True)
    ] == [
        [],
        ["Naïve", "中", "文", "🚀", "token", "ization"],
        [],
    ]


def test_spans_are_not_truncated(tokenizer):
    assert len(tokenizer.spans(["word " * 2000])[0]) == 2000


def test_settings_in_the_file_do_not_cut_or_pad():
    tiny = ModelTokenizer(FIXTURES / "tiny" / "tokenizer.json")
    settings = json.loads((FIXTURES / "tiny" / "tokenizer.json").read_text())
    assert (settings["truncation"]["max_length"], settings["padding"]["strategy"]) == (
        8,
        {"Fixed": 16},
    )
    assert [len(row) for row in tiny.encode(["sea " * 20, "sea"], 512)] == [22, 3]
    assert len(tiny.spans(["sea " * 20])[0]) == 20


def test_special_tokens_in_a_text_may_be_plain_characters(tokenizer):
    literal = ModelTokenizer(STARTER / "tokenizer.json", literal_specials=True)
    assert tokenizer.encode(["a [SEP] b"], 512) == [[101, 1037, 102, 1038, 102]]
    assert literal.encode(["a [SEP] b"], 512) == [[101, 1037, 1031, 19802, 1033, 1038, 102]]


@pytest.mark.parametrize(
    "text", ["a\ud800b", "\udfff", "\x00", "\U0010ffff", "￾", "\u202e", "a" * 100_000]
)
def test_no_text_is_refused(tokenizer, text):
    ids = tokenizer.encode([text], 512)[0]
    assert (ids[0], ids[-1]) == (101, 102)
    assert len(ids) <= 512
    assert all(0 <= start <= end <= len(text) for start, end in tokenizer.spans([text])[0])


def test_lone_surrogates_keep_their_place():
    assert well_formed("a\ud800b🚀\udcff") == "a\ufffdb🚀\ufffd"


def test_threads_do_not_disturb_each_other(tokenizer):
    texts = [f"word {i} " * 300 for i in range(64)]
    alone = [tokenizer.encode([text], 64)[0] for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: tokenizer.encode([text], 64)[0], texts)) == alone


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"model": {"type": "unheard"}}'])
def test_a_damaged_file_is_told(tmp_path, content):
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(ModelError, match="is not a tokenizer"):
        ModelTokenizer(tmp_path / "tokenizer.json")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        ModelTokenizer(tmp_path / "tokenizer.json")


def test_tokens_without_weights_are_never_given():
    """Tokens without a row in the embeddings are never given.

    The embedders of 4B and 8B have 151,665 rows for a tokenizer of 151,669 tokens.
    """
    path = FIXTURES.parent / "qwen3" / "tokenizer.json"
    literal, control = (
        ModelTokenizer(path, literal_specials=True, closing="<|endoftext|>"),
        ModelTokenizer(path),
    )
    text = "a <think> b"
    whole = control.encode([text], 99)[0]
    assert max(whole) == 781
    for tokenizer in (literal, control):
        tokenizer.fit(779)
    assert max(literal.encode([text], 99)[0]) == 757
    assert (
        control.encode([text], 99)[0] == control.plain([text])[0] == [i for i in whole if i != 781]
    )
    with pytest.raises(ModelError, match=r"the weights that go with .* lack its token <think>"):
        literal.token_id("<think>")
    for rows, tokenizer in ((757, literal), (756, control)):
        with pytest.raises(ModelError, match=rf"has 757 tokens, and there are weights for {rows}"):
            tokenizer.fit(rows)


def test_the_tokens_of_a_text_are_counted_before_it_is_cut(tokenizer):
    texts = ["", "one two three four five", "\ud800 [SEP] 中文 🚀 \x00tokenization", "word " * 2000]
    ids, counts = tokenizer.encode_counted(texts, 5)
    assert ids == tokenizer.encode(texts, 5)
    assert counts == [len(spans) for spans in tokenizer.spans(texts)]
    assert [len(row) for row in ids] == [2, 5, 5, 5]
