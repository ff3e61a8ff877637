"""Retrieval quality: an index of a collection's documents answers its questions in each mode."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..index import Index
from ..ingest.scopes import RootRules
from ..results import Hit, Progress
from .collection import QUESTIONS, Collection, Question
from .metrics import DEPTH, Difference, Mean, difference, mean, metrics

PASSAGE = "passage@5"
"""The metric's name. Of the questions whose document is among the first five files, it is the share
for which the passage shown is the answer's own."""

SENTENCE = "sentence@5"
"""The metric's name. Of the questions whose document is among the first five files, and whose
answer is a text without a heading of its own, it is the share for which the sentence marked in the
passage shown has that text."""

SHINGLE_WORDS = 5
"""The length of the runs of words in which a passage and an answer are compared."""

MIN_SHARED = 0.5
"""A passage is the answer where it shares this part of the runs of the shorter of the two."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question's ranking and metrics.

    `ranking` names the documents as the judgements do, best first; `scores` are theirs. `passage`
    tells whether the passage shown is the answer's own, and `sentence` whether the sentence marked
    in it has the answer; they are None where that cannot be told.
    """

    question: Question
    ranking: tuple[str, ...]
    scores: tuple[float, ...]
    metrics: Mapping[str, float]
    passage: bool | None
    sentence: bool | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """All questions in one mode.

    `silent` is the share of the questions without an answer that got no hits or weak ones; it is
    None where every question has an answer.
    """

    mode: str
    reranked: bool
    means: Mapping[str, Mean]
    silent: float | None
    median_ms: float
    answers: tuple[Answered, ...]

    @property
    def name(self) -> str:
        """The mode, with `reranked` after it where the run is."""
        return f"{self.mode}, reranked" if self.reranked else self.mode


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The runs over one collection."""

    collection: str
    model: str
    reranker: str | None
    documents: int
    passages: int
    runs: tuple[Run, ...]
    warnings: tuple[str, ...]


def evaluate(
    index: Index,
    collection: Collection,
    folder: Path,
    modes: Sequence[tuple[str, bool]],
    max_questions: int | None = None,
    on_ingest: Callable[[Progress], None] = lambda progress: None,
    on_question: Callable[[str, int, int], None] = lambda run, done, total: None,
) -> Evaluation:
    """Ingest the collection's documents and ask its questions in each of the (mode, reranked).

    The documents lie in `folder`, or are written there from a BEIR corpus. `max_questions` limits
    the run to the first questions of the collection.
    Hits count however low their scores are. The usual least score applies only to the questions
    without an answer, to see whether they get no hits. Reranked runs are left out, with a warning,
    where the index has no reranker.
    Raises UsageError where no question with an answer is left, and what ingest and query raise.
    """
    # Ingest the documents.
    if collection.corpus is not None:
        collection.write(folder)
    questions = collection.questions[:max_questions]
    if not any(question.relevant for question in questions):
        raise UsageError(
            f"{collection.name} has no question that a document answers", "check its judgements"
        )
    rules = RootRules(exclude=(f"/{QUESTIONS}",))
    report = index.ingest([folder], rules=rules, on_progress=on_ingest)
    if not index.status().documents:
        raise UsageError(
            f"{collection.name} holds no document that can be read", "check its documents"
        )
    warnings = [*collection.warnings, *(f"{skip.path}: {skip.message}" for skip in report.failed)]
    if missing := collection.missing_from(folder):
        warnings.append(
            f"documents that answer a question but are missing: {len(missing):,}, "
            f"such as {missing[0]}; they count as not found"
        )
    # Ask the questions in each mode. One query before tells whether the mode can be reranked.
    runs, reranker = [], None
    for mode, reranked in modes:
        probe = index.query(questions[0].text, limit=1, mode=mode, rerank=reranked)
        if reranked and not probe.reranked:
            warnings += [warning for warning in probe.warnings if warning not in warnings]
            continue
        reranker = probe.reranker or reranker
        runs.append(
            _run(index, collection, str(folder.resolve()), questions, mode, reranked, on_question)
        )
    status = index.status()
    return Evaluation(
        collection.name,
        index.model,
        reranker,
        status.documents,
        status.passages,
        tuple(runs),
        tuple(warnings),
    )


def compare(before: Mapping[str, Mapping[str, float]], run: Run, metric: str) -> Difference | None:
    """How `run` differs from an earlier run on the questions that both have.

    `before` maps a question's id to the earlier value of each metric. The result is None where the
    two runs have no question in common.
    """
    common = [answer for answer in run.answers if metric in before.get(answer.question.id, {})]
    if not common:
        return None
    earlier = [before[answer.question.id][metric] for answer in common]
    return difference(earlier, [answer.metrics[metric] for answer in common])


def _run(
    index: Index,
    collection: Collection,
    root: str,
    questions: Sequence[Question],
    mode: str,
    reranked: bool,
    on_question: Callable[[str, int, int], None],
) -> Run:
    answers, times, silences = [], [], []
    # Ask each question; those without an answer count only towards `silent`.
    name = mode + ", reranked" * reranked
    for done, question in enumerate(questions, 1):
        if done > 1:
            on_question(name, done - 1, len(questions))
        try:
            if not question.relevant:
                result = index.query(question.text, mode=mode, rerank=reranked)
                silences.append(not result.hits or result.weak)
                continue
            result = index.query(
                question.text, limit=DEPTH, mode=mode, per_file=1, min_score=0.0, rerank=reranked
            )
        except UsageError as error:
            raise UsageError(
                f"question {question.id}, {question.text[:80]!r}: {error.message}", error.hint
            ) from error
        times.append(result.took_ms)
        # A hit stands for each file that contains its passage.
        ranked = [
            (collection.document(path.removeprefix(root).lstrip("/")), hit)
            for hit in result.hits
            for path in (hit.path, *hit.copies)
        ]
        answers.append(_answered(question, ranked))
    on_question(name, len(questions), len(questions))
    # Take the means over the questions.
    names = list(answers[0].metrics)
    means = {name: mean([answer.metrics[name] for answer in answers]) for name in names}
    if passages := [float(answer.passage) for answer in answers if answer.passage is not None]:
        means[PASSAGE] = mean(passages)
    if marks := [float(answer.sentence) for answer in answers if answer.sentence is not None]:
        means[SENTENCE] = mean(marks)
    silent = statistics.fmean(silences) if silences else None
    return Run(mode, reranked, means, silent, statistics.median(times), tuple(answers))


def _answered(question: Question, ranked: Sequence[tuple[str, Hit]]) -> Answered:
    """The metrics of one question's (document, hit), best first."""
    ranking = tuple(name for name, _ in ranked)
    first_relevant = next((hit for name, hit in ranked[:5] if name in question.relevant), None)
    passage = sentence = None
    if first_relevant is not None and (question.answer or question.heading):
        passage = _is_answer(question, first_relevant)
        if not question.heading:
            sentence = _is_marked(question.answer, first_relevant)
    scores = tuple(round(hit.score, 6) for _, hit in ranked)
    return Answered(
        question, ranking, scores, metrics(ranking, question.relevant), passage, sentence
    )


def _is_answer(question: Question, hit: Hit) -> bool:
    """Whether the hit's passage is the answer.

    It is where it stands under the answer's heading, where its text contains that heading, or where
    it and the answer share half of the shorter one's runs of five words.
    """
    if question.heading:
        heading, *titles, text = (
            " ".join(_words(part))
            for part in (question.heading, hit.title, *hit.headings[-1:], hit.text)
        )
        if heading in titles or f" {heading} " in f" {text} ":
            return True
    return _share(question.answer, hit.text)


def _is_marked(answer: str, hit: Hit) -> bool:
    """Whether the sentence that is marked in the hit's passage has the answer."""
    return hit.sentence is not None and _share(answer, hit.text[slice(*hit.sentence)])


def _share(answer: str, text: str) -> bool:
    """Whether two texts share half of the shorter one's runs of five words."""
    answer_words, hit_words = _words(answer), _words(text)
    size = min(SHINGLE_WORDS, len(answer_words), len(hit_words))
    of_answer, of_hit = _shingles(answer_words, size), _shingles(hit_words, size)
    return size > 0 and len(of_answer & of_hit) >= MIN_SHARED * min(len(of_answer), len(of_hit))


def _shingles(words: Sequence[str], size: int) -> set[tuple[str, ...]]:
    """All runs of `size` words that follow each other."""
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
