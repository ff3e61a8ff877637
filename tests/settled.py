"""Files that are older than the tick within which a change could go unseen."""

from __future__ import annotations

import os
import time
from pathlib import Path

from search.ingest.plan import RACY_NS


def settle(root: Path) -> None:
    """Give the files below `root` a time long past, and let the tick in which that happens pass: the time of a change cannot be set."""
    past = 1_700_000_000
    for path in root.rglob("*"):
        os.utime(path, (past, past))
    time.sleep(2 * RACY_NS / 1e9)
