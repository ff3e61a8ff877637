"""The history of the lines that a user typed."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui.app.history import MAX_LINES, History


def test_up_and_down_move_through_the_lines(tmp_path: Path) -> None:
    history = History(tmp_path / "state" / "history")
    for line in ("rent", "boiler", "rent"):
        history.add(line)
    assert history.lines == ["boiler", "rent"]
    assert [history.older("ti"), history.older("rent"), history.older("boiler")] == [
        "rent",
        "boiler",
        None,
    ]
    assert history.browsing
    assert [history.newer(), history.newer(), history.newer()] == ["rent", "ti", None]
    assert not history.browsing


def test_editing_a_recalled_line_starts_anew(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.add("rent")
    history.add("tide")
    assert history.older("") == "tide"
    history.typed("tide")
    assert history.older("tide") == "rent"
    history.typed("rents")
    assert history.older("rents") == "tide"


def test_another_app_sees_the_lines_and_only_the_user_may_read_them(tmp_path: Path) -> None:
    file = tmp_path / "history"
    first, second = History(file), History(file)
    first.add("rent  increase\n")
    second.add("tide\u2028s")
    assert History(file).lines == ["rent increase", "tide s"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_oldest_lines_are_dropped(tmp_path: Path) -> None:
    file = tmp_path / "history"
    file.write_text("".join(f"line {number}\n" for number in range(MAX_LINES)))
    history = History(file)
    history.add("newest")
    assert history.lines == [*(f"line {number}" for number in range(1, MAX_LINES)), "newest"]


def test_lines_have_times_and_those_of_older_versions_are_read(tmp_path: Path) -> None:
    file = tmp_path / "history"
    file.write_text("rent\ntide\n")
    times = iter(datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(hours=n) for n in range(3))
    history = History(file, lambda: next(times))
    assert [history.time_of(line) for line in ("rent", "tide", "boiler")] == ["", "", ""]
    history.add("boiler")
    history.add("rent")
    assert file.read_text() == (
        "\ttide\n2026-11-23T12:00:00Z\tboiler\n2026-11-23T13:00:00Z\trent\n"
    )
    # The same line again has the later time.
    history.add("rent")
    again = History(file)
    assert again.lines == ["tide", "boiler", "rent"]
    assert again.time_of("rent") == "2026-11-23T14:00:00Z"


def test_a_line_in_place_of_another_keeps_the_rest(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    for line in ("tide", "rent", "tide"):
        history.add(line)
    history.add("tide tables", instead="tide")
    assert history.lines == ["rent", "tide tables"]
