"""Random kills of the product at random calls, with a full check after each.

    python -m tests.torture --rounds 200 --seed 1

It prints a line for each round and a table at the end, and ends with 1 where anything was lost,
wrong or hung. The folder .torture keeps the index of each round that went wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from .preload import build
from .rounds import HOME, Outcome, Rounds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30.0, help="begin no round after that")
    parser.add_argument("--timed", action="store_true", help="kill at random times, not at calls")
    parser.add_argument("--work", type=Path, default=HOME / ".torture")
    options = parser.parse_args()
    work = options.work.absolute()
    work.mkdir(parents=True, exist_ok=True)
    library = None if options.timed else build(work)
    if library is None:
        print("The kills come at random times: kills at calls need Linux and a C compiler.")
    rounds, outcomes = Rounds(work, library, options.seed), []
    ends = time.monotonic() + 60 * options.minutes
    rounds.begin_anew()
    for number in range(options.rounds):
        if time.monotonic() > ends:
            print(f"{options.minutes:g} minutes are over.")
            break
        outcomes.append(rounds.run(number))
        _tell(outcomes[-1])
    return _summary(outcomes)


def _tell(outcome: Outcome) -> None:
    lost = f", {outcome.lost} files lost writes" if outcome.lost else ""
    print(f"{outcome.number:4} {outcome.operation:9} {outcome.end}{lost}", flush=True)
    for fault in outcome.faults:
        print(f"     WRONG: {fault}", flush=True)


def _summary(outcomes: list[Outcome]) -> int:
    kills = Counter((outcome.operation, outcome.end) for outcome in outcomes)
    print("\noperation end        rounds")
    for (operation, end), count in sorted(kills.items()):
        print(f"{operation:9} {end:10} {count:6}")
    wrong = [outcome for outcome in outcomes if outcome.faults]
    hangs = sum("hang" in fault for outcome in wrong for fault in outcome.faults)
    lost = sum("lost" in fault for outcome in wrong for fault in outcome.faults)
    print(
        f"\n{len(outcomes)} rounds, {sum(outcome.lost > 0 for outcome in outcomes)} with lost "
        f"writes: {lost} lost, {len(wrong)} wrong, {hangs} hangs"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
