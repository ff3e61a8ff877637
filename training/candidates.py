"""The candidates that a reranker orders on the development collections.

They are the fused top 50 of the product's own query engine. Each document of a BEIR folder is one
passage; a known-item folder is ingested as a user would do it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from search.documents import Passage, Row
from search.index import Index
from search.models.embedder import load_embedder
from search.query.calibration import UNKNOWN
from search.query.legs import run_legs
from search.query.query_text import understand
from search.query.ranking import rank
from search.storage.store import Store
from search.text.passages import headed_text
from search.text.terms import passage_terms

from .collection import BEIR, DEPTH, KNOWN_ITEM, TOP, Collection
from .corpus import tokenised
from .metrics import ndcg

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from search.documents import Candidate
    from search.protocols import Embedder

LEG = 100
"""The number of passages that each leg brings."""
PASSAGE_TOKENS, QUERY_TOKENS = 480, 128


@dataclass(frozen=True, slots=True)
class Question:
    """A query and its answers.

    `gains` are by document number. A known item has the `path` of the file that answers instead,
    and `words` of which one has to be in the passage; without `words`, every passage answers.
    """

    text: str
    gains: dict[int, float]
    path: str = ""
    words: tuple[str, ...] = ()


def beir(folder: Path, store_folder: Path, tokenizer: Tokenizer) -> Collection:
    """The collection of a BEIR folder. The store is made if it does not exist."""
    embedder = load_embedder()
    documents = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()]
    names = {row["_id"]: number for number, row in enumerate(documents)}
    judged: dict[str, dict[int, float]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, gain = line.split("\t")
        judged.setdefault(query, {})[names[document]] = float(gain)
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines()]
    questions = [Question(row["text"], judged.get(row["_id"], {})) for row in rows]
    if not store_folder.is_dir():
        texts = [f"{row.get('title') or ''} {row['text']}".strip() for row in documents]
        _fill(store_folder, texts, embedder)
    answerable = [question for question in questions if any(question.gains.values())]
    store = Store(store_folder, embedder.dimensions)
    return _collect(folder.name, BEIR, store, embedder, answerable, {}, tokenizer)


def known_item(folder: Path, index_folder: Path, tokenizer: Tokenizer) -> Collection:
    """The collection of a folder with `<folder>.jsonl` beside it.

    The index is made if it does not exist.
    """
    rows = [json.loads(line) for line in folder.with_suffix(".jsonl").read_text().splitlines()]
    counts = Counter(row["path"] for row in rows)
    questions = []
    for row in rows:
        words: tuple[str, ...] = ()
        if counts[row["path"]] > 1:
            # A file that answers several questions has to answer with the right section.
            words = (_plain(row["heading"]), _plain(row["answer"])[:60])
        questions.append(Question(row["query"], {}, str(folder / row["path"]), words))
    with Index.open(index_folder, profile="starter") as index:
        if not (index_folder / "passages.lance").exists():
            index.ingest([folder])
        paths = {entry.doc: entry.file.path for entry in index.catalog.entries()}
        return _collect(
            folder.name, KNOWN_ITEM, index.store, index.embedder, questions, paths, tokenizer
        )


def _collect(
    name: str,
    kind: str,
    store: Store,
    embedder: Embedder,
    questions: Sequence[Question],
    paths: dict[int, str],
    tokenizer: Tokenizer,
) -> Collection:
    """Ask the questions, and collect the passages, scores and gains of their candidates."""
    numbers: dict[str, int] = {}
    texts, files = [], []
    shape = (len(questions), DEPTH)
    candidates = np.full(shape, -1, np.int32)
    fused, vector, text, gain = (np.zeros(shape, np.float32) for _ in range(4))
    ideal = np.zeros((len(questions), TOP), np.float32)
    leg_ndcg = np.full((len(questions), 2), np.nan, np.float32)
    for line, question in enumerate(questions):
        # The gain of every candidate, and the best gains that the question has.
        legs = run_legs(store, embedder.embed_query, understand(question.text), "hybrid", LEG, None)
        judged = {
            key: _gain(question, candidate, paths) for key, candidate in legs.candidates.items()
        }
        best = sorted(question.gains.values(), reverse=True)[:TOP] if question.gains else [1.0]
        ideal[line, : len(best)] = best
        # Each leg alone.
        for column, leg in enumerate((legs.text, legs.vector)):
            gains = np.array([judged[key] for key in list(leg)[:TOP]])
            leg_ndcg[line, column] = ndcg(gains, ideal[line])
        # The first candidates of the fused order.
        rows = [item.row for item in rank(legs, "hybrid", UNKNOWN)]
        for place, row in enumerate(rows[:DEPTH]):
            candidate = legs.candidates[row.key]
            if row.key not in numbers:
                numbers[row.key] = len(texts)
                texts.append(headed_text(candidate.passage))
                files.append(candidate.doc)
            candidates[line, place] = numbers[row.key]
            fused[line, place] = row.fused
            vector[line, place] = row.vector
            text[line, place] = row.text
            gain[line, place] = judged[row.key]
    documents = {doc: number for number, doc in enumerate(dict.fromkeys(files))}
    return Collection(
        name,
        kind,
        passages=tokenised(tokenizer, texts, PASSAGE_TOKENS),
        queries=tokenised(tokenizer, [question.text for question in questions], QUERY_TOKENS),
        candidates=candidates,
        fused=fused,
        vector=vector,
        text=text,
        gain=gain,
        ideal=ideal,
        legs=leg_ndcg,
        files=np.array([documents[doc] for doc in files], np.int32),
    )


def _gain(question: Question, candidate: Candidate, paths: dict[int, str]) -> float:
    """How well the candidate answers the question; `paths` are those of the documents."""
    if not question.path:
        return question.gains.get(candidate.doc, 0.0)
    if paths[candidate.doc] != question.path:
        return 0.0
    text = _plain(headed_text(candidate.passage))
    return float(not question.words or any(words in text for words in question.words))


def _fill(folder: Path, texts: Sequence[str], embedder: Embedder) -> None:
    """Make a store with each text as the one passage of a document."""
    folder.mkdir(parents=True)
    store = Store(folder, embedder.dimensions, create=True)
    vectors = embedder.embed_passages(texts)
    store.upsert(
        Row(
            number,
            Passage(0, text, (), None, 1, 1, 0, len(text)),
            passage_terms("", (), text, ""),
            vector,
        )
        for number, (text, vector) in enumerate(zip(texts, vectors, strict=True))
    )
    store.sync()
    store.maintain()


def _plain(text: str) -> str:
    """The words of a text in lower case, without punctuation."""
    return " ".join(re.findall(r"\w+", text.lower()))
