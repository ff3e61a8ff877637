"""Bounds the old versions of a table by their number and by their age.

Each commit makes a version, and an old version keeps the files that only it needs. After the table
was tidied up that is all that it had, so an old version is as large as the table. A process that
was reading a version that is gone reads the newest one instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """How many old versions a table may have.

    kept: the number of newest versions that outlive a tidying up. grace: the age from which even
    those go. oldest: no version but the newest one stays longer than this. fewest, most: the limits
    of the number of versions that a table may have before it is tidied up.
    """

    kept: int = 1
    grace: timedelta = timedelta(minutes=10)
    oldest: timedelta = timedelta(days=1)
    fewest: int = 50
    most: int = 1000

    def limit(self, rows: int) -> int:
        """The number of versions that a table of so many rows may have.

        Tidying up costs as much as writing the table anew, so a larger table may have more.

        >>> Retention().limit(300), Retention().limit(10_000), Retention().limit(10**6)
        (56, 250, 1000)
        """
        return min(self.most, self.fewest + rows // 50)

    def has_too_old(self, ages: Sequence[float]) -> bool:
        """True where a version but the newest is too old; `ages` are in seconds, newest first."""
        return any(age > self.oldest.total_seconds() for age in ages[1:])

    def is_exceeded(self, ages: Sequence[float], rows: int) -> bool:
        """True where there are too many versions, or one is too old."""
        return len(ages) > self.limit(rows) or self.has_too_old(ages)

    def cut(self, ages: Sequence[float]) -> timedelta:
        """The age from which versions go; it is a second at least.

        >>> Retention(kept=2).cut([0.0, 5.0, 9.0]).total_seconds()
        5.0
        """
        if len(ages) <= self.kept:
            return self.grace
        return min(self.grace, timedelta(seconds=max(ages[self.kept - 1], 1.0)))


RETENTION = Retention()
"""The retention of every table but those of tests."""
