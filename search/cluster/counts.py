"""What the workers have done so far, for the progress that a run shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

SECONDS = 5.0
"""For how long the progress waits for the counts."""


@dataclass(frozen=True, slots=True)
class Done:
    """Files read to their end and their bytes, passages cut, passages embedded and their tokens.

    What a worker did before it was killed counts, and so does what another one did again. `path` is
    the file that was read last.
    """

    files: int = 0
    size: int = 0
    cut: int = 0
    passages: int = 0
    tokens: int = 0
    path: str = ""


class Counts:
    """The counts of one wave, in an actor of Ray. Every process of the cluster may add to them."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    @classmethod
    def begin(cls, ray: Any) -> Self:
        """New counts, which begin with nothing."""
        return cls(ray.remote(num_cpus=0)(Counter).remote())

    def add(self, done: Done) -> None:
        """Add what was done, without waiting."""
        self._actor.add.remote(done)

    def so_far(self, ray: Any) -> Done:
        """The counts so far; nothing while the machine that keeps them does not answer."""
        try:
            done: Done = ray.get(self._actor.done.remote(), timeout=SECONDS)
        except (ray.exceptions.GetTimeoutError, ray.exceptions.RayActorError):
            return Done()
        return done


class Counter:
    """The actor's own side."""

    def __init__(self) -> None:
        self._done = Done()

    def add(self, more: Done) -> None:
        """Add what a worker did."""
        done = self._done
        self._done = replace(
            done,
            files=done.files + more.files,
            size=done.size + more.size,
            cut=done.cut + more.cut,
            passages=done.passages + more.passages,
            tokens=done.tokens + more.tokens,
            path=more.path or done.path,
        )

    def done(self) -> Done:
        """The counts so far."""
        return self._done
