"""Whether a model on the disk works here.

The test looks at its checksums, at what it computes and how fast, and at the memory that it needs.
"""

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
from ..models.packaged import packaged_at
from .checksums import wrong_files
from .inventory import ModelEntry, role_of
from .known_scores import QUANTISED, ROUNDING, Matrix, furthest, published
from .model_probes import PROBES, Measurement

# How much the other texts of a batch may change a result. Up to the first value it is rounding. Up
# to the second it may be half-precision kernels that differ by shape.
STEADY, UNSTEADY = 0.001, 0.01
CLEAR_REFS, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


class Outcome(StrEnum):
    """Whether the model works."""

    WORKS = "works"
    DIFFERS = "works with these differences"
    FAILS = "does not work"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with the model, in one sentence.

    `fatal` says that the model cannot be used.
    """

    text: str
    fatal: bool


@dataclass(frozen=True, slots=True)
class Examination:
    """What a test found.

    `scores` are those of `known_scores.QUERIES` with `known_scores.DOCUMENTS`, and `published` are
    the known ones; each is empty where there are none. `stray` is how much a result changes with
    the other texts in its batch, None where that is unknown. `notice` is a sentence that the user
    must see; it is empty for most models.
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
    """Tests the model in `folder`, which may take minutes for a large model on a processor.

    `bench` also measures the figures for which there are targets. Whatever is wrong with the model
    becomes a finding.
    Raises ModelError for a folder that holds neither an embedder nor a reranker, and UsageError for
    an unknown backend.
    """
    from ..models.engines import engine_for, notice_of

    engine = engine_for(backend, _model_type(folder))
    name = title_of(folder)
    role = role_of(name, folder)
    if role not in PROBES:
        raise ModelError(
            f"{name} is neither an embedder nor a reranker by its name and files",
            "choose another model",
        )
    notice = notice_of(_model_type(folder))
    # Compare the files with their checksums.
    findings = [
        Finding(f"{file} has a wrong checksum: {_repair(folder)}", True)
        for file in wrong_files(folder)
    ]
    scores: Matrix = ()
    known: Matrix = ()
    stray: float | None = None
    measurements: list[Measurement] = []
    # Load the model, compare its scores with the known ones, and measure it.
    forget_peak_memory(engine)
    try:
        started = time.perf_counter()
        probe = PROBES[role](folder, backend)
        measurements.append(Measurement("load", time.perf_counter() - started, "s"))
        scores, stray = probe.scores(), probe.stray()
        known, differences = _compared(name, folder, scores)
        findings += differences + _findings_of_stray(stray)
        measurements += [probe.speed(), *(probe.bench() if bench else ())]
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


def _repair(folder: Path) -> str:
    model = packaged_at(folder)
    return model.repair if model else "pull the model again"


def unusable(entry: ModelEntry) -> Examination:
    """The examination of a model of the inventory that is partial or damaged."""
    finding = Finding(f"it is {entry.state}: {entry.detail}; {remedy(entry.name)}", True)
    return Examination(entry.name, entry.role, "", Outcome.FAILS, (finding,))


def example_scores(folder: Path, backend: str = "auto") -> Matrix:
    """The model's scores on the known example. Raises what loading the model raises."""
    role = role_of(title_of(folder), folder)
    if role not in PROBES:
        raise ModelError(f"{folder} is neither an embedder nor a reranker by its name and files")
    return PROBES[role](folder, backend).scores()


def forget_peak_memory(engine: str) -> None:
    """Makes `peak_memory` count from now on, where the system allows that."""
    if engine == "mlx":
        import mlx.core as mx

        mx.reset_peak_memory()
    elif CLEAR_REFS.exists():
        # 5 sets the peak to the memory in use now (man 5 proc).
        CLEAR_REFS.write_text("5")


def peak_memory(engine: str) -> int:
    """The most bytes that MLX held on its device, or this process in all where numpy computes."""
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
    """The architecture in config.json; empty where there is none, which loading then reports."""
    try:
        return str(read_object(folder / "config.json").get("model_type", ""))
    except ModelError:
        return ""


def _compared(name: str, folder: Path, scores: Matrix) -> tuple[Matrix, list[Finding]]:
    """The published scores and the findings about differences from them.

    The scores are empty where there are none to compare with.
    """
    known = published(name)
    if known is None:
        return (), []
    width = read_object(folder / "config.json").get("hidden_size")
    if width != known.width:
        text = (
            f"its hidden size is {width}, that of the published model is {known.width}: "
            "the scores are not compared"
        )
        return (), [Finding(text, False)]
    score, expected = furthest(scores, known.scores)
    difference = abs(score - expected)
    if difference <= ROUNDING:
        return known.scores, []
    text = f"a known pair scores {score:.4f} where {expected:.4f} is published"
    return known.scores, [Finding(text, difference > QUANTISED)]


def _findings_of_stray(stray: float) -> list[Finding]:
    if stray <= STEADY:
        return []
    return [
        Finding(
            f"a text's result changes by {stray:.4f} with its neighbours in a batch",
            stray > UNSTEADY,
        )
    ]
