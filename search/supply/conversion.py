"""From a plain checkpoint to MLX's quantised form, which takes a quarter to half of the space.

The new folder has all files of the model, and it appears only once it is whole.
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
ARCHITECTURES = ("qwen3", "bert", "xlm-roberta")
SHARD_BYTES = 5 * 10**9
SPARE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Mode:
    """One of MLX's formats: its numbers of bits and its group sizes, the default first."""

    bits: tuple[int, ...]
    group_sizes: tuple[int, ...]


MODES = {
    "affine": Mode((8, 4), (64, 32, 128)),
    "mxfp4": Mode((4,), (32,)),
    "mxfp8": Mode((8,), (32,)),
}


@dataclass(frozen=True, slots=True)
class Conversion:
    """The result of a conversion: both folders, and the bytes of the weights in each."""

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
    """Quantises the model in `source` into a new folder.

    The folder also gets the model's head, pooling, tokenizer, card and licence, and SHA256SUMS. It
    is `out`, or NAME-4bit and the like in the user's folder for models or docsearch's own.
    Raises UsageError for settings that `mode` does not have and for a folder that exists already,
    and ModelError for a model that is quantised already, damaged, or of another architecture.
    Raises StorageFull before anything is written.
    """
    # Check the settings, the model and the new folder.
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
            f"the folder's name must begin with {name}", "its prompts are found by that name"
        )
    files = weight_files(source)
    source_bytes = sum(path.stat().st_size for path in files)
    make_private_folder(out.parent)
    _check_room(out.parent, source_bytes * (rules["bits"] + 1) // 16)
    # Work in a folder whose name begins with a dot: it does not count as a model until it is whole.
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
    """MLX's rules for the settings. Raises UsageError where `mode` does not have them."""
    if mode not in MODES:
        raise UsageError(f"there is no mode {mode}", f"choose one of: {', '.join(MODES)}")
    settings = MODES[mode]
    rules = {
        "group_size": group_size or settings.group_sizes[0],
        "bits": bits or settings.bits[0],
        "mode": mode,
    }
    for key, allowed in (("bits", settings.bits), ("group_size", settings.group_sizes)):
        if rules[key] not in allowed:
            choice = " or ".join(map(str, sorted(allowed)))
            raise UsageError(
                f"{mode} has no {key.replace('_', ' ')} of {rules[key]}", f"choose {choice}"
            )
    return rules


def _plain_config(source: Path) -> dict[str, Any]:
    """The model's config.json. Raises ModelError where the model cannot be converted."""
    from ..models.checkpoint import Checkpoint

    checkpoint = Checkpoint(source)
    if "quantization" in checkpoint.config:
        raise ModelError(
            f"{model_name(source)} is quantised already", "convert the standard checkpoint"
        )
    if checkpoint.model_type not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise ModelError(
            f"{source} is a {checkpoint.model_type} model", f"only {known} models are converted"
        )
    return dict(checkpoint.config)


def _check_room(folder: Path, size: int) -> None:
    """Raises StorageFull where the disk of `folder` has no room for a model of `size` bytes."""
    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise StorageFull(
            f"the converted model takes {size / 1e9:,.2f} GB, "
            f"and the disk of {folder} has {free / 1e9:,.2f} GB left",
            "make room, or name a folder on another disk with --out",
        )


def _write_weights(
    files: tuple[Path, ...], rules: dict[str, Any], folder: Path, shard_bytes: int
) -> None:
    """Quantises the weights in `files`, and writes them to one file or several in `folder`."""
    import mlx.core as mx

    from ..models.inference_thread import on_inference_thread

    def write() -> list[list[str]]:
        return [
            _save(mx, shard, folder / f"{number}.part.safetensors")
            for number, shard in enumerate(_shards(quantized(files, rules), shard_bytes))
        ]

    # Write the files under names of their own: the final names contain the number of files.
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
    # Several files need an index, which says in which file each weight is.
    if len(shards) > 1:
        total = sum((folder / file).stat().st_size for file in set(weight_map.values()))
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
        (folder / WEIGHTS_INDEX).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _save(mx: Any, shard: Arrays, path: Path) -> list[str]:
    """Writes the arrays of one file, frees them, and returns their names."""
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
    """The weights in groups of at most `limit` bytes, unless one weight alone is larger."""
    shard: Arrays = {}
    shard_bytes = 0
    for arrays in weights:
        weight_bytes = sum(array.nbytes for array in arrays.values())
        if shard and shard_bytes + weight_bytes > limit:
            yield shard
            shard, shard_bytes = {}, 0
        shard |= arrays
        shard_bytes += weight_bytes
    yield shard


def _copy(source: Path, folder: Path, rules: dict[str, Any]) -> None:
    """Copies the model's other files, and adds a note about the conversion to its card."""
    projections = (
        str(path.relative_to(source))
        for path in source.glob("[0-9]_Dense/*")
        if path.suffix in DENSE
    )
    for name in (*COPIED, *projections):
        if (source / name).is_file():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(source / name, folder / name)
    form = f"{rules['mode']}, {rules['bits']} bits, groups of {rules['group_size']}"
    note = (
        "\n## Converted\n\n"
        f"By docsearch from {model_name(source)} into MLX's quantised form: {form}.\n"
    )
    with (folder / "README.md").open("a", encoding="utf-8") as card:
        card.write(note)
