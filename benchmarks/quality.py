"""nDCG@10 of the starter's vectors on BEIR folders, with each document as one passage.

    python -m benchmarks.quality FOLDER...

A BEIR folder holds corpus.jsonl, queries.jsonl and qrels.tsv. Gains are 2^grade - 1. Documents with
equal scores keep the order of the corpus.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from search.evaluation.collection import open_collection
from search.evaluation.metrics import DEPTH, metrics
from search.models.embedder import load_embedder

from .measure import Row, write_results

# The figures of bge-small-en-v1.5, 8-bit affine with groups of 64, documents cut at 512 tokens.
EXPECTED = {"cranfield": 0.418, "nfcorpus_prepro": 0.344, "cosqa": 0.579}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the starter's vectors.")
    parser.add_argument("folders", type=Path, nargs="+")
    rows = []
    for folder in parser.parse_args().folders:
        target = f"{EXPECTED[folder.name]:.3f} ± 0.003" if folder.name in EXPECTED else ""
        rows.append(
            Row(f"nDCG@10, vectors, {folder.name}", round(vector_ndcg(folder), 4), "", target)
        )
    write_results("quality", rows)


def vector_ndcg(folder: Path) -> float:
    """Mean nDCG@10 over the queries that have a relevant document."""
    embedder, collection = load_embedder(), open_collection(folder)
    documents = [json.loads(line) for line in (folder / "corpus.jsonl").read_text().splitlines()]
    passages = embedder.embed_passages(
        [f"{row.get('title') or ''} {row['text']}".strip() for row in documents]
    )
    names = [row["_id"] for row in documents]
    scores = []
    for question in collection.questions:
        best = np.argsort(-(passages @ embedder.embed_query(question.text)), kind="stable")[:DEPTH]
        scores.append(metrics([names[place] for place in best], question.relevant)[f"nDCG@{DEPTH}"])
    return float(np.mean(scores))


if __name__ == "__main__":
    main()
