"""`docsearch eval`."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from search.config import MODES
from search.errors import UsageError
from search.wording import counted

from .. import completions
from ..exit_codes import ExitCode
from ..parameters import PATH
from ..settings import Settings, json_flag, pass_settings

if TYPE_CHECKING:
    from search.evaluation.measure import Evaluation

MEASURE = "nDCG@10"
COLUMNS = (MEASURE, "MRR@10", "recall@10", "hit@1", "hit@5", "passage@5", "sentence@5")

SavedMetrics = dict[str, dict[str, dict[str, float]]]
"""A run's name → a question's id → a metric's name → its value."""


@click.command("eval")
@click.argument("collection", type=PATH)
@click.option(
    "--mode", "modes", multiple=True, type=click.Choice(MODES), help="Only this mode; repeatable."
)
@click.option(
    "--rerank/--no-rerank",
    default=None,
    help="Only with, or only without reranking (default: both).",
)
@click.option(
    "--questions", type=click.IntRange(1), metavar="N", help="Only the first N questions."
)
@click.option(
    "--profile",
    metavar="NAME",
    shell_complete=completions.profiles,
    help="The models (default: those present that fit the machine).",
)
@click.option(
    "--embedder",
    metavar="NAME|FOLDER",
    shell_complete=completions.models,
    help="An embedder instead of the profile's.",
)
@click.option(
    "--reranker",
    metavar="NAME|FOLDER",
    shell_complete=completions.models,
    help="A reranker instead of the profile's.",
)
@click.option(
    "--dimensions",
    type=click.IntRange(1),
    metavar="N",
    help="Shorter vectors, for an embedder trained for that.",
)
@click.option(
    "--work", type=PATH, metavar="DIR", help="Keep the collection's index here for the next time."
)
@click.option(
    "--save",
    type=PATH,
    metavar="FILE",
    help="Write the result as JSON, with each question's ranking.",
)
@click.option(
    "--compare", type=PATH, metavar="FILE", help="Test the difference from a saved result."
)
@json_flag("--json", "as_json", "The result on stdout as JSON.")
@pass_settings
def evaluate(
    settings: Settings,
    collection: str,
    modes: tuple[str, ...],
    rerank: bool | None,
    questions: int | None,
    profile: str | None,
    embedder: str | None,
    reranker: str | None,
    dimensions: int | None,
    work: str | None,
    save: str | None,
    compare: str | None,
    as_json: bool,
) -> int:
    """Measure how well the questions of COLLECTION are answered.

    COLLECTION is a BEIR folder (corpus.jsonl, queries.jsonl, qrels.tsv), a folder with
    questions.jsonl, or NAME.jsonl beside the folder NAME. Each line of the latter two has a query,
    the path of its answer and, for passage@5, the answer's beginning. Your own index is not
    touched.

    \b
    Example:  docsearch eval sample_corpus --mode hybrid
    """
    import tempfile

    from search.evaluation.collection import open_collection
    from search.evaluation.measure import evaluate as measure
    from search.models.engines import device_for

    from ..progress import ProgressLine, QuestionLine

    opened = open_collection(collection)
    saved_metrics = _saved_metrics(compare, opened.name) if compare else {}
    runs = [
        (mode, reranked)
        for mode in modes or MODES
        for reranked in (False, True)
        if rerank in (None, reranked)
    ]
    # Ingest the collection into an index of its own, and ask its questions.
    with ExitStack() as stack:
        folder = Path(work) if work else Path(stack.enter_context(tempfile.TemporaryDirectory()))
        index = stack.enter_context(
            settings.open_index(
                folder / "index",
                profile=profile,
                embedder=embedder,
                reranker=reranker,
                dimensions=dimensions,
            )
        )
        backend = settings.config.backend
        ingest_line = ProgressLine(
            sys.stderr, sys.stderr.isatty(), settings.quiet, lambda: device_for(backend)
        )
        question_line = QuestionLine(sys.stderr, settings.quiet or not sys.stderr.isatty())
        try:
            result = measure(
                index,
                opened,
                opened.folder or folder / "documents",
                runs,
                questions,
                ingest_line.show,
                question_line.show,
            )
        finally:
            ingest_line.close()
            question_line.close()
    # Save and print the result.
    document = _document(result, saved_metrics)
    if save:
        Path(save).write_text(
            json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    if as_json:
        from ..jsont import dumps

        click.echo(dumps(document))
    else:
        click.echo(_table(document))
    for warning in result.warnings:
        settings.note(f"docsearch: {warning}")
    return ExitCode.FOUND if result.runs else ExitCode.ERROR


def _document(result: Evaluation, saved_metrics: SavedMetrics) -> dict[str, Any]:
    """The result as JSON; each run is compared with the saved run of the same name."""
    from search.evaluation.measure import compare

    runs = []
    for run in result.runs:
        difference = compare(saved_metrics.get(run.name, {}), run, MEASURE)
        runs.append(
            {
                "name": run.name,
                "mode": run.mode,
                "reranked": run.reranked,
                "questions": len(run.answers),
                "metrics": {
                    name: {
                        "value": round(mean.value, 4),
                        "low": round(mean.low, 4),
                        "high": round(mean.high, 4),
                    }
                    for name, mean in run.means.items()
                },
                "silent": run.silent,
                "median_ms": round(run.median_ms, 1),
                "difference": difference
                and {"value": round(difference.value, 4), "p": round(difference.p, 4)},
                "queries": [
                    {
                        "id": answer.question.id,
                        "query": answer.question.text,
                        "ranking": answer.ranking,
                        "scores": answer.scores,
                        "metrics": {
                            name: round(value, 4) for name, value in answer.metrics.items()
                        },
                        "passage": answer.passage,
                        "sentence": answer.sentence,
                    }
                    for answer in run.answers
                ],
            }
        )
    return {
        "schema": 1,
        "collection": result.collection,
        "model": result.model,
        "reranker": result.reranker,
        "documents": result.documents,
        "passages": result.passages,
        "warnings": result.warnings,
        "runs": runs,
    }


def _saved_metrics(file: str, collection: str) -> SavedMetrics:
    """The metrics of a saved result. Raises UsageError for a result of another collection."""
    try:
        saved = json.loads(Path(file).read_text(encoding="utf-8"))
        if saved["collection"] != collection:
            raise UsageError(
                f"{file} is of the collection {saved['collection']}, not of {collection}",
                "compare two runs of one",
            )
        return {
            run["name"]: {query["id"]: query["metrics"] for query in run["queries"]}
            for run in saved["runs"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{file} holds no saved result: {error}", "make one with: docsearch eval --save FILE"
        ) from error


def _table(document: dict[str, Any]) -> str:
    """The runs as a Markdown table: the means, and the 95 % confidence interval of the first."""
    runs = document["runs"]
    columns = [name for name in COLUMNS if any(name in run["metrics"] for run in runs)]
    with_silent = any(run["silent"] is not None for run in runs)
    compared = any(run["difference"] for run in runs)
    headings = ["run", *columns, *["silent"] * with_silent, "ms", *["against before"] * compared]
    size = ", ".join(counted(document[f"{noun}s"], noun) for noun in ("document", "passage"))
    title = f"{document['collection']}: {size}, {document['model']}"
    lines = [title, "", f"| {' | '.join(headings)} |", f"|---|{'---:|' * (len(headings) - 1)}"]
    for run in runs:
        cells = [run["name"]]
        for name in columns:
            value = run["metrics"].get(name)
            shown = "" if value is None else f"{value['value']:.3f}"
            cells.append(
                f"{shown} ({value['low']:.3f}–{value['high']:.3f})"
                if value and name == MEASURE
                else shown
            )
        if with_silent:
            cells.append("" if run["silent"] is None else f"{run['silent']:.2f}")
        cells.append(f"{run['median_ms']:.0f}")
        if compared:
            difference = run["difference"]
            cells.append(
                f"{difference['value']:+.3f} (p {difference['p']:.3f})" if difference else ""
            )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
