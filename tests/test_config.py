"""The settings: their sources, their order and their errors."""

from pathlib import Path

import pytest

from search.config import Config, config_folder, load_config
from search.errors import ConfigError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_environment_beats_the_folders_file_which_beats_the_users(tmp_path: Path) -> None:
    user = write(tmp_path / "config.toml", 'index = "/from/user"\nlimit = 5\nmode = "text"\n')
    write(tmp_path / "here" / ".docsearch.toml", "limit = 7\n")
    config = load_config(str(user), {"DOCSEARCH_INDEX": "/from/env"}, str(tmp_path / "here"))
    assert config == Config(index="/from/env", limit=7, mode="text")


def test_the_users_file_is_found_in_the_platforms_place(tmp_path: Path) -> None:
    write(Path(config_folder()) / "config.toml", 'index = "/mine"\nmin_score = 1\n')
    assert load_config(None, {}, str(tmp_path)) == Config(index="/mine", min_score=1.0)
    write(Path(config_folder()) / "config.toml", 'index = "/mine"\nplain = true\n')
    assert load_config(None, {}, str(tmp_path)) == Config(index="/mine", plain=True)


def test_the_default_index_lies_in_the_users_data_folder(tmp_path: Path) -> None:
    index = Path(load_config(None, {}, str(tmp_path)).index)
    assert index.is_relative_to(tmp_path)
    assert index.parts[-2:] == ("docsearch", "index")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "limits = 3",
            "has an unknown setting 'limits'; the settings are backend, bindings, cache_size",
        ),
        ("limit = ", "is not valid TOML: Invalid value"),
        ('limit = "3"', "limit must be of type int; it is '3' now"),
        ('plain = "yes"', "plain must be of type bool; it is 'yes' now"),
        ("plain = 1", "plain must be of type bool; it is 1 now"),
        ("limit = true", "limit must be of type int; it is True now"),
        ("limit = -1", "limit must lie between 1 and 1000; it is -1 now"),
        ("limit = 1001", "limit must lie between 1 and 1000; it is 1001 now"),
        ("min_score = nan", "min_score must lie between 0 and 1; it is nan now"),
        ("min_score = 2", "min_score must lie between 0 and 1; it is 2 now"),
        (
            "max_file_size = -1",
            "max_file_size must lie between 0 and 9223372036854775807; it is -1 now",
        ),
        pytest.param(f"limit = {'9' * 5000}", "is not valid TOML", id="digits"),
        ('index = ""', "the path of the index is empty; name a folder or leave the setting out"),
        ('mode = "fuzzy"', "mode is 'fuzzy'; use one of hybrid, vector, text"),
    ],
)
def test_a_wrong_file_is_one_clear_error(tmp_path: Path, text: str, message: str) -> None:
    user = write(tmp_path / "config.toml", text)
    with pytest.raises(ConfigError) as caught:
        load_config(str(user), {}, str(tmp_path))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "setting", ['index = "/etc"', 'profile = "best"', 'backend = "cpu"', "max_file_size = 1"]
)
def test_a_folders_file_sets_nothing_that_runs_or_reaches_outside(
    tmp_path: Path, setting: str
) -> None:
    write(tmp_path / ".docsearch.toml", setting)
    with pytest.raises(
        ConfigError, match=r"a folder's own file may set color, limit, min_score, mode only"
    ):
        load_config(None, {}, str(tmp_path))


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist; check the path given to --config"):
        load_config(str(tmp_path / "none.toml"), {}, str(tmp_path))


def test_a_folders_file_may_not_force_colours_on_other_programs(tmp_path: Path) -> None:
    write(tmp_path / ".docsearch.toml", 'color = "always"')
    with pytest.raises(
        ConfigError,
        match="may not set color to 'always'; use --color always or the user's own file",
    ):
        load_config(None, {}, str(tmp_path))
    write(tmp_path / ".docsearch.toml", 'color = "never"')
    assert load_config(None, {}, str(tmp_path)).color == "never"
    assert (
        load_config(str(write(tmp_path / "config.toml", 'color = "always"')), {}, "/").color
        == "always"
    )


def test_a_named_file_must_not_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder; name a configuration file"):
        load_config(str(tmp_path), {}, str(tmp_path))


def test_a_whole_number_is_a_score_too(tmp_path: Path) -> None:
    assert (
        load_config(str(write(tmp_path / "config.toml", "min_score = 1")), {}, "/").min_score == 1.0
    )


def test_digits_of_other_scripts_are_not_a_number(tmp_path):
    with pytest.raises(ConfigError, match="dimensions"):
        load_config(None, {"DOCSEARCH_DIMENSIONS": "\u00b2"}, str(tmp_path))
