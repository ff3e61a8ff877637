"""A small model on a hub of this machine, and what must be true of it after a killed pull.

    TORTURE_HUB=ADDRESS python -m tests.torture.pulls MODELS

What is wrong is printed, one sentence a line.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from search.errors import ModelError
from search.models.local import model_folder
from search.supply.checksums import wrong_files
from search.supply.hub import Hub
from search.supply.pulling import pull

from ..hub_server import HubServer

MODEL = "torture/model"
SIZE = 5_000_000
TINY = Path(__file__).parents[1] / "fixtures" / "bert" / "tiny"


def hub() -> HubServer:
    """A hub that has the model, whose weights come in many writes."""
    files = {name: (TINY / name).read_bytes() for name in ("config.json", "tokenizer.json")}
    weights = {"a": {"dtype": "U8", "shape": [SIZE], "data_offsets": [0, SIZE]}}
    header = json.dumps(weights).encode()
    data = len(header).to_bytes(8, "little") + header + random.Random(1).randbytes(SIZE)
    return HubServer({MODEL: files | {"model.safetensors": data}})


def faults(models: Path) -> Iterator[str]:
    """What is wrong: a model that counts as whole and is not, or that a pull does not repair."""
    try:
        folder = model_folder(MODEL, str(models))
    except ModelError:
        pass
    else:
        if wrong := wrong_files(folder):
            yield f"the model counts as whole, and these files are wrong: {wrong}"
    folder = pull(MODEL, str(models), hub=Hub(os.environ["TORTURE_HUB"]))
    if folder != model_folder(MODEL, str(models)):
        yield f"the model is not found in {folder}"
    if wrong := wrong_files(folder):
        yield f"after another pull these files are wrong: {wrong}"


if __name__ == "__main__":
    for fault in faults(Path(sys.argv[1])):
        print(fault)
