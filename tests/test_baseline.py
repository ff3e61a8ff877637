"""The baseline of an index: the cosine of its passages with questions that it does not answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from search.index import Index
from search.ingest.baseline_estimate import LEAST_PASSAGES, QUESTIONS, baseline_cosine, sample
from search.query.calibration import UNKNOWN
from search.storage.baseline import BASELINE_KEY, Baseline, baseline_in
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules

from .made_models import POOLING, to_bytes
from .qwen3_checkpoints import body, checkpoint, tensors
from .settled import settle
from .toys import ToyEmbedder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from search.documents import Vectors

ALL = {"limit": 40, "mode": "vector", "min_score": 0.0, "rerank": False}
SUBJECTS = ("boiler", "rent", "bread", "tide")


class Apart(ToyEmbedder):
    """A toy whose questions have cosines of `cosine` with all passages, and of 1 with its answer.

    The first number of a passage's vector is the same for all. The others tell its subject. A
    question on none of the subjects lies across them.
    """

    name = "apart"
    dimensions = 6

    def __init__(self, cosine: float, revision: str = "1") -> None:
        super().__init__()
        self.cosine = cosine
        self.revision = revision
        self.questions: list[str] = []

    def embed_query(self, text: str) -> Vectors:
        self.questions.append(text)
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimensions, np.float32)
        found = [place for place, word in enumerate(SUBJECTS) if word in text.lower()]
        vector[0] = np.sqrt(self.cosine)
        vector[1 + found[0] if found else 5] = np.sqrt(1 - self.cosine)
        return vector


def write(folder: Path, numbers: Sequence[int]) -> Path:
    """Notes on four subjects in turn, of one passage each."""
    folder.mkdir(exist_ok=True)
    for number in numbers:
        (folder / f"{number:03}.txt").write_text(
            f"Note {number} tells of {SUBJECTS[number % 4]}.\n"
        )
    settle(folder)
    return folder


def opened(place: Path, embedder: ToyEmbedder, **asked: str) -> Index:
    return Index(
        *(str(place / "index"), ModelChoice(**asked), lambda name: embedder, PassageRules()),
        ModelChoice(),
    )


def test_a_sample_takes_passages_of_all_documents_by_their_number() -> None:
    assert sample({7: 2, 9: 1}, 3) == [f"{7:016x}-0", f"{7:016x}-1", f"{9:016x}-0"]
    chosen = sample({7: 900, 9: 100}, 500)
    assert (len(chosen), len(set(chosen))) == (500, 500)
    assert chosen == sample({7: 900, 9: 100}, 500)
    assert sum(name.startswith(f"{9:016x}") for name in chosen) == pytest.approx(50, abs=15)
    assert {int(name.rpartition("-")[2]) < 100 for name in chosen if name[15] == "9"} == {True}


def test_a_few_questions_that_the_passages_answer_do_not_count() -> None:
    class SomeAnswered(Apart):
        def embed_query(self, text: str) -> Vectors:
            return self._vector("bread" if text in QUESTIONS[:9] else text)

    passages = np.stack([Apart(0.25)._vector("bread")] * 4)
    # The others have a cosine of 0.25: the first number alone is shared.
    assert baseline_cosine(passages, SomeAnswered(0.25)) == pytest.approx(0.25)


def test_an_ingest_notes_the_baseline_once(tmp_path: Path) -> None:
    notes, embedder = write(tmp_path / "notes", range(40)), Apart(0.36)
    with opened(tmp_path, embedder) as index:
        index.ingest([notes])
        assert baseline_in(index.catalog) == Baseline(pytest.approx(0.36, abs=2e-4), 40)
        assert embedder.questions == list(QUESTIONS)
        # An index that has not grown twofold keeps it, and one that has gets another.
        index.ingest([write(notes, range(79))])
        assert baseline_in(index.catalog) == Baseline(pytest.approx(0.36, abs=2e-4), 40)
        index.ingest([write(notes, range(80))])
        assert baseline_in(index.catalog) == Baseline(pytest.approx(0.36, abs=2e-4), 80)
        assert embedder.questions == [*QUESTIONS, *QUESTIONS]


def test_a_small_index_has_no_baseline_and_the_curve_that_judges_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, Apart(0.36)) as index:
        index.ingest([write(tmp_path / "notes", range(LEAST_PASSAGES - 1))])
        assert baseline_in(index.catalog) is None
        assert index.engine.calibration is UNKNOWN


def test_an_older_index_gets_its_baseline_with_the_next_documents(tmp_path: Path) -> None:
    notes = write(tmp_path / "notes", range(40))
    with opened(tmp_path, Apart(0.36)) as index:
        index.ingest([notes])
        with index._refresh().writing() as catalog:
            catalog.put_setting(BASELINE_KEY, None)
    with opened(tmp_path, Apart(0.36)) as index:
        # A run without anything to embed loads no model.
        index.ingest([notes])
        assert (baseline_in(index.catalog), index.engine.calibration) == (None, UNKNOWN)
        index.ingest([write(notes, range(41))])
        assert baseline_in(index.catalog) == Baseline(pytest.approx(0.36, abs=2e-4), 41)


def test_other_vectors_get_a_baseline_of_their_own(tmp_path: Path) -> None:
    with opened(tmp_path, Apart(0.36)) as index:
        index.ingest([write(tmp_path / "notes", range(40))])
    with opened(tmp_path, Apart(0.64, "2")) as index:
        index.ingest(reembed=True)
        assert baseline_in(index.catalog) == Baseline(pytest.approx(0.64, abs=2e-4), 40)
        # The baseline of other vectors counts for nothing.
        with index._refresh().writing() as catalog:
            noted = catalog.setting(BASELINE_KEY)
            catalog.put_setting(BASELINE_KEY, noted | {"vectors": ["1", *noted["vectors"][1:]]})
        assert (baseline_in(index.catalog), index.engine.calibration) == (None, UNKNOWN)


def test_a_measured_embedder_needs_no_baseline(tmp_path: Path) -> None:
    embedder = Apart(0.36)
    embedder.name = "bge-small-en-v1.5-toy"
    with opened(tmp_path, embedder) as index:
        index.ingest([write(tmp_path / "notes", range(40))])
        assert (baseline_in(index.catalog), embedder.questions) == (None, [])


def test_answers_and_other_questions_are_told_apart_by_the_baseline(tmp_path: Path) -> None:
    with opened(tmp_path, Apart(0.36)) as index:
        index.ingest([write(tmp_path / "notes", range(40))])
        answered = index.query("a bread", limit=40, min_score=0.0)
        assert (answered.weak, answered.hits[0].score > 0.99) == (False, True)
        # What the question is not about is noise: the cosine is the baseline.
        assert {hit.text.split()[-1] for hit in index.query("a bread", limit=40).hits} == {"bread."}
        unanswered = index.query("xylophone", limit=1, min_score=0.0)
        assert unanswered.weak
        # The score of the baseline: 1 / (1 + exp(0.25 / 0.06)).
        assert [round(hit.score, 4) for hit in unanswered.hits] == [0.0153]


TEXTS = (
    "Boilers lose pressure when a valve leaks.",
    "The landlord raises the rent each year.",
    "Fold the dough four times and bake it.",
    "A tide turns every six hours",
    "Parsers read tokens from a stream",
    "Wolves hunt in packs at night!",
    "Taxes are due at the end of April",
    "My violin has four strings; one is gut",
    "Seven ferries cross to the island daily",
    "Solder melts at 183 degrees",
    "Please return the books by Friday",
    "Granite is harder than marble",
    "We counted nine owls in the orchard",
    "Her passport expires in June 2031",
    "Ink dries slowly on glossy paper",
    "Turn left behind the old mill",
)


def test_the_scores_of_a_qwen3_checkpoint_part_a_note_from_the_others(tmp_path: Path) -> None:
    # The made weights know no meaning, but give a note's own text a cosine of 1. The folder's name
    # is no known model's, so there are no prompts.
    model = checkpoint(tmp_path / "made", body(tensors()))
    (model / "1_Pooling").mkdir()
    (model / "1_Pooling" / "config.json").write_bytes(to_bytes(POOLING))
    (tmp_path / "notes").mkdir()
    for number, text in enumerate(TEXTS):
        (tmp_path / "notes" / f"{number:02}.txt").write_text(f"{text}\n")
    settle(tmp_path / "notes")
    with Index.open(tmp_path / "index", embedder=str(model), backend="cpu") as index:
        index.ingest([tmp_path / "notes"])
        baseline = baseline_in(index.catalog)
        assert (baseline and baseline.passages, index.engine.calibration.unit > 1) == (16, True)
        scores = [
            {hit.path[-6:-4]: hit.score for hit in index.query(text, **ALL).hits} for text in TEXTS
        ]
    assert all(0 < score < 1 for by_note in scores for score in by_note.values())
    own = [by_note.pop(f"{number:02}") for number, by_note in enumerate(scores)]
    others = [score for by_note in scores for score in by_note.values()]
    assert (min(own), np.median(others)) == pytest.approx((0.994, 0.022), abs=0.002)
