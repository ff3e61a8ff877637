"""Runs all benchmarks that need no foreign data, one after the other."""

from __future__ import annotations

import subprocess
import sys

for name in ("embed", "qwen3", "readers", "ingest", "query", "resident", "web", "app"):
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
