"""The models that installed packages bring.

A package names them as entry points of the group `docsearch.models`: an entry's name is the
model's, and its value is a package, or a part of one, that has a folder of that name. A slash
stands in the names of repositories alone. The folder is found without running code of the package.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ModelError
from .caches import CachedModel

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

GROUP = "docsearch.models"


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model in an installed package; `distribution` is the package's name for pip."""

    name: str
    folder: Path
    distribution: str

    @property
    def files(self) -> CachedModel:
        """The model's files, whether they are there or not."""
        return CachedModel(self.name, self.folder, self.folder)

    @property
    def repair(self) -> str:
        """What to do where the model is not whole."""
        return f"install its package again: pip install --force-reinstall {self.distribution}"

    @property
    def removal(self) -> str:
        """What removes the model."""
        return f"to remove it, run: pip uninstall {self.distribution}"


def packaged_models() -> tuple[PackagedModel, ...]:
    """The models of all installed packages, by name.

    Raises ModelError for a package whose list of models cannot be read, and where two packages
    bring a model of the same name.
    """
    models: dict[str, PackagedModel] = {}
    for distribution in _distributions():
        for entry in _entries(distribution):
            model = PackagedModel(entry.name, _folder(entry, distribution), distribution.name)
            if "/" in entry.name:
                raise ModelError(
                    f"the package {model.distribution} brings {entry.name}: "
                    "a model of a package has no slash in its name",
                    f"tell its makers, and remove it: pip uninstall {model.distribution}",
                )
            if entry.name in models:
                first = models[entry.name].distribution
                raise ModelError(
                    f"the packages {first} and {model.distribution} both bring {entry.name}",
                    f"remove one of them: pip uninstall {model.distribution}",
                )
            models[entry.name] = model
    return tuple(models[name] for name in sorted(models))


def packaged(name: str) -> PackagedModel | None:
    """The model of that name in an installed package; None where there is none."""
    if "/" in name:
        return None
    return next((model for model in packaged_models() if model.name == name), None)


def packaged_at(folder: Path) -> PackagedModel | None:
    """The packaged model in that folder; None where no such model lies there."""
    return next((model for model in packaged_models() if model.folder == folder), None)


def _distributions() -> Iterator[Distribution]:
    """The installed packages, each once: the first in the order of sys.path counts."""
    from importlib.metadata import distributions

    seen = set()
    for distribution in distributions():
        # A folder without metadata, which an interrupted installation leaves, has no name.
        names = distribution.metadata.get_all("Name")
        if names and names[0] not in seen:
            seen.add(names[0])
            yield distribution


def _entries(distribution: Distribution) -> list[EntryPoint]:
    try:
        # Most packages bring no models. Their entry points, whatever their state, are not parsed.
        if GROUP not in (distribution.read_text("entry_points.txt") or ""):
            return []
        return list(distribution.entry_points.select(group=GROUP))
    except UnicodeDecodeError:
        return []
    except (TypeError, ValueError) as error:
        # importlib.metadata raises these for a line that is no entry.
        raise ModelError(
            f"the entry_points.txt of the package {distribution.name} is damaged",
            f"install it again: pip install --force-reinstall {distribution.name}",
        ) from error


def _folder(entry: EntryPoint, distribution: Distribution) -> Path:
    """The model's folder, which need not be there."""
    from importlib.util import find_spec

    package, *parts = entry.value.split(".")
    try:
        # Only the package's place is asked for, which imports nothing.
        spec = find_spec(package) if package.isidentifier() else None
    except ValueError:
        # A module that is being run, such as __main__, may have no place.
        spec = None
    locations = list(spec.submodule_search_locations or ()) if spec is not None else []
    folders = [Path(place, *parts, entry.name).absolute() for place in locations]
    missing = Path(str(distribution.locate_file(package)), *parts, entry.name).absolute()
    return next((folder for folder in folders if folder.is_dir()), missing)
