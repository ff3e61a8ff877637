"""The models that docsearch knows by name, and all models that are on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError, UsageError
from ..models.bundled import BUNDLED, bundled_at
from ..models.caches import (
    CachedModel,
    ModelState,
    cached_models,
    condition,
    places,
    read_object,
    weight_files,
    weights_header,
)
from ..models.packaged import packaged_models
from ..models.profiles import PROFILES, Profile, choose_profile
from ..wording import closest, did_you_mean
from .known_models import APACHE, EMBEDDER, KNOWN, MIT, MLX, RERANKER, STANDARD, KnownModel

LICENCES = {"apache-2.0": APACHE, "mit": MIT}
FLOAT_BITS = {"F64": 64, "F32": 32, "F16": 16, "BF16": 16}
# All repositories of this organisation of the hub are in MLX's form.
MLX_COMMUNITY = "mlx-community/"
CLASSIFIER = "ForSequenceClassification"
EMBEDDER_NAMES = ("embed", "bge-", "gte-", "e5-")
RERANKER_NAMES = ("rerank", "cross-encoder", "ms-marco")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A row of the inventory.

    `role` is embedder or reranker, and `form` is standard or MLX. `bits` and `dimensions` are 0
    where they are unknown, and a reranker has no dimensions. `size_bytes` is what lies on the disk,
    and `download_bytes` is about what a pull fetches, 0 where that is unknown. `detail` says in a
    few words what is missing or wrong, and is empty where nothing is. `path` is the model's folder,
    empty where the model is missing.
    """

    name: str
    role: str
    form: str
    bits: int
    dimensions: int
    size_bytes: int
    download_bytes: int
    state: ModelState
    detail: str
    profiles: tuple[str, ...]
    licence: str
    path: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """All models, the known ones first, and warnings about the places that were searched."""

    models: tuple[ModelEntry, ...]
    warnings: tuple[str, ...]

    def embedder_of(self, profile: Profile) -> ModelEntry:
        """The row of the profile's embedder: one that is whole, or else what a pull fetches."""
        rows = [model for model in self.models if model.name in profile.embedders]
        return next((row for row in rows if row.state is ModelState.AVAILABLE), rows[-1])


def inventory(cache_folder: str | None = None) -> Inventory:
    """The models of packages, the known ones, and every other embedder and reranker here.

    Known models are listed whether they are on this machine or not.
    """
    all_places = places(cache_folder)
    found: dict[str, list[CachedModel]] = {}
    for place in all_places:
        for model in cached_models(place):
            found.setdefault(model.name, []).append(model)
    bundled = (
        _entry(CachedModel(name, model.folder, model.folder), None)
        for name, model in BUNDLED.items()
    )
    installed = (_entry(model, None) for model in _installed())
    # A model whose role cannot be told is listed where something is wrong with it.
    usable = [row for row in installed if row.role or row.state is not ModelState.AVAILABLE]
    rows = [*bundled, *usable, *(_best(found.pop(known.name, []), known) for known in KNOWN)]
    others = (_best(models, None) for _, models in sorted(found.items()))
    rows += [entry for entry in others if entry.role]
    hint = "plug in its disk, or create the folder"
    return Inventory(
        tuple(rows), tuple(f"{place.absence}; {hint}" for place in all_places if place.unplugged)
    )


def repositories(name: str) -> tuple[str, ...]:
    """The repositories that a name stands for.

    The name is that of a profile, the last part of a known model's name, or a repository id.
    Raises UsageError for any other name.

    >>> repositories("Qwen3-Reranker-4B")
    ('Qwen/Qwen3-Reranker-4B',)
    """
    if name in PROFILES:
        models = tuple(dict.fromkeys(model for model in _models_of(PROFILES[name]) if "/" in model))
        if not models:
            raise UsageError(f"the profile {name} needs no download", "it comes with docsearch")
        return models
    if name.count("/") == 1:
        return (name,)
    for known in KNOWN:
        if known.name.rsplit("/", 1)[-1] == name:
            return (known.name,)
    known_names = (known.name.rsplit("/", 1)[-1] for known in KNOWN)
    guess = closest(name, [*PROFILES, *known_names])
    raise UsageError(
        f"there is no known model or profile {name}",
        did_you_mean(guess, "give it as ORG/NAME, or see: docsearch models list"),
    )


def present_profiles(profiles: Iterable[Profile] = PROFILES.values()) -> tuple[Profile, ...]:
    """Those of `profiles` whose embedder is on this machine, whole. The starter always is."""
    profiles = tuple(profiles)
    wanted = {name for profile in profiles for name in profile.embedders}
    # To look through the installed packages takes longer than to look through the caches.
    installed = _installed() if any(profile.package for profile in profiles) else []
    cached = (model for place in places() for model in cached_models(place))
    here = (model for model in (*installed, *cached) if model.name in wanted)
    whole = {model.name for model in here if condition(model)[0] is ModelState.AVAILABLE}
    return tuple(
        profile
        for profile in profiles
        if profile.embedder == "starter" or not whole.isdisjoint(profile.embedders)
    )


def fitting_profile(language: str = "") -> Profile:
    """The profile for a new index, by this machine's memory, its GPU and the models on it.

    Documents that mostly are in a language other than English get the profile for many languages,
    where its model is here and that of the profile reads English alone. `language` is an ISO code,
    empty for English and where it is not known.
    """
    profile, multilingual = _profile_for_english(), PROFILES["multilingual"]
    if language and profile.reads_english and present_profiles((multilingual,)):
        return multilingual
    return profile


def _profile_for_english() -> Profile:
    eligible = [profile for profile in PROFILES.values() if profile.is_chosen]
    embedders = {profile.embedder for profile in present_profiles(eligible)}
    if embedders == {"starter"}:
        return PROFILES["starter"]
    from ..models.engines import has_gpu

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return choose_profile(has_gpu(), memory, embedders.__contains__)


def role_of(name: str, folder: Path) -> str:
    """The role of a model by its name and files: embedder, reranker, or empty for other models."""
    lower, config = name.lower(), _config(folder)
    architectures = config.get("architectures") or [""]
    if any(part in lower for part in RERANKER_NAMES) or str(architectures[0]).endswith(CLASSIFIER):
        return RERANKER
    pools = (folder / "1_Pooling").is_dir() or (folder / "modules.json").is_file()
    return EMBEDDER if pools or any(part in lower for part in EMBEDDER_NAMES) else ""


def _installed() -> list[CachedModel]:
    return [model.files for model in packaged_models()]


def _best(models: Iterable[CachedModel], known: KnownModel | None) -> ModelEntry:
    """The row for one model that may lie in several places: a whole copy, or else the first."""
    entries = [_entry(model, known) for model in models]
    if known is not None:
        entries.append(_missing(known))
    return next((entry for entry in entries if entry.state is ModelState.AVAILABLE), entries[0])


def _entry(model: CachedModel, known: KnownModel | None) -> ModelEntry:
    state, detail = condition(model)
    config = _config(model.folder)
    role = known.role if known else role_of(model.name, model.folder)
    form, bits = _form_and_bits(model, config)
    return ModelEntry(
        name=model.name,
        role=role,
        form=known.form if known else form,
        bits=bits or (known.bits if known else 0),
        dimensions=_dimensions(role, config, known),
        size_bytes=model.size_bytes,
        download_bytes=known.download_bytes if known else 0,
        state=state,
        detail=detail,
        profiles=_profiles_with(model.name),
        licence=known.licence if known else _licence(model.folder),
        path=str(model.folder),
    )


def _dimensions(role: str, config: dict[str, Any], known: KnownModel | None) -> int:
    width = config.get("hidden_size")
    if role == EMBEDDER and isinstance(width, int):
        return width
    return known.dimensions if known else 0


def _missing(known: KnownModel) -> ModelEntry:
    return ModelEntry(
        name=known.name,
        role=known.role,
        form=known.form,
        bits=known.bits,
        dimensions=known.dimensions,
        size_bytes=0,
        download_bytes=known.download_bytes,
        state=ModelState.MISSING,
        detail="",
        profiles=_profiles_with(known.name),
        licence=known.licence,
        path="",
    )


def _config(folder: Path) -> dict[str, Any]:
    """The folder's config.json; empty where it cannot be read, which `condition` reports."""
    try:
        return read_object(folder / "config.json")
    except ModelError:
        return {}


def _form_and_bits(model: CachedModel, config: dict[str, Any]) -> tuple[str, int]:
    """The form of a model and the bits of its weights (0: unknown), by its first weight file."""
    try:
        header = weights_header(next(path for path in weight_files(model.folder) if path.is_file()))
    except (ModelError, StopIteration):
        header = {}
    rules = config.get("quantization")
    metadata = header.pop("__metadata__", {})
    is_mlx = bool(rules) or metadata.get("format") == "mlx" or model.name.startswith(MLX_COMMUNITY)
    if isinstance(rules, dict) and isinstance(rules.get("bits"), int):
        return MLX, rules["bits"]
    bits = {
        FLOAT_BITS.get(entry["dtype"], 0)
        for entry in header.values()
        if len(entry.get("shape", ())) == 2
    }
    return MLX if is_mlx else STANDARD, max(bits, default=0)


def _models_of(profile: Profile) -> tuple[str, ...]:
    return tuple(model for model in (*profile.embedders, profile.reranker) if model)


def _profiles_with(name: str) -> tuple[str, ...]:
    return tuple(profile.name for profile in PROFILES.values() if name in _models_of(profile))


def _licence(folder: Path) -> str:
    """The licence that the model's card names in its front matter; empty where it names none."""
    card = folder / "README.md"
    if not card.is_file():
        return ""
    for line in card.read_text(encoding="utf-8", errors="replace")[:10_000].splitlines()[:50]:
        key, _, value = line.partition(":")
        if key == "license":
            return LICENCES.get(value.strip(), value.strip())
    return MIT if bundled_at(folder) else ""
