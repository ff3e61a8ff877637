"""From a plain checkpoint to MLX's quantised form: the same weights in a quarter to half of the space.

The new folder has all that belongs to the model, and appears only once it is whole.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError, StorageFull, UsageError
from ..models.caches import (
    WEIGHTS,
    WEIGHTS_INDEX,
    own_place,
    user_place,
    weight_files,
)
from ..models.names import model_name
from ..private_files import make_private_folder
from .checksums import write_sums
from .quantized_weights import Arrays, quantized

COPIED = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "1_Pooling/config.json",
    "modules.json",
    "config_sentence_transformers.json",
    "LICENSE",
    "README.md",
)
DENSE = (".json", ".safetensors")
ARCHITECTURES = ("qwen3", "bert")
SHARD_BYTES = 5 * 10**9
SPARE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Mode:
    """One of MLX's formats: the numbers of bits and the group sizes that it has, the default first."""

    bits: tuple[int, ...]
    group_sizes: tuple[int, ...]


MODES = {
    "affine": Mode((8, 4), (64, 32, 128)),
    "mxfp4": Mode((4,), (32,)),
    "mxfp8": Mode((8,), (32,)),
}


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of a model: the folders before and after, and the bytes of their weights."""

    source: Path
    folder: Path
    source_bytes: int
    bytes: int


def convert(
    source: Path,
    bits: int | None = None,
    group_size: int | None = None,
    mode: str = "affine",
    out: Path | None = None,
    cache_folder: str | None = None,
    shard_bytes: int = SHARD_BYTES,
) -> Conversion:
    """Quantises the model in `source` into a new folder, with its head, pooling, tokenizer, card and licence, and SHA256SUMS.

    The folder is `out`, or NAME-4bit and the like below the user's models folder or docsearch's own. UsageError for
    settings that `mode` does not have or a folder that is there already; ModelError for a model that is quantised
    already, damaged, or of another architecture; StorageFull before anything is written.
    """
    rules = _rules(bits, group_size, mode)
    config = _plain_config(source)
    name = model_name(source)
    if out is None:
        place = user_place(cache_folder) or own_place()
        if place.unplugged:
            raise ModelError(place.absence, "plug in its disk, or create the folder")
        suffix = f"{rules['bits']}bit" if mode == "affine" else mode
        out = place.folder / f"{name}-{suffix}"
    if out.exists():
        raise UsageError(f"{out} is there already", "remove it, or name another folder with --out")
    if not out.name.lower().startswith(name.lower()):
        raise UsageError(
            f"the folder's name must begin with {name}", "its prompts are known by the name"
        )
    files = weight_files(source)
    source_bytes = sum(path.stat().st_size for path in files)
    make_private_folder(out.parent)
    _check_room(out.parent, source_bytes * (rules["bits"] + 1) // 16)
    # a folder whose name begins with a dot is no model until it is whole
    work = out.with_name(f".{out.name}.incomplete")
    shutil.rmtree(work, ignore_errors=True)
    try:
        work.mkdir()
        _write_weights(files, rules, work, shard_bytes)
        for key in ("quantization", "quantization_config"):
            config[key] = rules
        (work / "config.json").write_text(
            json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8"
        )
        _copy(source, work, rules)
        write_sums(work)
        os.replace(work, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Conversion(
        source, out, source_bytes, sum(path.stat().st_size for path in weight_files(out))
    )


def _rules(bits: int | None, group_size: int | None, mode: str) -> dict[str, Any]:
    if mode not in MODES:
        raise UsageError(f"there is no mode {mode}", f"choose one of: {', '.join(MODES)}")
    known = MODES[mode]
    rules = {
        "group_size": group_size or known.group_sizes[0],
        "bits": bits or known.bits[0],
        "mode": mode,
    }
    for key, allowed in (("bits", known.bits), ("group_size", known.group_sizes)):
        if rules[key] not in allowed:
            choice = " or ".join(map(str, sorted(allowed)))
            raise UsageError(
                f"{mode} has no {key.replace('_', ' ')} of {rules[key]}", f"choose {choice}"
            )
    return rules


def _plain_config(source: Path) -> dict[str, Any]:
    from ..models.checkpoint import Checkpoint

    checkpoint = Checkpoint(source)
    if "quantization" in checkpoint.config:
        raise ModelError(
            f"{model_name(source)} is quantised already", "convert the standard checkpoint"
        )
    if checkpoint.model_type not in ARCHITECTURES:
        known = " and ".join(ARCHITECTURES)
        raise ModelError(
            f"{source} is a {checkpoint.model_type} model", f"only {known} models are converted"
        )
    return dict(checkpoint.config)


def _check_room(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted + SPARE_BYTES:
        raise StorageFull(
            f"the converted model takes {wanted / 1e9:,.2f} GB, and the disk of {folder} has {free / 1e9:,.2f} GB left",
            "make room, or name a folder on another disk with --out",
        )


def _write_weights(
    files: tuple[Path, ...], rules: dict[str, Any], folder: Path, shard_bytes: int
) -> None:
    import mlx.core as mx

    from ..models.inference_thread import on_inference_thread

    def write() -> list[list[str]]:
        return [
            _save(mx, shard, folder / f"{number}.part.safetensors")
            for number, shard in enumerate(_shards(quantized(files, rules), shard_bytes))
        ]

    shards = on_inference_thread(write)
    weight_map: dict[str, str] = {}
    for number, names in enumerate(shards):
        file = (
            WEIGHTS
            if len(shards) == 1
            else f"model-{number + 1:05}-of-{len(shards):05}.safetensors"
        )
        (folder / f"{number}.part.safetensors").rename(folder / file)
        weight_map |= dict.fromkeys(names, file)
    if len(shards) > 1:
        total = sum((folder / file).stat().st_size for file in set(weight_map.values()))
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
        (folder / WEIGHTS_INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _save(mx: Any, shard: Arrays, path: Path) -> list[str]:
    try:
        mx.save_safetensors(str(path), shard, metadata={"format": "mlx"})
    except RuntimeError as error:
        raise ModelError(
            f"{path.parent} cannot be written: {error}", "check the disk, then convert again"
        ) from error
    names = list(shard)
    shard.clear()
    mx.clear_cache()
    return names


def _shards(weights: Iterator[Arrays], limit: int) -> Iterator[Arrays]:
    """The weights gathered into files of at most `limit` bytes, unless one weight alone is larger."""
    shard: Arrays = {}
    size = 0
    for arrays in weights:
        more = sum(array.nbytes for array in arrays.values())
        if shard and size + more > limit:
            yield shard
            shard, size = {}, 0
        shard |= arrays
        size += more
    yield shard


def _copy(source: Path, folder: Path, rules: dict[str, Any]) -> None:
    projections = (
        str(path.relative_to(source))
        for path in source.glob("[0-9]_Dense/*")
        if path.suffix in DENSE
    )
    for name in (*COPIED, *projections):
        if (source / name).is_file():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(source / name, folder / name)
    how = f"{rules['mode']}, {rules['bits']} bits, groups of {rules['group_size']}"
    note = f"\n## Converted\n\nBy docsearch from {model_name(source)} into MLX's quantised form: {how}.\n"
    with (folder / "README.md").open("a", encoding="utf-8") as card:
        card.write(note)
