"""Retrieval quality: the questions of a collection put to an index of its documents, in each mode."""

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
from .collection import KNOWN, Collection, Question
from .metrics import DEPTH, Difference, Mean, difference, mean, metrics

PASSAGE = "passage@5"
"""The share of answers found in the first five files of which the passage shown is the answer's own."""

SHINGLE = 5
SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Answered:
    """One question's ranking (documents as the judgements call them, with scores) and metrics; `passage` is None where it cannot be told."""

    question: Question
    ranking: tuple[str, ...]
    scores: tuple[float, ...]
    metrics: Mapping[str, float]
    passage: bool | None


@dataclass(frozen=True, slots=True)
class Run:
    """All questions in one mode. `silent` is the share of those without an answer that got no hits or weak ones; None where all have an answer."""

    mode: str
    reranked: bool
    means: Mapping[str, Mean]
    silent: float | None
    median_ms: float
    answers: tuple[Answered, ...]

    @property
    def name(self) -> str:
        """The mode, and whether it is reranked."""
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
    index: Index, collection: Collection, folder: Path, modes: Sequence[tuple[str, bool]], most: int | None = None,
    on_ingest: Callable[[Progress], None] = lambda progress: None, on_question: Callable[[str, int, int], None] = lambda run, done, total: None,
) -> Evaluation:  # fmt: skip
    """Ingest the collection's documents, which lie in `folder` or are written there, and ask the first `most` questions in each (mode, reranked).

    Hits count however low they score; only whether questions without an answer stay so is asked with the usual cut. Reranked runs are left out,
    with a warning, where the index has no reranker. Raises UsageError where no question is left, and what ingest and query raise.
    """
    if collection.corpus is not None:
        collection.write(folder)
    questions = collection.questions[:most]
    if not any(question.relevant for question in questions):
        raise UsageError(
            f"{collection.name} has no question that a document answers", "check its judgements"
        )
    report = index.ingest([folder], rules=RootRules(exclude=(f"/{KNOWN}",)), on_progress=on_ingest)
    if not index.status().documents:
        raise UsageError(
            f"{collection.name} holds no document that can be read", "check its documents"
        )
    warnings = [*collection.warnings, *(f"{skip.path}: {skip.message}" for skip in report.failed)]
    if lacking := collection.lacking(folder):
        warnings.append(
            f"documents that answer and are not there: {len(lacking):,}, such as {lacking[0]}; they count as not found"
        )
    runs, reranker = [], None
    for mode, reranked in modes:
        first = index.query(questions[0].text, limit=1, mode=mode, rerank=reranked)
        if reranked and not first.reranked:
            warnings += [warning for warning in first.warnings if warning not in warnings]
            continue
        reranker = first.reranker or reranker
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
    """How `run` differs from earlier values (question's id → metric → value) where both have the question; None where none is common."""
    common = [answer for answer in run.answers if metric in before.get(answer.question.id, {})]
    if not common:
        return None
    earlier = [before[answer.question.id][metric] for answer in common]
    return difference(earlier, [answer.metrics[metric] for answer in common])


def _run(
    index: Index, collection: Collection, root: str, questions: Sequence[Question], mode: str, reranked: bool,
    on_question: Callable[[str, int, int], None],
) -> Run:  # fmt: skip
    answers, times, unanswered = [], [], []
    for done, question in enumerate(questions, 1):
        try:
            if not question.relevant:
                result = index.query(question.text, mode=mode, rerank=reranked)
                unanswered.append(not result.hits or result.weak)
                continue
            result = index.query(
                question.text, limit=DEPTH, mode=mode, per_file=1, min_score=0.0, rerank=reranked
            )
        except UsageError as error:
            raise UsageError(
                f"question {question.id}, {question.text[:80]!r}: {error.message}", error.hint
            ) from error
        times.append(result.took_ms)
        listed = [
            (collection.document(path.removeprefix(root).lstrip("/")), hit)
            for hit in result.hits
            for path in (hit.path, *hit.copies)
        ]
        answers.append(_answered(question, listed))
        on_question(mode + ", reranked" * reranked, done, len(questions))
    names = list(answers[0].metrics)
    means = {name: mean([answer.metrics[name] for answer in answers]) for name in names}
    if shown := [float(answer.passage) for answer in answers if answer.passage is not None]:
        means[PASSAGE] = mean(shown)
    silent = statistics.fmean(unanswered) if unanswered else None
    return Run(mode, reranked, means, silent, statistics.median(times), tuple(answers))


def _answered(question: Question, listed: Sequence[tuple[str, Hit]]) -> Answered:
    ranking = tuple(name for name, _ in listed)
    shown = next((hit for name, hit in listed[:5] if name in question.relevant), None)
    can_tell = shown is not None and bool(question.answer or question.heading)
    passage = _is_answer(question, shown) if shown is not None and can_tell else None
    scores = tuple(round(hit.score, 6) for _, hit in listed)
    return Answered(question, ranking, scores, metrics(ranking, question.relevant), passage)


def _is_answer(question: Question, hit: Hit) -> bool:
    """Whether the hit stands under the answer's heading or holds it, or shares half of its own or the answer's runs of five words."""
    if question.heading:
        heading, *above = (
            " ".join(_words(part))
            for part in (question.heading, hit.title, *hit.headings[-1:], hit.text)
        )
        if heading in above[:-1] or f" {heading} " in f" {above[-1]} ":
            return True
    words, shown = _words(question.answer), _words(hit.text)
    size = min(SHINGLE, len(words), len(shown))
    answer, text = _shingles(words, size), _shingles(shown, size)
    return size > 0 and len(answer & text) >= SHARED * min(len(answer), len(text))


def _shingles(words: Sequence[str], size: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
