"""Make the model that comes with the package: bge-small-en-v1.5 in MLX's 8-bit format.

    python scripts/quantize_starter.py SOURCE [--out FOLDER]

SOURCE is the checkpoint in float16 with tokenizer.json, 1_Pooling/config.json and modules.json. The
same source gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import mlx.core as mx
import numpy as np
from safetensors.numpy import save

from search.models.checkpoint import Checkpoint

OUT = Path(__file__).parent.parent / "search" / "models" / "starter"
QUANTIZATION = {"group_size": 64, "bits": 8, "mode": "affine"}
COPIED = ("tokenizer.json", "modules.json", "1_Pooling/config.json")
# An embedder does not use the pooler, and the position ids are 0, 1, 2…
DROPPED = ("pooler.", "embeddings.position_ids")

CARD = """\
# bge-small-en-v1.5, 8-bit

The embedding model that docsearch uses until you choose another: `BAAI/bge-small-en-v1.5` (MIT
licence, see LICENSE), 33 million parameters, 384 dimensions, texts of up to 512 tokens, English.

- Pooling: the first token's last hidden state, then L2 normalisation.
- Query prompt: `Represent this sentence for searching relevant passages: `. Passages have none.
- The weights of all linear layers and the word embeddings are quantised with `mlx.core.quantize`:
  affine, 8 bits, groups of 64. Position and token-type embeddings, layer norms and biases stay in
  float16. The pooler is left out.
- Names are those of the Hugging Face checkpoint. Each quantised `weight` (uint32) has `scales` and
  `biases` beside it.
- The source is the float16 checkpoint whose model.safetensors has the SHA-256
  `{source}`.
  Its values are those of the published float32 weights.
- `scripts/quantize_starter.py` made the folder. SHA256SUMS lists the files.
"""

LICENSE = """\
MIT License

Copyright (c) 2022 staoxiao

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Quantise bge-small-en-v1.5 to the model that comes with the package."
    )
    parser.add_argument("source", type=Path, help="folder of the float16 checkpoint")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write (%(default)s)")
    arguments = parser.parse_args()
    quantize_folder(arguments.source, arguments.out)
    files = [path for path in arguments.out.rglob("*") if path.is_file()]
    print(f"{arguments.out}: {sum(path.stat().st_size for path in files):,} bytes")


def quantize_folder(source: Path, out: Path) -> None:
    """Write the quantised model to `out`."""
    checkpoint = Checkpoint(source)
    (out / "1_Pooling").mkdir(parents=True, exist_ok=True)
    (out / "model.safetensors").write_bytes(save(quantized(checkpoint), metadata={"format": "mlx"}))
    config = checkpoint.config | {"quantization": QUANTIZATION}
    (out / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    for name in COPIED:
        shutil.copyfile(source / name, out / name)
    (out / "LICENSE").write_text(LICENSE)
    (out / "README.md").write_text(CARD.format(source=digest(source / "model.safetensors")))
    names = ["model.safetensors", "config.json", *COPIED, "LICENSE", "README.md"]
    (out / "SHA256SUMS").write_text(
        "".join(f"{digest(out / name)}  {name}\n" for name in sorted(names))
    )


def quantized(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """The checkpoint's tensors, with the linear layers and word embeddings in MLX's packed form."""
    tensors: dict[str, np.ndarray] = {}
    for name, stored in checkpoint.tensors():
        module = name.removesuffix(".weight")
        if name.startswith(DROPPED):
            continue
        if (
            module.endswith(("query", "key", "value", "dense", "word_embeddings"))
            and stored.ndim == 2
        ):
            packed = map(np.array, mx.quantize(mx.array(stored), **QUANTIZATION))
            names = (name, f"{module}.scales", f"{module}.biases")
            tensors |= dict(zip(names, packed, strict=True))
        else:
            tensors[name] = stored
    return tensors


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
