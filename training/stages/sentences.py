"""Train the head that tells which sentence answers, on the frozen layers of a reranker."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from search.models.bundled import BUNDLED
from search.models.reranker import load_reranker
from search.models.sentence_head import FILE, SentenceHead
from search.models.tokenizer import ModelTokenizer
from search.supply.checksums import write_sums

from ..answers import elsewhere, read
from ..metrics import interval
from ..sentence_loop import NAMES, odds_of, train
from ..sentence_states import Seen, seen

FOLDS = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="folder of train.jsonl.xz and dev.jsonl.xz")
    parser.add_argument(
        "--reranker",
        type=Path,
        default=BUNDLED["starter-reranker"].folder,
        help="folder of the reranker, in which the head is written (%(default)s)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the draws (%(default)s)")
    parser.add_argument(
        "--folds",
        action="store_true",
        help=f"judge by {FOLDS} folds of the training titles, and write nothing",
    )


def run(options: argparse.Namespace) -> None:
    tokenizer = ModelTokenizer(BUNDLED["starter"].folder / "tokenizer.json")
    reranker = load_reranker(str(options.reranker), "cpu")
    path = options.data / "train.jsonl.xz"
    asked = read(path, tokenizer)
    rows = list(seen(reranker, asked))
    others = list(seen(reranker, elsewhere(path, tokenizer, options.seed)))
    print(f"{len(rows)} questions", flush=True)
    if options.folds:
        titles = sorted({row.title for row in asked})
        np.random.default_rng(options.seed).shuffle(titles)
        fold_of = {title: number % FOLDS for number, title in enumerate(titles)}
        folds = np.array([fold_of[row.title] for row in asked])
        right = np.zeros(len(rows), bool)
        for fold in range(FOLDS):
            inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            head = train([rows[i] for i in inside], [others[i] for i in inside], options.seed)
            right[outside] = judged(head, [rows[i] for i in outside])
        print(f"{FOLDS} folds by title: {told(right)}", flush=True)
        return
    head = train(rows, others, options.seed)
    path = options.data / "dev.jsonl.xz"
    development = list(seen(reranker, read(path, tokenizer)))
    print(f"development: {told(judged(head, development))}", flush=True)
    arrays = {name: getattr(head, name).astype(np.float16) for name in NAMES}
    save_file(arrays, options.reranker / FILE)
    write_sums(options.reranker)


def judged(head: SentenceHead, rows: list[Seen]) -> np.ndarray:
    """(n,) whether the sentence with the highest log-odds answers."""
    odds, right, start = odds_of(head, rows), [], 0
    for row in rows:
        end = start + len(row.answers)
        right.append(bool(row.answers[odds[start:end].argmax()]))
        start = end
    return np.array(right)


def told(right: np.ndarray) -> str:
    low, high = interval(right.astype(np.float64))
    return f"{right.mean():.4f} [{low:.3f}, {high:.3f}] of {len(right)}"
