"""Named pairs of models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import UsageError


@dataclass(frozen=True, slots=True)
class Profile:
    """An embedder and what it is for."""

    name: str
    embedder: str
    purpose: str


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            "starter", "starter", "bge-small-en-v1.5, 8-bit, shipped with docsearch: works at once, offline, anywhere"
        ),
    )
}


def profile_named(name: str) -> Profile:
    """The profile of that name. Raises UsageError with the names there are."""
    if name not in PROFILES:
        raise UsageError(f"there is no profile {name!r}", f"the profiles are: {', '.join(PROFILES)}")
    return PROFILES[name]
