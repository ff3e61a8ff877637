"""From a model's name to its folder on this machine."""

from __future__ import annotations

from pathlib import Path

from ..errors import ModelError
from .bundled import BUNDLED
from .caches import Cached, ModelState, cached_models, condition, places


def model_folder(name: str, cache_folder: str | None = None) -> Path:
    """The local folder of the model `name`: one of the package's, a path, a repository id (`ORG/NAME`), or the last part of one.

    Looked for in `cache_folder` or what DOCSEARCH_MODELS names, then in the hub's cache and in docsearch's own folder.
    ModelError, with the command to run, where it is not there, not whole, or where several models have the name.
    """
    if name in BUNDLED:
        return BUNDLED[name].folder
    if name.startswith(("/", ".", "~")):
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise ModelError(
                f"{folder} is no model folder", "name one with config.json and model.safetensors"
            )
        return folder
    states = [(*condition(model), model) for model in find(name, cache_folder)]
    for state, _, model in states:
        if state is ModelState.AVAILABLE:
            return model.folder
    for state, detail, model in states:
        raise ModelError(f"{model.name} is {state}: {detail}", remedy(model.name))
    if Path(name).is_dir():
        return Path(name)
    command = f"docsearch models pull {name}"
    for place in places(cache_folder):
        if place.unplugged:
            raise ModelError(
                f"{name} is not here, and {place.absence}", f"plug in its disk, or run: {command}"
            )
    raise ModelError(f"the model {name} is not here", f"run: {command}")


def remedy(name: str) -> str:
    """What to do about a model that is not whole.

    >>> remedy("bge-mine")
    'delete it and make it again: docsearch models rm bge-mine'
    """
    is_repository = name.count("/") == 1
    return (
        f"run: docsearch models pull {name}"
        if is_repository
        else f"delete it and make it again: docsearch models rm {name}"
    )


def full_name(name: str) -> str:
    """The name by which a model is found from any folder: a folder's absolute path, or the whole name of a repository.

    ModelError where several models have the last part of a name.
    """
    if name in BUNDLED:
        return name
    if not name.startswith(("/", ".", "~")):
        if found := find(name):
            return found[0].name
        if not Path(name).is_dir():
            return name
    return str(Path(name).expanduser().absolute())


def find(name: str, cache_folder: str | None = None) -> list[Cached]:
    """The model of that name, or of that last part of a name, in each place that has it.

    ModelError where several models have that last part.
    """
    models = [model for place in places(cache_folder) for model in cached_models(place)]
    exact = [model for model in models if model.name == name]
    found = exact or [model for model in models if model.name.rsplit("/", 1)[-1] == name]
    names = sorted({model.name for model in found})
    if len(names) > 1:
        raise ModelError(f"{name} may be {' or '.join(names)}", "give the whole name")
    return found
