"""Checks of the models: whether they are here, whole, and those that made the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError
from ..models.bundled import BUNDLED
from ..models.caches import places
from ..models.local import PATHS, model_folder, remedy
from ..models.model_files import ModelFiles
from ..results import Check, CheckState
from ..supply.checksums import wrong_files

AREA = "models"


class InstalledModels:
    """The models of this machine, by name."""

    def folder(self, name: str) -> Path:
        """The model's folder. Raises ModelError where the model is missing or not whole."""
        return model_folder(name)

    def revision(self, name: str) -> str:
        """What identifies the model's weights. Raises ModelError."""
        return ModelFiles.named(name).checkpoint.fingerprint()


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model that the index uses.

    `revision` identifies the weights that it was used with, and is empty where that is unknown.
    `cure` says what to do where the model has other weights now.
    """

    role: str
    name: str
    revision: str
    lacking: CheckState
    cure: str


def model_checks(used: tuple[UsedModel, ...], models: InstalledModels) -> Iterator[Check]:
    """The checks of the index's models, and of the places that hold models."""
    for place in places():
        if place.unplugged:
            advice = "plug in its disk, or create the folder"
            yield Check(AREA, "place", CheckState.WARNING, place.absence, advice)
    for model in used:
        yield _model_check(model, models)


def _model_check(model: UsedModel, models: InstalledModels) -> Check:
    def check(state: CheckState, text: str, advice: str = "") -> Check:
        return Check(AREA, model.role, state, text, advice)

    try:
        # The bytes come first: damaged weights may have any fingerprint.
        folder = models.folder(model.name)
        if wrong := wrong_files(folder):
            text = f"{model.name} is damaged: {', '.join(wrong)}"
            return check(model.lacking, text, _cure(model.name))
        revision = models.revision(model.name)
    except ModelError as error:
        return check(model.lacking, error.message, error.hint)
    except OSError as error:
        text = f"{error.filename or model.name} cannot be read: {error.strerror}"
        return check(model.lacking, text, "correct its permissions")
    if model.revision not in ("", revision):
        text = f"{model.name} has the weights {revision}, and the index knows {model.revision}"
        return check(model.lacking, text, model.cure)
    return check(CheckState.OK, f"{model.name} is here and whole")


def _cure(name: str) -> str:
    """What to do about a model whose files are damaged."""
    if name in BUNDLED:
        return "it comes with docsearch: install docsearch again"
    return "copy the folder again" if name.startswith(PATHS) else remedy(name)
