"""The user's own themes and keys."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from textual.binding import Binding

from search.config import Config, load_config
from search.config_tables import OwnKey, OwnTheme
from search.errors import ConfigError
from tui import messages
from tui.app import DocsearchApp
from tui.app.own import own_of
from tui.app.own_keys import plan_keys
from tui.app.screens.dialogs import FolderScreen
from tui.app.screens.help import HelpScreen
from tui.app.screens.index import IndexScreen
from tui.app.screens.models import ModelsScreen
from tui.app.screens.search import SearchScreen
from tui.app.verbs import VERBS

from .app_driver import NOW, ScriptedIndex, Watch, commands, until
from .pty_driver import Pty
from .test_app_pty import COMMAND
from .test_app_safety import whole_screen
from .test_app_search import DOCUMENTS, LEASE, always, ask

DUSK = OwnTheme("dusk", True, (("primary", "#8888ff"), ("accent", "orange")))


def config_with(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text)
    return load_config(str(file), {}, str(tmp_path))


def app_with(config: Config, tmp_path: Path) -> DocsearchApp:
    index = ScriptedIndex(always([LEASE]), DOCUMENTS)
    return DocsearchApp(index, {}, tmp_path / "state", lambda: NOW, own=own_of(config))  # type: ignore[arg-type]


def test_themes_and_keys_are_read(tmp_path: Path) -> None:
    config = config_with(
        tmp_path,
        'theme = "dusk"\n[bindings]\nsave = "F9"\n'
        '[themes.dusk]\nprimary = "#8888ff"\naccent = "orange"\n',
    )
    assert config.theme == "dusk"
    assert config.themes == (DUSK,)
    assert config.bindings == (OwnKey("save", "F9"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('themes = "dusk"', "config.toml: themes must be a table; begin it with: [themes]"),
        ('bindings = "vim"', "config.toml: bindings must be a table; begin it with: [bindings]"),
        (
            '[themes]\ndusk = "blue"',
            "config.toml: themes.dusk must be a table; begin it with: [themes.dusk]",
        ),
        ("[themes.dusk]", 'config.toml: themes.dusk has no primary; add: primary = "#0178D4"'),
        (
            '[themes.dusk]\nprimery = "red"',
            "config.toml: themes.dusk has an unknown colour 'primery'; did you mean primary? "
            "A theme has primary, secondary, accent, foreground, background, surface, panel, "
            "boost, warning, error, success and dark",
        ),
        (
            '[themes.dusk]\nprimary = "red"\ndark = "yes"',
            "config.toml: themes.dusk.dark must be true or false; it is 'yes' now",
        ),
        (
            "[themes.dusk]\nprimary = 3",
            "config.toml: themes.dusk.primary must be a text in quotation marks; it is 3 now",
        ),
        (
            '[bindings]\nsave = ["f9"]',
            "config.toml: bindings.save must be a text in quotation marks; it is ['f9'] now",
        ),
        (
            '[themes.dusk]\nprimary = "reddish"',
            "the colour primary of your theme dusk is 'reddish'; "
            'write it as "#0178D4", "rgb(1, 120, 212)" or a name such as "teal"',
        ),
        ('theme = "drakula"', "there is no theme drakula; did you mean dracula? The themes are"),
        (
            '[bindings]\nsve = "f9"',
            "bindings has an unknown action 'sve'; did you mean save? The actions are open, view",
        ),
        (
            '[bindings]\nsave = "control+b"',
            "bindings.save is 'control+b', which is no key; did you mean ctrl+b? "
            'Write it as "ctrl+j", "alt+j", "f9" or "j"',
        ),
        (
            '[bindings]\nsave = "b"',
            "bindings.save cannot be 'b': it is text in the input; "
            "take one with ctrl or alt, or a function key",
        ),
        (
            '[bindings]\nsave = "ctrl+n"',
            "bindings.save cannot be 'ctrl+n': Ctrl+N goes to the next hit; "
            "take a key that is free",
        ),
        (
            '[bindings]\nsave = "f9"\nview = "F9"',
            "bindings: f9 is the key of two actions, save and view; give save or view another key",
        ),
        (
            '[bindings]\nsave = "ctrl+y"',
            "bindings: ctrl+y is the key of two actions, save and copy_place; "
            "give save or copy_place another key",
        ),
        (
            '[bindings]\nadd = "r"',
            "bindings: r is the key of two actions, add and refresh_roots; "
            "give add or refresh_roots another key",
        ),
        (
            '[bindings]\nadd = "f5"',
            "bindings: f5 is the key of two actions, add and models; "
            "give add or models another key",
        ),
    ],
)
def test_a_wrong_setting_is_one_clear_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        app_with(config_with(tmp_path, text), tmp_path)
    assert message in str(caught.value)


def test_keys_may_be_swapped_and_the_same_letter_stands_on_two_screens() -> None:
    plan = plan_keys([OwnKey("save", "ctrl+y"), OwnKey("copy_place", "Ctrl+S"), OwnKey("add", "t")])
    assert plan.keymap == {
        "search.save": "ctrl+y",
        "search.copy_place": "ctrl+s",
        "index.add": "t",
    }


def test_every_verb_with_a_key_can_be_given_another() -> None:
    owners = {"app": DocsearchApp, "search": SearchScreen, "index": IndexScreen}
    owners["models"] = ModelsScreen  # type: ignore[assignment]
    ids = {
        binding.id
        for owner in owners.values()
        for binding in owner.BINDINGS
        if isinstance(binding, Binding) and binding.id
    }
    assert ids == {f"{verb.place}.{verb.action}" for verb in VERBS if verb.key}


def test_the_documentation_lists_the_actions_with_their_keys() -> None:
    text = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text()
    for verb in VERBS:
        assert f"| `{verb.action}` |" in text
    sample = text[text.index("[bindings]") :].partition("```")[0]
    plan_keys([OwnKey(key, value) for key, value in tomllib.loads(sample)["bindings"].items()])


async def test_the_keys_act_and_the_palette_help_and_footer_show_them(tmp_path: Path) -> None:
    config = config_with(
        tmp_path,
        '[bindings]\ncopy_place = "ctrl+b"\nopen = "f9"\nhelp = "f8"\nindex = "f10"\n'
        'add = "n"\nchange_theme = "alt+t"\n',
    )
    app, watch = app_with(config, tmp_path), Watch()
    async with app.run_test(size=(120, 120), message_hook=watch) as pilot:
        await ask(pilot, watch, "boiler")
        await pilot.press("ctrl+y")
        assert app.clipboard == ""
        await pilot.press("ctrl+b")
        assert app.clipboard == f"{LEASE.path}:7"
        for key in ("f9", "enter"):
            await pilot.press(key)
            failed = await watch.until(messages.Failed)
            assert failed.error.message == f"{LEASE.path} is gone"
        assert "^b Copy" in whole_screen(app)
        assert "f8 Help" in whole_screen(app)
        await pilot.press("f1")
        assert app.screen is app.search_screen
        await pilot.press("f8")
        assert isinstance(app.screen, HelpScreen)
        rows = [" ".join(row.strip(" │").split()) for row in whole_screen(app).splitlines()]
        for row in (
            "Ctrl+B copy path:line of what is marked, else of the",
            "F9 open what is marked, else the hit, in $VISUAL or",
            "F8 ? this help; ? is a letter in the input",
            "F10 the index: folders, reading, what was skipped",
            "n add a folder",
        ):
            assert row in rows
        await pilot.press("escape", "ctrl+x", *"Add a fo")
        await until(lambda: commands(app)[:1] == ["Add a folder (F10, n)"])
        await pilot.press("escape", "f10", "n")
        assert isinstance(app.screen, FolderScreen)
        await pilot.press("escape", "f10", "alt+t")
        assert "Search for themes" in whole_screen(app)


async def test_a_theme_of_the_configuration_holds_at_every_start(tmp_path: Path) -> None:
    config = Config(theme="dusk", themes=(DUSK,))
    for _ in range(2):
        app, watch = app_with(config, tmp_path), Watch()
        async with app.run_test(size=(120, 30), message_hook=watch) as pilot:
            await watch.until(messages.StatusRead)
            assert app.theme == "dusk"
            assert app.theme_variables["primary"] == "#8888FF"
            await pilot.press("f4")
            assert app.theme == "textual-light"
    assert not (tmp_path / "state" / "preferences.json").exists()


async def test_an_own_theme_can_be_chosen_in_the_app(tmp_path: Path) -> None:
    for start in ("textual-dark", "dusk"):
        app, watch = app_with(Config(themes=(DUSK,)), tmp_path), Watch()
        async with app.run_test(size=(120, 30), message_hook=watch):
            await watch.until(messages.StatusRead)
            assert app.theme == start
            app.theme = "dusk"


def test_a_wrong_key_is_one_line_in_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[bindings]\nsave = "b"\n')
    command = [str(COMMAND), "--config", str(file), "--index", str(tmp_path / "index")]
    with Pty(command, {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}) as app:
        assert app.wait_for_end() == 2
        assert app.text.strip() == (
            "docsearch: bindings.save cannot be 'b': it is text in the input; "
            "take one with ctrl or alt, or a function key"
        )
