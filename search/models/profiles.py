"""Named pairs of models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..config import CANDIDATES
from ..errors import UsageError
from ..wording import closest, did_you_mean


@dataclass(frozen=True, slots=True)
class Profile:
    """A pair of models, what they are for, and the machine that runs them well.

    `reranker` is empty where the profile has none. `candidates` is the number of passages that the
    reranker reads where the caller names no other. Where an installed package brings the embedder,
    `package` is that package, and `download` is the repository that a pull fetches in its place.
    `is_chosen` says whether a new index of English documents may get the profile where nobody names
    one. `reads_english` is true where the embedder reads English alone.
    """

    name: str
    embedder: str
    reranker: str
    purpose: str
    memory_gb: int = 0
    needs_gpu: bool = False
    candidates: int = CANDIDATES
    package: str = ""
    download: str = ""
    is_chosen: bool = True
    reads_english: bool = False

    @property
    def embedders(self) -> tuple[str, ...]:
        """The names of the models of which one is the embedder."""
        return (self.embedder, self.download) if self.download else (self.embedder,)


_ALL = (
    Profile(
        "starter",
        "starter",
        "starter-reranker",
        "shipped with docsearch: works at once, offline, anywhere",
        candidates=12,
        reads_english=True,
    ),
    Profile(
        "fast",
        "mlx-community/bge-small-en-v1.5-bf16",
        "Qwen/Qwen3-Reranker-0.6B",
        "a small embedder, reranked",
        reads_english=True,
    ),
    Profile(
        "balanced",
        "mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ",
        "Qwen/Qwen3-Reranker-0.6B",
        "recommended on Apple Silicon",
        8,
        True,
    ),
    Profile(
        "best",
        "mlx-community/Qwen3-Embedding-4B-4bit-DWQ",
        "Qwen/Qwen3-Reranker-4B",
        "16 GB of memory and more",
        16,
        True,
    ),
    Profile(
        "max",
        "mlx-community/Qwen3-Embedding-8B-4bit-DWQ",
        "Qwen/Qwen3-Reranker-4B",
        "32 GB of memory and more",
        32,
        True,
    ),
    Profile(
        "multilingual",
        "multilingual-e5-small",
        "multilingual-reranker",
        "small models that read a hundred languages",
        candidates=16,
        package="docsearch-multilingual",
        download="intfloat/multilingual-e5-small",
        is_chosen=False,
    ),
)
PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in _ALL}


def choose_profile(has_gpu: bool, memory: int, is_present: Callable[[str], bool]) -> Profile:
    """The largest profile that this machine runs well and whose embedder is present.

    Where there is none, it is the starter. `memory` is in bytes.

    >>> choose_profile(True, 16 << 30, lambda name: "Qwen3-Embedding-0.6B" in name).name
    'balanced'
    """
    for profile in reversed([profile for profile in _ALL if profile.is_chosen]):
        fits = memory >= profile.memory_gb << 30 and (has_gpu or not profile.needs_gpu)
        if fits and (profile.embedder == "starter" or is_present(profile.embedder)):
            return profile
    return PROFILES["starter"]


def profile_named(name: str) -> Profile:
    """The profile of that name. Raises UsageError, which lists the names, for an unknown one."""
    if name not in PROFILES:
        raise UsageError(
            f"there is no profile {name!r}",
            did_you_mean(closest(name, PROFILES), f"the profiles are: {', '.join(PROFILES)}"),
        )
    return PROFILES[name]
