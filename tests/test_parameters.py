"""Option values that people type are converted, or refused with a hint."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from tui.parameters import SCORE, SECONDS, Date, Number, path_globs

NOW = datetime(2026, 11, 23, 15, 30)
FIRST, LAST = -(2**63), 2**63 - 1


def ns(moment: datetime) -> int:
    return int(moment.timestamp()) * 10**9


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-11-02", datetime(2026, 11, 2)),
        ("2026-11", datetime(2026, 11, 1)),
        ("2026", datetime(2026, 1, 1)),
        ("2026-11-02T10:15", datetime(2026, 11, 2, 10, 15)),
        ("2026-11-02 10:15:30", datetime(2026, 11, 2, 10, 15, 30)),
        ("2026-11-02T10:00:00Z", datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ("2026-11-02t10:00z", datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ("2026-11-02 10:00+02:00", datetime(2026, 11, 2, 8, tzinfo=UTC)),
        ("2026-11-02T10:00:00-0130", datetime(2026, 11, 2, 11, 30, tzinfo=UTC)),
        ("today", datetime(2026, 11, 23)),
        (" Yesterday ", datetime(2026, 11, 22)),
        ("2w", datetime(2026, 11, 23) - timedelta(days=14)),
    ],
)
def test_a_date_is_the_start_of_what_was_typed(typed: str, moment: datetime) -> None:
    assert Date(NOW).convert(typed, None, None) == ns(moment)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1600", FIRST),
        ("0001-01-01", FIRST),
        ("0001-01-01T00:00+14:00", FIRST),
        ("9999y", FIRST),
        ("999999999y", FIRST),
        ("2300", LAST),
        ("9999-12-31", LAST),
        ("9999-12-31T23:59:59-12:00", LAST),
    ],
)
def test_a_date_far_away_is_the_nearest_that_a_file_can_have(typed: str, expected: int) -> None:
    assert Date(NOW).convert(typed, None, None) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "soon",
        "",
        "2026-13",
        "10000",
        "2026-11-02T10:00:00 Z",
        pytest.param("9" * 5000 + "d", id="digits"),
    ],
)
def test_an_invalid_date_is_refused(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="is no date; write it like 2026-11-02"):
        Date(NOW).convert(typed, None, None)


@pytest.mark.parametrize("typed", ["nan", "-nan", "inf", "1.01", "-0.1"])
def test_an_invalid_score_is_refused(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="is not in the range 0<=x<=1"):
        SCORE.convert(typed, None, None)


@pytest.mark.parametrize("typed", ["nan", "-nan", "-0.1"])
def test_an_invalid_time_is_refused(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="is not in the range x>=0"):
        SECONDS.convert(typed, None, None)


@pytest.mark.parametrize("kind", [SCORE, SECONDS])
def test_a_word_is_refused_as_a_number(kind: Number) -> None:
    with pytest.raises(click.BadParameter, match="is not a valid float"):
        kind.convert("much", None, None)


def test_a_score_is_a_number() -> None:
    assert SCORE.convert("0.5", None, None) == 0.5


def test_a_glob_that_begins_with_an_existing_path_counts_from_the_working_folder(
    tmp_path: Path,
) -> None:
    top = tmp_path.resolve()
    (top / "qa" / "f[1]").mkdir(parents=True)
    (top / "qa" / "f[1]" / "kettle.md").touch()
    (top / "link").symlink_to("qa")
    folder = f"{top}/qa/f[[]1]"
    cases = {
        "f[1]/kettle.md": (f"{folder}/kettle.md",),
        "./f[1]/": (folder,),
        "f[1]/*.md": (f"{folder}/*.md",),
        "f[1]/**": (f"{folder}/**",),
        "f[1]/none/x.md": ("f[1]/none/x.md",),
        "../qa/*/kettle.md": (f"{top}/qa/*/kettle.md",),
        "../qa/**": (f"{top}/qa/**",),
        "../link/f*/kettle.md": (f"{top}/link/f*/kettle.md", f"{top}/qa/f*/kettle.md"),
        f"{top}/link": (f"{top}/link", f"{top}/qa"),
        ".": (f"{top}/qa",),
        "..": (str(top),),
        "f[1]": ("f[1]",),
        "*.md": ("*.md",),
        "none/**": ("none/**",),
        "": ("",),
        "/*/x.md": ("/*/x.md",),
    }
    assert {typed: path_globs([typed], f"{top}/qa") for typed in cases} == cases
