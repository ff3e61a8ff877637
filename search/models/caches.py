"""Where models lie on this machine, and in which state they are.

This module reads the folders itself and loads no library, so that importing it costs little. It
knows two layouts: the Hugging Face hub's cache (`models--ORG--NAME/snapshots/COMMIT`, see
https://huggingface.co/docs/huggingface_hub/guides/manage-cache) and plain folders, `NAME` or
`ORG/NAME`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..errors import ModelError
from .borrowed_words import tokenizer_folder

REPOSITORY = "models--"
CONFIG, TOKENIZER = "config.json", "tokenizer.json"
NEEDED = (CONFIG, TOKENIZER)
WEIGHTS, WEIGHTS_INDEX = "model.safetensors", "model.safetensors.index.json"
HEADER_LENGTH_BYTES = 8
MAX_HEADER_BYTES = 100_000_000


class ModelState(StrEnum):
    """What can be known of a model without loading it."""

    AVAILABLE = "available"
    MISSING = "missing"
    PARTIAL = "partial"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that may hold models.

    `named` is the option or environment variable that names the folder; it is empty for a default
    one. Where a named folder's `anchor` does not exist, its disk counts as unplugged.
    """

    folder: Path
    named: str
    anchor: Path

    @property
    def unplugged(self) -> bool:
        """Whether the user named this place and it cannot be reached."""
        return bool(self.named) and not self.anchor.is_dir()

    @property
    def absence(self) -> str:
        """The message about an unplugged place."""
        return f"the models folder {self.folder} (from {self.named}) is not there"


@dataclass(frozen=True, slots=True)
class CachedModel:
    """A model in a place, whole or not.

    `folder` holds the model's files, and `store` is all that belongs to the model on the disk.
    """

    name: str
    folder: Path
    store: Path

    @property
    def size_bytes(self) -> int:
        """Bytes on the disk. A file counts once, even where several links lead to it."""
        files = (Path(top, name) for top, _, names in os.walk(self.store) for name in names)
        sizes = {os.path.realpath(path): path.stat().st_size for path in files if path.exists()}
        return sum(sizes.values())


def places(cache_folder: str | None = None) -> tuple[Place, ...]:
    """The places where models are looked for, in this order.

    They are the user's folder for models, the hub's cache, and docsearch's own folder.
    """
    return tuple(
        place for place in (user_place(cache_folder), hub_place(), own_place()) if place is not None
    )


def user_place(cache_folder: str | None = None) -> Place | None:
    """The folder that `--cache-folder` or DOCSEARCH_MODELS names; None where neither is given."""
    for named, value in (
        ("--cache-folder", cache_folder),
        ("DOCSEARCH_MODELS", os.environ.get("DOCSEARCH_MODELS")),
    ):
        if value:
            folder = _expanded(value)
            return Place(folder, named, anchor=folder)
    return None


def hub_place() -> Place:
    """The Hugging Face hub's cache, found as the hub's own client finds it.

    The anchor is the parent of the named folder, because the client creates the folder itself.
    """
    variables = (("HF_HUB_CACHE", ""), ("HUGGINGFACE_HUB_CACHE", ""), ("HF_HOME", "hub"))
    for named, subfolder in variables:
        if value := os.environ.get(named):
            folder = _expanded(value)
            return Place(folder / subfolder, named, anchor=folder.parent)
    folder = _expanded(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"
    return Place(folder, "", anchor=folder)


def own_place() -> Place:
    """The folder of the models that were converted here."""
    from platformdirs import user_data_dir

    folder = Path(user_data_dir("docsearch", appauthor=False)) / "models"
    return Place(folder, "", anchor=folder)


def cached_models(place: Place) -> Iterator[CachedModel]:
    """The models in a place, by name; none where the folder does not exist.

    Raises ModelError where a folder may not be read.
    """
    for entry in _subfolders(place.folder):
        if entry.name.startswith(REPOSITORY):
            yield CachedModel(repository_name(entry.name), _snapshot(entry), entry)
        elif _holds_model(entry):
            yield CachedModel(entry.name, entry, entry)
        else:
            for inner in _subfolders(entry):
                if _holds_model(inner):
                    yield CachedModel(f"{entry.name}/{inner.name}", inner, inner)


def repository_folder(name: str) -> str:
    """A repository's folder in the hub's cache.

    >>> repository_folder("Qwen/Qwen3-Embedding-0.6B")
    'models--Qwen--Qwen3-Embedding-0.6B'
    """
    return REPOSITORY + name.replace("/", "--")


def repository_name(folder: str) -> str:
    """The inverse of `repository_folder`: an organisation's name cannot contain a double hyphen.

    >>> repository_name("models--Qwen--Qwen3-Embedding-0.6B")
    'Qwen/Qwen3-Embedding-0.6B'
    """
    return folder.removeprefix(REPOSITORY).replace("--", "/", 1)


def condition(model: CachedModel) -> tuple[ModelState, str]:
    """A model's state, and what is missing or wrong in a few words; empty where nothing is.

    This looks at names, sizes and the headers of the weights. `checksums` compares all bytes.
    """
    try:
        with _permitted(model.folder):
            lent = tokenizer_folder(model.folder)
            own = NEEDED if lent == model.folder else (CONFIG,)
            missing = [name for name in own if not (model.folder / name).is_file()]
            if lent != model.folder:
                missing += [
                    f"{name} of {lent.name}"
                    for name in (TOKENIZER, WEIGHTS)
                    if not (lent / name).is_file()
                ]
        weights = weight_files(model.folder)
        missing += [path.name for path in weights if not path.is_file()]
        if missing:
            return ModelState.PARTIAL, f"{', '.join(missing)} missing"
        read_object(model.folder / "config.json")
        for path in weights:
            weights_header(path)
    except ModelError as error:
        return ModelState.DAMAGED, error.message.replace(f"{model.folder}{os.sep}", "")
    return ModelState.AVAILABLE, ""


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The weight files that the folder has or should have.

    Raises ModelError where the file that lists them is damaged.
    """
    index = folder / WEIGHTS_INDEX
    if not index.is_file():
        return (folder / WEIGHTS,)
    shards = read_object(index).get("weight_map")
    if (
        not isinstance(shards, dict)
        or not shards
        or not all(isinstance(name, str) for name in shards.values())
    ):
        raise ModelError(f"{index} names no weight files")
    return tuple(folder / Path(name).name for name in sorted(set(shards.values())))


def weights_header(path: Path) -> dict[str, Any]:
    """A safetensors file's header: its tensors and `__metadata__`.

    `SafetensorsFile` needs numpy, and this does not.
    Raises ModelError where the file is cut short or is not a safetensors file.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(HEADER_LENGTH_BYTES), "little")
        if not 0 < length <= min(size, MAX_HEADER_BYTES):
            raise ModelError(f"{path} is cut short, or is not a safetensors file")
        source = file.read(length)
    try:
        header = json.loads(source)
        tensors = [entry for name, entry in header.items() if name != "__metadata__"]
        end = max((int(entry["data_offsets"][1]) for entry in tensors), default=0)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise ModelError(f"{path} has a damaged header") from error
    if HEADER_LENGTH_BYTES + length + end != size:
        raise ModelError(
            f"{path} is cut short"
            if HEADER_LENGTH_BYTES + length + end > size
            else f"{path} is too long"
        )
    return dict(header)


def read_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises ModelError where the file has none or cannot be read."""
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is not JSON") from error
    if not isinstance(value, dict):
        raise ModelError(f"{path} holds no JSON object")
    return value


def _snapshot(repository: Path) -> Path:
    """The folder of the commit that `main` stands for, or of the newest one where it is unset."""
    main = repository / "refs" / "main"
    if main.is_file():
        return repository / "snapshots" / main.read_text(encoding="utf-8", errors="replace").strip()
    snapshots = sorted(
        _subfolders(repository / "snapshots"), key=lambda folder: folder.stat().st_mtime_ns
    )
    return snapshots[-1] if snapshots else repository / "snapshots"


def _subfolders(folder: Path) -> list[Path]:
    """The folders in a folder, none where it does not exist.

    Raises ModelError where it may not be read.
    """
    with _permitted(folder):
        if not folder.is_dir():
            return []
        return sorted(
            entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")
        )


def _holds_model(folder: Path) -> bool:
    with _permitted(folder):
        return any((folder / name).is_file() for name in (*NEEDED, WEIGHTS, WEIGHTS_INDEX))


@contextmanager
def _permitted(folder: Path) -> Iterator[None]:
    """A context that turns a refusal of the system into a ModelError."""
    try:
        yield
    except PermissionError as error:
        place = error.filename or folder
        raise ModelError(
            f"the models folder {place} may not be read", "correct its permissions, or move it"
        ) from error


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(os.path.expanduser(path))).absolute()
