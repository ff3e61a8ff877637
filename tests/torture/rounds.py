"""One round: change the folder, start an operation, kill it, and check the index."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from .corpus import change, files_in
from .power_cut import cut_power
from .preload import Kill, environment
from .pulls import hub
from .work import OPERATIONS

HOME = Path(__file__).parents[2]
INDEX_OPERATIONS = [name for name in OPERATIONS if name != "pull"]
LIMIT_SECONDS = 600
"""An operation or a check that takes longer hangs. A shared machine may be ten times slower."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round did.

    end: "finished", "hangs", "fails", or the call at which it was killed. lost: the number of files
    that lost writes. faults: what is wrong, as sentences.
    """

    number: int
    operation: str
    end: str
    lost: int
    faults: tuple[str, ...]


class Rounds:
    """Rounds on one index, which begins anew now and then, and after each fault.

    `library` is the preload; without it the kills come at random times.
    """

    def __init__(self, work: Path, library: Path | None, seed: int) -> None:
        self.work = work
        self.library = library
        self.seed = seed
        self.index, self.folder = work / "index", work / "folder"
        self.models = work / "models"
        self.acknowledged: dict[str, str] = {}
        # The number of calls, or the seconds, that a finished operation took.
        self.lengths: dict[str, float] = defaultdict(float)

    def run(self, number: int) -> Outcome:
        """Do the round with this number."""
        chance = random.Random(f"{self.seed}:{number}")
        if chance.random() < 0.1 or not self.index.exists():
            self.begin_anew()
        known = self.index.exists()
        if chance.random() < 0.15:
            return self._pulled(number, chance)
        operation = chance.choice(INDEX_OPERATIONS if known else ["ingest", "watch"])
        if operation in ("ingest", "watch") or not known:
            change(self.folder, chance, 12 if known else 30)
        end, lost = self._killed(operation, self.index, chance)
        faults = self._checked(operation, lost)
        if end in ("hangs", "fails"):
            faults = (f"the operation {end}: see {self.work / 'errors'}", *faults)
        if faults:
            self._keep(number)
            self.begin_anew()
        else:
            self.acknowledged = self._texts()
        return Outcome(number, operation, end, lost, faults)

    def _pulled(self, number: int, chance: random.Random) -> Outcome:
        """A round with a pull of a model in place of an operation on the index."""
        shutil.rmtree(self.models, ignore_errors=True)
        self.models.mkdir(parents=True)
        with hub() as server:
            variables = {"TORTURE_HUB": server.address}
            end, lost = self._killed("pull", self.models, chance, variables)
            faults = self._told(["tests.torture.pulls", self.models], "", variables)
        if end in ("hangs", "fails"):
            faults = (f"the operation {end}: see {self.work / 'errors'}", *faults)
        return Outcome(number, "pull", end, lost, faults)

    def begin_anew(self) -> None:
        """Begin with an empty folder and no index."""
        for folder in (self.index, self.folder):
            shutil.rmtree(folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.acknowledged = {}

    def _killed(
        self,
        operation: str,
        written: Path,
        chance: random.Random,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[str, int]:
        """How the operation ended, and how many files lost writes; it writes to one folder."""
        shadow = self.work / "shadow"
        shutil.rmtree(shadow, ignore_errors=True)
        shadow.mkdir()
        report = self.work / "report"
        report.unlink(missing_ok=True)
        length = self.lengths[operation]
        cuts = self.library is not None and chance.random() < 0.5
        number = chance.randint(1, max(1, int(length))) if self.library and length else 0
        kill = Kill(number, chance.random() < 0.5, shadow if cuts else None)
        settings = dict(os.environ) | dict(variables)
        if self.library:
            settings |= environment(self.library, written, report, kill)
        seed = str(chance.getrandbits(32))
        command = ["tests.torture.work", operation, written, self.folder, seed]
        # Without the preload, the time is random at which the process ends.
        patience = LIMIT_SECONDS if self.library or not length else chance.uniform(0, length)
        started = time.monotonic()
        with (self.work / "errors").open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=HOME, env=settings, stderr=errors, start_new_session=True,
            )  # fmt: skip
            try:
                code = process.wait(patience)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        told = report.read_text().split() if report.exists() else [""]
        if code == 0:
            seconds = time.monotonic() - started
            self.lengths[operation] = float(told[1]) if told[0] == "done" else seconds
            return "finished", 0
        if code is None and patience < LIMIT_SECONDS:
            return "time", 0
        if code != -signal.SIGKILL:
            return ("hangs" if code is None else "fails"), 0
        return told[0], cut_power(written, shadow, chance) if cuts else 0

    def _checked(self, operation: str, lost: int) -> tuple[str, ...]:
        """What is wrong after the round."""
        shutil.rmtree(self.work / "killed", ignore_errors=True)
        for folder in (self.index, self.folder):
            if folder.exists():
                shutil.copytree(folder, self.work / "killed" / folder.name)
        now = self._texts()
        untouched = {
            path: text for path, text in self.acknowledged.items() if now.get(path) == text
        }
        # The process alone knows what it forgets.
        known = {} if operation == "forget" else untouched
        command = ["tests.torture.check", self.index, self.folder, str(int(lost > 0))]
        return self._told(command, json.dumps(known))

    def _told(
        self,
        command: list[str | Path],
        given: str,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[str, ...]:
        """What a check prints, a line for each fault."""
        try:
            done = subprocess.run(
                [sys.executable, "-m", *command],
                cwd=HOME, env=dict(os.environ) | dict(variables), input=given,
                capture_output=True, text=True, timeout=LIMIT_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return ("the check hangs",)
        trouble = (done.stderr.strip().splitlines() or ["?"])[-1:] if done.returncode else []
        return (*done.stdout.splitlines(), *trouble)

    def _texts(self) -> dict[str, str]:
        texts = {str(path): path.read_text() for path in files_in(self.folder)}
        return {path: text for path, text in texts.items() if text}

    def _keep(self, number: int) -> None:
        """Keep the index as it was after the kill, and the folder, for a person to look at."""
        kept = self.work / f"failed-{self.seed}-{number}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.work / "killed", kept)
        shutil.copy(self.work / "errors", kept)
