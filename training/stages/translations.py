"""Make training data in many languages from unpacked manuals."""

from __future__ import annotations

import argparse
import json
import lzma
from pathlib import Path

from ..manuals import sections
from ..translations import rows_of


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "packages", type=Path, help="folder of Debian packages, each unpacked by dpkg -x"
    )
    parser.add_argument("out", type=Path, help="folder for passages.jsonl.xz and queries.jsonl.xz")


def run(options: argparse.Namespace) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    rows = rows_of(sections(options.packages))
    for name, lines in (("passages", rows.passages), ("queries", rows.queries)):
        with lzma.open(options.out / f"{name}.jsonl.xz", "wt", encoding="utf-8", preset=3) as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    print(f"{len(rows.passages):,} passages, {len(rows.queries):,} queries")
