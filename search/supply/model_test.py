"""Whether a model on the disk works here: its checksums, what it computes, how fast, and in how much memory."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..errors import DocsearchError, ModelError
from ..models.caches import read_object
from ..models.local import remedy
from ..models.model_files import title_of
from .checksums import wrong_files
from .inventory import ModelEntry, role_of
from .known_scores import QUANTISED, ROUNDING, Matrix, furthest, published
from .model_probes import SUBJECTS, Measurement

# by how much neighbours in a batch may change a result: rounding, and half-precision kernels that differ by shape
STEADY, UNSTEADY = 0.001, 0.01
CLEAR_REFS, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


class Outcome(StrEnum):
    """The answer to: does it work?"""

    WORKS = "works"
    DIFFERS = "works with these differences"
    FAILS = "does not work"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, in one sentence; `fatal` where the model is of no use with it."""

    text: str
    fatal: bool


@dataclass(frozen=True, slots=True)
class Examination:
    """What a test found.

    `scores` are those of `published.QUERIES` with `published.DOCUMENTS`, `published` what they are known to be; each empty
    where there are none. `stray` is by how much a result depends on what else is in its batch, None where that is not known.
    `notice` is what the user is to be told of the model, mostly nothing.
    """

    name: str
    role: str
    engine: str
    outcome: Outcome
    findings: tuple[Finding, ...]
    scores: Matrix = ()
    published: Matrix = ()
    stray: float | None = None
    measurements: tuple[Measurement, ...] = ()
    notice: str = ""


def examine(folder: Path, backend: str = "auto", bench: bool = False) -> Examination:
    """Tests the model in `folder`, which may take minutes for a large one on a processor.

    `bench` measures what the README sets targets for. ModelError for a folder that holds neither an embedder nor a
    reranker, UsageError for an unknown backend; whatever else is wrong with the model is a finding.
    """
    from ..models.engines import engine_for, notice_of

    engine = engine_for(backend, _model_type(folder))
    name = title_of(folder)
    role = role_of(name, folder)
    if role not in SUBJECTS:
        raise ModelError(
            f"{name} is neither an embedder nor a reranker by its name and files",
            "choose another model",
        )
    notice = notice_of(_model_type(folder))
    findings = [
        Finding(f"{file} has a wrong checksum: pull the model again", True)
        for file in wrong_files(folder)
    ]
    scores: Matrix = ()
    known: Matrix = ()
    stray: float | None = None
    measurements: list[Measurement] = []
    forget_peak_memory(engine)
    try:
        started = time.perf_counter()
        subject = SUBJECTS[role](folder, backend)
        measurements.append(Measurement("load", time.perf_counter() - started, "s"))
        scores, stray = subject.scores(), subject.stray()
        known, differences = _compared(name, folder, scores)
        findings += differences + _of_neighbours(stray)
        measurements += [subject.speed(), *(subject.bench() if bench else ())]
        measurements.append(Measurement("memory", peak_memory(engine) / 1e9, "GB"))
    except DocsearchError as error:
        findings.append(Finding(str(error), True))
    outcome = Outcome.WORKS
    if findings:
        outcome = Outcome.FAILS if any(finding.fatal for finding in findings) else Outcome.DIFFERS
    return Examination(
        name,
        role,
        engine,
        outcome,
        tuple(findings),
        scores,
        known,
        stray,
        tuple(measurements),
        notice,
    )


def unusable(entry: ModelEntry) -> Examination:
    """The verdict on a model of the inventory that is partial or damaged."""
    finding = Finding(f"it is {entry.state}: {entry.detail}; {remedy(entry.name)}", True)
    return Examination(entry.name, entry.role, "", Outcome.FAILS, (finding,))


def example_scores(folder: Path, backend: str = "auto") -> Matrix:
    """The model's scores of the published example; raises what loading it raises."""
    role = role_of(title_of(folder), folder)
    if role not in SUBJECTS:
        raise ModelError(f"{folder} is neither an embedder nor a reranker by its name and files")
    return SUBJECTS[role](folder, backend).scores()


def forget_peak_memory(engine: str) -> None:
    """Lets `peak_memory` begin anew, as far as the system can do that."""
    if engine == "mlx":
        import mlx.core as mx

        mx.reset_peak_memory()
    elif CLEAR_REFS.exists():
        # 5: the peak becomes what is in use now (man 5 proc)
        CLEAR_REFS.write_text("5")


def peak_memory(engine: str) -> int:
    """The most bytes that MLX held on its device, or on a processor alone the most that this process had."""
    import resource

    if engine == "mlx":
        import mlx.core as mx

        return int(mx.get_peak_memory())
    if STATUS.exists():
        peaks = [
            line.split()[1] for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:")
        ]
        return int(peaks[0]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _model_type(folder: Path) -> str:
    """The architecture that config.json names; empty where it names none, of which the loading speaks."""
    try:
        return str(read_object(folder / "config.json").get("model_type", ""))
    except ModelError:
        return ""


def _compared(name: str, folder: Path, scores: Matrix) -> tuple[Matrix, list[Finding]]:
    """The published scores, empty where there are none to compare with, and what is to be said of the difference."""
    known = published(name)
    if known is None:
        return (), []
    width = read_object(folder / "config.json").get("hidden_size")
    if width != known.width:
        text = f"its hidden size is {width}, that of the published model {known.width}: the scores are not compared"
        return (), [Finding(text, False)]
    score, expected = furthest(scores, known.scores)
    off = abs(score - expected)
    if off <= ROUNDING:
        return known.scores, []
    text = f"a known pair scores {score:.4f} where {expected:.4f} is published"
    return known.scores, [Finding(text, off > QUANTISED)]


def _of_neighbours(stray: float) -> list[Finding]:
    if stray <= STEADY:
        return []
    return [
        Finding(
            f"a text's result changes by {stray:.4f} with its neighbours in a batch",
            stray > UNSTEADY,
        )
    ]
