"""Makes files old enough that no later change of them goes unseen."""

from __future__ import annotations

import os
import time
from pathlib import Path

from search.ingest.plan import RACY_NS


def settle(root: Path) -> None:
    """Give the files below `root` a modification time long past, and wait for twice `RACY_NS`.

    The wait is needed because the time of the last status change (ctime) cannot be set.
    """
    past = 1_700_000_000
    for path in root.rglob("*"):
        os.utime(path, (past, past))
    time.sleep(2 * RACY_NS / 1e9)
