"""The profiles, and the choice of one for a machine."""

import pytest

from search.errors import UsageError
from search.models.profiles import PROFILES, choose_profile, profile_named

GB = 1 << 30


@pytest.mark.parametrize(
    ("has_gpu", "memory", "present", "chosen"),
    [
        (True, 64 * GB, "", "starter"),
        (True, 64 * GB, "Qwen3-Embedding-8B", "max"),
        (True, 24 * GB, "Qwen3-Embedding-8B", "starter"),
        (True, 24 * GB, "Qwen3", "best"),
        (False, 64 * GB, "Qwen3", "starter"),
        (False, 8 * GB, "bge-small", "fast"),
        (True, 8 * GB, "mlx-community", "balanced"),
        (True, 64 * GB, "multilingual", "starter"),
    ],
)
def test_the_largest_profile_that_is_present_and_fits_is_chosen(
    has_gpu: bool, memory: int, present: str, chosen: str
) -> None:
    assert (
        choose_profile(has_gpu, memory, lambda name: bool(present) and present in name).name
        == chosen
    )


def test_an_unknown_profile_is_refused_with_the_known_names() -> None:
    assert list(PROFILES) == ["starter", "fast", "balanced", "best", "max", "multilingual"]
    with pytest.raises(
        UsageError,
        match=(
            "there is no profile 'huge'; "
            "the profiles are: starter, fast, balanced, best, max, multilingual"
        ),
    ):
        profile_named("huge")
