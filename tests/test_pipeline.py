"""An ingest as a whole: it stores what its steps give one by one, and does no step twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.pipeline import stand_in
from search import Index, readers
from search.documents import Row
from search.ingest import run
from search.models.tokenizer import ModelTokenizer
from search.storage.entries import Entry, doc_id
from search.supply.model_choice import ModelChoice
from search.text.languages import language_of_document
from search.text.passage_rules import PassageRules
from search.text.passages import embedded_text, split
from search.text.terms import passage_terms

from .toys import as_stored

ROOT = Path(__file__).parent.parent
FILES = sorted(
    file for file in (ROOT / "sample_corpus").rglob("*") if file.suffix in (".md", ".txt")
)
RULES = PassageRules()


class CountingTokenizer(ModelTokenizer):
    """Counts the characters of the texts that it cuts into tokens."""

    spanned = encoded = 0

    def spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        self.spanned += sum(map(len, texts))
        return super().spans(texts)

    def encode_counted(
        self, texts: Sequence[str], max_tokens: int
    ) -> tuple[list[list[int]], list[int]]:
        self.encoded += sum(map(len, texts))
        return super().encode_counted(texts, max_tokens)


@pytest.mark.parametrize("small_run", [0, 10**9])
def test_the_rows_of_an_ingest_are_those_of_its_steps_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_run: int
) -> None:
    monkeypatch.setattr(run, "SMALL_RUN", small_run)
    monkeypatch.setattr(run, "LARGE_RUN", small_run)
    embedder = stand_in()
    tokenizer = CountingTokenizer(ROOT / "search" / "models" / "starter" / "tokenizer.json")
    counting = replace(embedder, tokenizer=tokenizer)
    with Index(
        (tmp_path / "index").as_posix(), ModelChoice(), lambda name: counting, RULES
    ) as index:
        # The sample of a first run, by which the models are chosen, is cut here in any case.
        first = tmp_path / "first.txt"
        first.write_text("The tide turns.")
        index.ingest([first])
        tokenizer.spanned = tokenizer.encoded = 0
        index.ingest(FILES)
        found = {entry.file.path: entry for entry in index.catalog.entries()}
        stored = {path: list(index.store.rows(entry.doc)) for path, entry in found.items()}
    read, embedded = 0, set()
    for file in FILES:
        document = readers.read(file.read_bytes(), str(file))
        passages = list(split(document, embedder.tokenizer, RULES))
        texts = [embedded_text(passage) for passage in passages]
        assert [(row.doc, row.passage, row.terms) for row in stored[str(file)]] == [
            (
                doc_id(str(file)),
                passage,
                passage_terms(
                    document.title,
                    passage.headings,
                    passage.text,
                    file.name,
                    language_of_document(document),
                ),
            )
            for passage in passages
        ]
        vectors = [as_stored(embedder.embed_passages([text])[0]).tolist() for text in texts]
        assert [row.vector.tolist() for row in _with_vectors(stored[str(file)])] == vectors
        assert found[str(file)].tokens == sum(map(len, embedder.tokenizer.spans(texts)))
        read += len(document.text)
        embedded |= set(texts)
    # The cut goes once over each document, and again over the few words that open its sections and
    # over passages that are nearly too long. The model's own look at its text gives the count.
    assert tokenizer.encoded == sum(map(len, embedded))
    if small_run:
        assert read * 0.9 < tokenizer.spanned < read * 1.3
    else:
        # The workers of a large run have tokenizers of their own.
        assert tokenizer.spanned == 0


class LocalTokenizer(ModelTokenizer):
    """A tokenizer that only this process can have."""

    file = None  # type: ignore[assignment]


def test_rows_are_the_same_wherever_documents_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SMALL_RUN", -1)
    monkeypatch.setattr(run, "LARGE_RUN", -1)
    path = ROOT / "search" / "models" / "starter" / "tokenizer.json"
    corpus = ROOT / "sample_corpus"
    found: list[tuple[list[Row], list[Entry]]] = []
    for tokenizer in (ModelTokenizer(path), LocalTokenizer(path)):
        embedder = replace(stand_in(), tokenizer=tokenizer)
        folder = str(tmp_path / type(tokenizer).__name__)
        with Index(folder, ModelChoice(), lambda name: embedder, RULES) as index:  # noqa: B023
            index.ingest([corpus])
            entries = [replace(entry, ingested_ns=0) for entry in index.catalog.entries()]
            rows = [row for entry in entries for row in index.store.rows(entry.doc)]
        found.append(([replace(row, vector=row.vector.tolist()) for row in rows], entries))
    by_workers, here = found
    assert by_workers[0] == here[0]
    assert [replace(entry, version=0) for entry in by_workers[1]] == [
        replace(entry, version=0) for entry in here[1]
    ]
    assert len(here[1]) > 30


def _with_vectors(rows: list[Row]) -> list[Row]:
    assert all(row.vector is not None for row in rows)
    return rows
