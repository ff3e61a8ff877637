"""The document beside the hits: its place, its matches, its outline."""

import json
from pathlib import Path

from textual.widgets import Static

from search import StoredText
from tui import messages
from tui.app.widgets.document_view import DocumentView
from tui.app.widgets.found import Found
from tui.app.widgets.hit_list import HitList
from tui.app.widgets.outline import Outline
from tui.app.widgets.query_input import QueryInput

from .app_driver import ScriptedIndex, Watch, a_hit, shown, until
from .test_app_search import always, app_over, ask

TEXT = (
    "# The **boiler**\n\n"
    + "Read this.\n" * 30
    + "\n## Codes\n\n| Code | Meaning |\n|---|---|\n| F22 | see [the boiler](boiler.md) |\n"
    + "\n" * 30
    + "## Service\n\nThe boiler is served.\n"
)


TABLE = a_hit(
    "house.md",
    "| F22 | see [the boiler](boiler.md) |",
    38,
    TEXT.index("| F22"),
    words=("F22", "boiler.md"),
)
TITLE = a_hit("house.md", "# The **boiler**", 1, 0, words=("boiler",))
SERVICE = a_hit(
    "house.md", "The boiler is served.", 71, TEXT.index("The boiler is"), words=("boiler",)
)
DOCUMENT = {TITLE.path: StoredText(TITLE.path, "markdown", "house.md", TEXT, ())}


def index() -> ScriptedIndex:
    return ScriptedIndex(always([TABLE, TITLE, SERVICE]), DOCUMENT)


async def test_marks_stay_at_their_words_where_signs_are_left_out(tmp_path: Path) -> None:
    app, watch = app_over(index(), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await watch.until(messages.DocumentRead)
        await pilot.pause()
        view = app.screen.query_one(DocumentView)
        rows = shown(view)
        row = rows.index("▌  38 F22  │ see the boiler")
        assert rows[row - 2 : row] == ["   36 Code │ Meaning", "   37 ─────┼───────────────"]
        # A match in the address of a link marks the link's last word.
        underlined = [
            segment.text
            for segment in view.render_line(row)
            if segment.style is not None and segment.style.underline and segment.style.bold
        ]
        assert underlined == ["F22", "boiler"]


async def test_keys_go_from_match_to_match(tmp_path: Path) -> None:
    app, watch = app_over(index(), tmp_path), Watch()
    async with app.run_test(size=(120, 20), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await watch.until(messages.DocumentRead)
        await pilot.pause()
        place = app.screen.query_one("#place", Static)
        assert shown(place)[0].strip() == "line 38 of 72 · house.md"
        await pilot.press("shift+tab")
        seen = []
        for key in ("}", "}", "}", "}", "{", "alt+up", "alt+down"):
            await pilot.press(key)
            await pilot.pause()
            seen.append(shown(place)[0].strip().removesuffix(" · house.md"))
        assert seen == [
            "line 38 of 72 · match 2 of 4",
            "line 38 of 72 · match 3 of 4",
            "line 71 of 72 · match 4 of 4",
            "line 1 of 72 · match 1 of 4",
            "line 71 of 72 · match 4 of 4",
            "line 38 of 72 · match 3 of 4",
            "line 71 of 72 · match 4 of 4",
        ]
        assert "▌  71 The boiler is served." in shown(app.screen.query_one(DocumentView))


async def test_braces_are_text_in_the_input(tmp_path: Path) -> None:
    app, watch = app_over(index(), tmp_path), Watch()
    async with app.run_test(size=(120, 20), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("}")
        assert app.screen.query_one(QueryInput).value == "boiler}"


async def test_the_document_moves_and_its_place_is_remembered(tmp_path: Path) -> None:
    def preview(folder: Path) -> str:
        return str(json.loads((folder / "state" / "preferences.json").read_text())["preview"])

    app, watch = app_over(index(), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        hits, view = app.screen.query_one(HitList), app.screen.query_one(DocumentView)
        sizes = []
        for _ in range(4):
            await pilot.pause()
            sizes.append((hits.size.width, bool(hits.size.height), view.size.width > 0))
            await pilot.press("ctrl+o")
            await watch.until(messages.Arrange)
            await pilot.pause()
        assert [(width > 100, height, document) for width, height, document in sizes] == [
            (False, True, True),
            (True, True, True),
            (False, False, True),
            (True, True, False),
        ]
        assert preview(tmp_path) == "right"
        await pilot.press("ctrl+o", "ctrl+o")
        await until(lambda: preview(tmp_path) == "full")
        await pilot.press("escape")
        await until(lambda: preview(tmp_path) == "below")
        assert app.screen.query_one(QueryInput).value == "boiler"
    again = app_over(index(), tmp_path)
    async with again.run_test(size=(120, 30)):
        assert again.screen.query_one(Found).placed == "below"


async def test_in_a_narrow_terminal_the_document_is_below_at_first(tmp_path: Path) -> None:
    app, watch = app_over(index(), tmp_path), Watch()
    async with app.run_test(size=(80, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("ctrl+o")
        found = app.screen.query_one(Found)
        assert found.placed == "full"
        await pilot.press("escape")
        await pilot.pause()
        assert (found.placed, found.is_above) == ("right", True)


async def test_the_outline_leads_to_headings(tmp_path: Path) -> None:
    app, watch = app_over(index(), tmp_path), Watch()
    async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await watch.until(messages.DocumentRead)
        await pilot.press("ctrl+o", "ctrl+o")
        await until(lambda: bool(app.screen.query(Outline)))
        outline = app.screen.query_one(Outline)
        await until(lambda: outline.highlighted == 1)
        assert [str(option.prompt) for option in outline.options] == [
            "The boiler",
            "  Codes",
            "  Service",
        ]
        # The arrows, where the outline has the focus, lead to the heading.
        outline.focus()
        await pilot.press("k")
        view = app.screen.query_one(DocumentView)
        await until(lambda: shown(view)[0] == "▌   1 The boiler")
        await pilot.click(Outline, offset=(4, 1))
        await until(lambda: shown(view)[0] == "   34 Codes")
        await pilot.press("escape")
        await pilot.pause()
        assert not app.screen.query(Outline)


async def test_a_narrow_terminal_has_no_outline(tmp_path: Path) -> None:
    app, watch = app_over(index(), tmp_path), Watch()
    async with app.run_test(size=(90, 30), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await watch.until(messages.DocumentRead)
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert not app.screen.query(Outline)


async def test_a_long_document_stays_in_its_place_when_the_rest_of_it_is_rendered(
    tmp_path: Path,
) -> None:
    text = "".join(
        f"- **line** {number} [the book](books/{number}.md) `{number}`\n\n"
        for number in range(1, 6_001)
    )
    start = text.index("- **line** 3000 ")
    words = text[start : text.index("\n", start)]
    hit = a_hit("book.md", words, 5_999, start, words=("book",))
    long = ScriptedIndex(
        always([hit]), {hit.path: StoredText(hit.path, "markdown", "book", text, ())}
    )
    app, watch = app_over(long, tmp_path), Watch()
    async with app.run_test(size=(120, 20), message_hook=watch) as pilot:
        await ask(pilot, watch, "book")
        view = app.screen.query_one(DocumentView)
        first = await watch.until(messages.DocumentRead)
        assert "**" in first.sheet.rows.text[:400]
        await until(lambda: view.sheet is not None and "**" not in view.sheet.rows.text[:400])
        await pilot.pause()
        row = "▌ 5999 • line 3000 the book 3000"
        assert row in shown(view)
        assert shown(view).index(row) == 3
