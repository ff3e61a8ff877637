"""From a model's name to its folder on this machine."""

from __future__ import annotations

from pathlib import Path

from ..errors import ModelError
from .bundled import BUNDLED
from .caches import CachedModel, ModelState, cached_models, condition, places
from .packaged import packaged
from .profiles import PROFILES

PATHS = ("/", "./", "../", "~")
"""What the name of a model folder begins with."""


def model_folder(name: str, cache_folder: str | None = None) -> Path:
    """The local folder of the model `name`.

    The name is that of a model that comes with docsearch or with another installed package, a path,
    a repository id (`ORG/NAME`), or the last part of such an id. Only what begins with `/`, `./`,
    `../` or `~` is a path: a folder of the working folder, which may come with a cloned tree, must
    not stand in for a model by its name. The model is looked for in the installed packages, then in
    `cache_folder` or the folder that DOCSEARCH_MODELS names, then in the hub's cache, then in
    docsearch's own folder. Raises ModelError, with the command to run, where the model is missing
    or not whole, and where several models have the name.
    """
    if name in BUNDLED:
        return BUNDLED[name].folder
    if name.startswith(PATHS):
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise ModelError(
                f"{folder} is not a model folder", "name one with config.json and model.safetensors"
            )
        return folder
    in_package = packaged(name)
    models = [in_package.files] if in_package else []
    states = [(*condition(model), model) for model in (*models, *find(name, cache_folder))]
    # A whole copy in any place is used before a damaged one is reported.
    for state, _, model in states:
        if state is ModelState.AVAILABLE:
            return model.folder
    for state, detail, model in states:
        raise ModelError(f"{model.name} is {state}: {detail}", remedy(model.name))
    command = f"docsearch models pull {name}" if is_repository(name) else "docsearch models list"
    for profile in PROFILES.values():
        if profile.package and name in (profile.embedder, profile.reranker):
            hint = f"install the package {profile.package}"
            # Only the package has the reranker.
            if name == profile.embedder:
                hint += f", or run: docsearch models pull {profile.name}"
            raise ModelError(f"the model {name} is not here", hint)
    if Path(name).is_dir():
        raise ModelError(
            f"the model {name} is not here, but a folder of that name is",
            f"to use the folder, name it ./{name}; for the model, run: {command}",
        )
    for place in places(cache_folder):
        if place.unplugged:
            raise ModelError(
                f"{name} is not here, and {place.absence}", f"plug in its disk, or run: {command}"
            )
    raise ModelError(f"the model {name} is not here", f"run: {command}")


def is_repository(name: str) -> bool:
    """Whether a name has the form of a repository's id, `ORG/NAME`, so that it can be pulled.

    >>> is_repository("Qwen/Qwen3-Reranker-0.6B"), is_repository("nonsense")
    (True, False)
    """
    return name.count("/") == 1


def remedy(name: str) -> str:
    """The hint that says what to do about a model that is not whole.

    >>> remedy("bge-mine")
    'delete it and make it again: docsearch models rm bge-mine'
    """
    if model := packaged(name):
        return model.repair
    return (
        f"run: docsearch models pull {name}"
        if is_repository(name)
        else f"delete it and make it again: docsearch models rm {name}"
    )


def full_name(name: str) -> str:
    """The name by which a model is found from any working folder.

    It is a folder's absolute path, the whole name of a repository, or the name of a model of an
    installed package.
    Raises ModelError where several models have a name with that last part.
    """
    if name in BUNDLED or packaged(name):
        return name
    if not name.startswith(PATHS):
        found = find(name)
        return found[0].name if found else name
    return str(Path(name).expanduser().absolute())


def find(name: str, cache_folder: str | None = None) -> list[CachedModel]:
    """The model with that name, or with that last part of its name, in each place that has it.

    Raises ModelError where several models have a name with that last part.
    """
    models = [model for place in places(cache_folder) for model in cached_models(place)]
    exact = [model for model in models if model.name == name]
    found = exact or [model for model in models if model.name.rsplit("/", 1)[-1] == name]
    names = sorted({model.name for model in found})
    if len(names) > 1:
        raise ModelError(f"{name} is the name of {' and of '.join(names)}", "give the whole name")
    return found
