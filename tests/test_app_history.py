"""The history of the lines that a user typed."""

import stat
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
