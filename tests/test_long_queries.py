"""Queries that are long: pasted paragraphs, pasted pages and descriptions of what is looked for."""

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest

from search import Index
from search.models.bundled import BUNDLED
from search.models.model_files import ModelFiles
from search.models.pairs import BertPairs
from search.models.tokenizer import TokenRules

CORPUS = Path(__file__).parent.parent / "sample_corpus"
PARAGRAPHS = {
    "house/lease.md": "The ground floor clears snow before seven on weekdays and before nine on "
    "Sundays, and gets 90 a season from the landlord for it. Grit, not salt: the lime tree has "
    "suffered enough.",
    "study/hanse.md": "The cog: flat bottom, high sides, one square sail, stern rudder. It carried "
    "some 100 tonnes with a crew of about twenty. It could sit on the mud at low tide and be "
    "unloaded by cart, so it needed no quay.",
    "papers/hedgehogs.pdf": "Bowls of cat biscuit drew animals to a garden for a quarter of an "
    "hour at a time but did not change where they slept. On camera a third of the bowls were "
    "emptied by cats, and one by a resident's uncle.",
}
DESCRIPTIONS = {
    "house/moving.txt": "I am looking for the notes of our last move, in which we compared the "
    "prices of several movers, and I believe that there was something about the insurance of the "
    "piano, and also about what we should do with the screws of the beds when we take them apart",
    "code/limiter.go": "Somewhere there is a program that limits how many requests each tenant "
    "may make, by tokens that are filled up with time; requests beyond that have to wait, and "
    "tenants that have made no requests for an hour are forgotten",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index.open(tmp_path_factory.mktemp("long") / "index") as index:
        index.ingest([CORPUS])
        yield index


@pytest.mark.parametrize(
    ("mode", "rerank"), [("text", False), ("vector", False), ("hybrid", False), ("hybrid", True)]
)
@pytest.mark.parametrize("path", PARAGRAPHS)
def test_a_pasted_paragraph_finds_its_passage(
    index: Index, path: str, mode: str, rerank: bool
) -> None:
    result = index.query(PARAGRAPHS[path], mode=mode, rerank=rerank)
    best = result.hits[0]
    assert (best.path, result.warnings, result.weak) == (str(CORPUS / path), (), False)
    assert PARAGRAPHS[path][:30] in " ".join(best.text.split())


@pytest.mark.parametrize("rerank", [False, True])
@pytest.mark.parametrize("path", DESCRIPTIONS)
def test_a_description_finds_its_document(index: Index, path: str, rerank: bool) -> None:
    assert index.query(DESCRIPTIONS[path], rerank=rerank).hits[0].path == str(CORPUS / path)


def test_all_words_of_a_pasted_page_are_looked_for(index: Index) -> None:
    page = index.document(CORPUS / "study/hanse.md").text
    result = index.query(page, rerank=True)
    assert (result.hits[0].path, result.warnings) == (str(CORPUS / "study/hanse.md"), ())


def test_a_word_that_a_query_repeats_counts_for_more(index: Index) -> None:
    def order(query: str) -> list[str]:
        hits = index.query(query, mode="text", limit=2).hits
        return [Path(hit.path).name for hit in hits]

    # Each of the two words stands in one document only.
    assert order("whitefly, whitefly and bindweed") == ["tomatoes.md", "compost.txt"]
    assert order("whitefly and bindweed, bindweed") == ["compost.txt", "tomatoes.md"]


@pytest.mark.parametrize("words", [10, 100, 10_000])
def test_a_passage_keeps_half_of_the_rerankers_row(words: int) -> None:
    tokenizer = ModelFiles.named(str(BUNDLED["starter-reranker"].folder)).tokenizer(TokenRules())
    pairs = BertPairs(tokenizer, 512, None)
    prefix = pairs.prefix(" ".join(islice(cycle(["heat", "pump"]), words)))
    (rest,) = pairs.rest(["noise " * 1000], 512 - len(prefix))
    # [CLS], at most half a row of the query, and [SEP] come before the passage and its [SEP].
    assert len(prefix) == min(words, 256) + 2
    assert len(rest) == 510 - min(words, 256)
