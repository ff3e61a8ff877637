"""The looks of each screen: light, dark and narrow.

Renew the pictures with: pytest tests/test_app_snapshots.py --snapshot-update
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from search import RecentDocument, Scores, StoredText
from search.results import Explanation
from tui.app import DocsearchApp
from tui.app.saved import Saved

from .app_driver import NOW, ROOT, ScriptedIndex, a_hit, until
from .made_models import empty_caches

LEASE = """# Lease

## 4. Repairs

4.1 The landlord repairs the boiler and the `main` pipes.

## 5. Ending the lease

5.1 Either side may end the lease with **three months'** notice to the end of a month,
in writing.

- 5.2 If the tenants must move for work, the notice is six weeks.
"""
CODE = (
    'RETRIES = 5\n\n\ndef notice(days: int) -> str:\n    """Say when."""\n'
    '    return f"{days} days"  # plain\n'
)
ENDING = LEASE[LEASE.index("5.1") :]
SENTENCE = (0, ENDING.index(".", 4) + 1)
HITS = (
    a_hit(
        "house/lease.md",
        ENDING,
        9,
        LEASE.index("5.1"),
        0.93,
        ["notice", "months"],
        headings=("Lease", "5. Ending the lease"),
        sentence=SENTENCE,
    ),
    a_hit(
        "work/notice.py", CODE, 1, 0, 0.61, ["notice"], kind="code", modified="2026-11-23T11:15:00Z"
    ),
    a_hit(
        "papers/tenancy.pdf",
        "A period of notice protects both.",
        4,
        90,
        0.34,
        ["notice", "period"],
        kind="pdf",
        page=12,
    ),
)
DOCUMENTS = {
    HITS[0].path: StoredText(HITS[0].path, "markdown", "Lease", LEASE, ()),
    HITS[1].path: StoredText(HITS[1].path, "code", "notice.py", CODE, ()),
}
LOOKS = (("wide", "textual-dark"), ("wide", "textual-light"), ("narrow", "textual-dark"))
SIZES = {"wide": (120, 30), "narrow": (60, 24), "smallest": (60, 15)}

Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def no_differences_between_machines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """Fix the time zone, the models that are here and the folder that the first run proposes."""
    empty_caches(monkeypatch, tmp_path)
    (tmp_path / "home" / "Documents").mkdir(parents=True)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def app_over(index: ScriptedIndex, tmp_path: Path, theme: str) -> DocsearchApp:
    app = DocsearchApp(index, {}, tmp_path / "state", lambda: NOW)  # type: ignore[arg-type]
    app.theme = theme
    return app


def steps(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press the keys, let every worker end, and stop the cursor."""

    async def drive(pilot: Pilot[Any]) -> None:
        app = pilot.app
        for key in ("", *keys):
            if key:
                await pilot.press(key)
            await pilot.pause()
            await app.workers.wait_for_complete(list(app.workers))
            await pilot.pause()
        app.search_screen.query_one("Preview").want()  # type: ignore[attr-defined]
        await pilot.pause()
        await app.workers.wait_for_complete(list(app.workers))
        await pilot.pause()
        for line in app.screen.query(Input):
            line.cursor_blink = False
        await pilot.pause()

    return drive


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", SIZES)
def test_search(snap_compare: Compare, tmp_path: Path, theme: str, size: str) -> None:
    index = ScriptedIndex({"text": HITS[1:], "hybrid": HITS}, DOCUMENTS)
    assert snap_compare(
        app_over(index, tmp_path, theme),
        run_before=steps(*"notice type:md", "shift+tab"),
        terminal_size=SIZES[size],
    )


def begun(tmp_path: Path, plain: bool = False) -> DocsearchApp:
    """The app over an index with new documents, with searches that were made before."""
    index = ScriptedIndex({})
    index.new_documents = [
        RecentDocument(
            f"{ROOT}/house/boiler.md", ROOT, "Boiler", "markdown", "2026-11-23T10:00:00Z"
        ),
        RecentDocument(f"{ROOT}/lease.pdf", ROOT, "Lease", "pdf", "2026-11-22T19:00:00Z"),
    ]
    index.new_headings = ["Fault codes", "When does the lease end?"]
    state = tmp_path / "state"
    state.mkdir()
    (state / "history").write_text(
        "2026-11-20T11:00:00Z\tpangolin treasury\n"
        "2026-11-22T11:00:00Z\thow do I descale it\n"
        "2026-11-23T10:00:00Z\tradiators stay cold\n"
    )
    (state / "saved").write_text("rent and deposit type:pdf\nopen post-mortems path:work/**\n")
    return DocsearchApp(index, {}, state, lambda: NOW, plain=plain)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_start(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    assert snap_compare(begun(tmp_path), run_before=steps("down"), terminal_size=size)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("hits", [*"notice type:md"]),
        # Two steps of the document, from the right over below to the whole screen.
        ("reader", [*"notice type:md", "ctrl+o", "ctrl+o"]),
        ("index", ["f2"]),
    ],
)
def test_a_large_terminal(
    snap_compare: Compare, tmp_path: Path, name: str, keys: list[str]
) -> None:
    index = ScriptedIndex({"text": HITS, "hybrid": HITS}, DOCUMENTS)
    app = app_over(index, tmp_path, "textual-dark")
    assert snap_compare(app, run_before=steps(*keys), terminal_size=(200, 60))


def test_plain_start(snap_compare: Compare, tmp_path: Path) -> None:
    app = begun(tmp_path, plain=True)
    assert snap_compare(app, run_before=steps("down", "down"), terminal_size=(80, 24))


def test_code(snap_compare: Compare, tmp_path: Path) -> None:
    index = ScriptedIndex({"text": HITS, "hybrid": HITS}, DOCUMENTS)
    app = app_over(index, tmp_path, "textual-dark")
    assert snap_compare(
        app,
        run_before=steps(*"notice", "shift+tab", "down", "shift+tab"),
        terminal_size=SIZES["wide"],
    )


def test_nothing_found(snap_compare: Compare, tmp_path: Path) -> None:
    app = app_over(ScriptedIndex({}), tmp_path, "textual-dark")
    assert snap_compare(app, run_before=steps(*"xyzzy"), terminal_size=SIZES["wide"])


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
@pytest.mark.parametrize("size", SIZES)
def test_index(snap_compare: Compare, tmp_path: Path, theme: str, size: str) -> None:
    app = app_over(ScriptedIndex({}), tmp_path, theme)
    assert snap_compare(app, run_before=steps("f2", "r"), terminal_size=SIZES[size])


@pytest.mark.parametrize(("size", "theme"), [*LOOKS, ("smallest", "textual-dark")])
def test_models(snap_compare: Compare, tmp_path: Path, theme: str, size: str) -> None:
    app = app_over(ScriptedIndex({}), tmp_path, theme)
    assert snap_compare(app, run_before=steps("f5", "tab"), terminal_size=SIZES[size])


@pytest.mark.parametrize("size", ["wide", "smallest"])
def test_plain(snap_compare: Compare, tmp_path: Path, size: str) -> None:
    index = ScriptedIndex({"text": HITS, "hybrid": HITS}, DOCUMENTS)
    app = DocsearchApp(index, {}, tmp_path / "state", lambda: NOW, plain=True)
    assert snap_compare(app, run_before=steps(*"notice", "shift+tab"), terminal_size=SIZES[size])


@pytest.mark.parametrize("plain", [False, True])
def test_marks(snap_compare: Compare, tmp_path: Path, plain: bool) -> None:
    # The document of the third hit is missing, and the app would tell that at some moment.
    index = ScriptedIndex({"text": HITS[:2], "hybrid": HITS[:2]}, DOCUMENTS)
    app = DocsearchApp(index, {}, tmp_path / "state", lambda: NOW, plain=plain)
    assert snap_compare(
        app, run_before=steps(*"notice", "tab", "tab", "up"), terminal_size=SIZES["narrow"]
    )


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_explain(snap_compare: Compare, tmp_path: Path, theme: str, size: str) -> None:
    explanation = Explanation(1, 2, 1.0, 0.2, 13.07, -0.001, False)
    hits = [replace(HITS[0], scores=Scores(0.665, 8.25, 0.791, 0.93), explanation=explanation)]
    app = app_over(ScriptedIndex({"text": hits, "hybrid": hits}, DOCUMENTS), tmp_path, theme)
    assert snap_compare(
        app, run_before=steps(*"notice", "shift+tab", "e"), terminal_size=SIZES[size]
    )


@pytest.mark.parametrize("size", SIZES)
def test_first_run(snap_compare: Compare, tmp_path: Path, size: str) -> None:
    app = app_over(ScriptedIndex({}, empty=True), tmp_path, "textual-dark")

    async def drive(pilot: Pilot[Any]) -> None:
        # After the slash there is nothing to complete: a suggestion would come at a time of its
        # own.
        await steps("slash")(pilot)
        size = pilot.app.screen.query_one("#size", Static)
        await until(lambda: "min" in str(size.content))
        await pilot.pause()
        # How far Textual scrolls to show the input depends on the Python that runs it.
        pilot.app.screen.query_one("#first-run").scroll_home(animate=False)
        await pilot.pause()

    assert snap_compare(app, run_before=drive, terminal_size=SIZES[size])


@pytest.mark.parametrize("size", ["wide", "smallest"])
def test_saved_searches(snap_compare: Compare, tmp_path: Path, size: str) -> None:
    saved = Saved(tmp_path / "state" / "saved")
    saved.keep("The rent", "rent increase type:pdf")
    saved.keep("boiler", "boiler")
    app = app_over(ScriptedIndex({}), tmp_path, "textual-dark")
    assert snap_compare(app, run_before=steps("f7", "down"), terminal_size=SIZES[size])


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("help", ["f1"]),
        ("forget", ["f2", "f"]),
        ("add", ["f2", "a"]),
        ("pull", ["f5", "a"]),
        ("save", [*"rent", "ctrl+s"]),
        ("advice", ["f2", "tab", "down", "enter"]),
    ],
)
def test_dialogs(snap_compare: Compare, tmp_path: Path, name: str, keys: list[str]) -> None:
    app = app_over(ScriptedIndex({}), tmp_path, "textual-dark")
    assert snap_compare(app, run_before=steps(*keys), terminal_size=SIZES["wide"])


def test_no_color(snap_compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    index = ScriptedIndex({"text": HITS, "hybrid": HITS}, DOCUMENTS)
    app = app_over(index, tmp_path, "textual-dark")
    assert snap_compare(app, run_before=steps(*"notice", "shift+tab"), terminal_size=SIZES["wide"])
