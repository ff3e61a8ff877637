"""Which models an index is to have: what is asked for goes before the settings, and those before what fits the machine."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from ..errors import ModelMismatch
from ..models.local import full_name
from ..models.profiles import profile_named
from ..results import IndexModels
from .inventory import fitting_profile


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Models by name, None where nothing is said.

    embedder, reranker: a repository or a folder, instead of the profile's. dimensions: what the embedder's vectors are cut to.
    """

    profile: str | None = None
    embedder: str | None = None
    reranker: str | None = None
    dimensions: int | None = None

    @property
    def is_about_vectors(self) -> bool:
        """True where it says something of what makes vectors."""
        return (self.profile, self.embedder, self.dimensions) != (None, None, None)

    @property
    def flags(self) -> str:
        """The choice as options of `docsearch ingest`.

        >>> ModelChoice("fast", dimensions=256).flags
        '--profile fast --dimensions 256'
        """
        values = (self.profile, self.embedder, self.reranker, self.dimensions)
        named = zip(("--profile", "--embedder", "--reranker", "--dimensions"), values, strict=True)
        return " ".join(
            f"{flag} {shlex.quote(str(value))}" for flag, value in named if value is not None
        )

    def over(self, other: ModelChoice) -> ModelChoice:
        """This choice, and `other` in what it leaves open; who names a profile means all of it, and dimensions belong to their embedder.

        >>> ModelChoice(embedder="BAAI/bge-base-en-v1.5").over(ModelChoice(profile="best", dimensions=256))
        ModelChoice(profile='best', embedder='BAAI/bge-base-en-v1.5', reranker=None, dimensions=None)
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
    """A choice with everything decided: `reranker` is empty where it is the profile's own, `dimensions` None where they are the embedder's."""

    profile: str
    embedder: str
    reranker: str
    dimensions: int | None


def models_for_new(choice: ModelChoice) -> Models:
    """The models of a new index. Raises UsageError for an unknown profile."""
    profile = profile_named(choice.profile) if choice.profile else fitting_profile()
    return Models(
        profile.name,
        full_name(choice.embedder) if choice.embedder else profile.embedder,
        full_name(choice.reranker) if choice.reranker else "",
        choice.dimensions,
    )


def models_after(record: IndexModels, choice: ModelChoice) -> Models:
    """The models that an index with this record has after the choice. Raises UsageError for an unknown profile."""
    profile = profile_named(choice.profile or record.profile)
    own = profile.embedder if choice.profile else record.embedder
    embedder = full_name(choice.embedder) if choice.embedder else own
    kept = record.dimensions if embedder == record.embedder else None
    return Models(
        profile.name,
        embedder,
        full_name(choice.reranker)
        if choice.reranker
        else ""
        if choice.profile
        else record.reranker,
        kept if choice.dimensions is None else choice.dimensions,
    )


def check_same_vectors(record: IndexModels, choice: ModelChoice) -> Models:
    """As `models_after`. Raises ModelMismatch where the index's vectors would not be comparable with those of the choice."""
    models = models_after(record, choice)
    if (models.embedder, models.dimensions) == (record.embedder, record.dimensions):
        return models
    if models.embedder == record.embedder:
        what = f"this index has vectors of {record.dimensions} dimensions, not {models.dimensions}"
    elif choice.embedder is None and models.profile != record.profile:
        what = f"this index was made with the profile {record.profile}, not {models.profile}"
    else:
        what = f"this index was made with {record.embedder}, not {models.embedder}"
    raise ModelMismatch(
        what,
        f"embed its documents anew: docsearch ingest --reembed {choice.flags}; or make another index: "
        f"docsearch --index DIR ingest {choice.flags} FOLDER",
    )
