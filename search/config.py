"""Settings: flag > environment > ./.docsearch.toml > user file > default.

A `.docsearch.toml` in the working folder may have come with a cloned repository. It may therefore
set how to query, but nothing that runs commands, loads models or reaches outside the folder.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from .config_tables import TABLES, OwnKey, OwnTheme, Serve
from .errors import ConfigError
from .paths import index_place
from .urls import is_url

LOCAL_FILE = ".docsearch.toml"
MODES = ("hybrid", "vector", "text")
BACKENDS = ("auto", "mlx", "cpu")
MAX_FILE_SIZE = 50 * 1024 * 1024
CACHE_SIZE = 4 * 10**9
CANDIDATES = 50
"""How many passages a reranker reads unless the profile or the caller says otherwise."""
MAX_LIMIT = 1000
"""The most hits that one query may ask for."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its default.

    `index` is a folder or the URL of an object store. `max_file_size` is in bytes, and so is
    `cache_size`, which is for the indexes of object stores. Where `profile`,
    `embedder`, `reranker`, `dimensions` or `max_file_size` is empty or 0, the index's own value
    holds. An empty `theme` leaves the choice to the app.
    """

    index: str = ""
    profile: str = ""
    embedder: str = ""
    reranker: str = ""
    dimensions: int = 0
    backend: str = "auto"
    mode: str = "hybrid"
    limit: int = 10
    min_score: float = 0.0
    max_file_size: int = 0
    cache_size: int = CACHE_SIZE
    color: str = "auto"
    plain: bool = False
    keys: str = "typing"
    theme: str = ""
    themes: tuple[OwnTheme, ...] = ()
    bindings: tuple[OwnKey, ...] = ()
    daemon: str = "auto"
    serve: Serve = field(default_factory=Serve)


QUERY_SETTINGS = frozenset({"mode", "limit", "min_score", "color"})
CHOICES: Mapping[str, tuple[str, ...]] = {
    "mode": MODES,
    "backend": BACKENDS,
    "color": ("auto", "always", "never"),
    "keys": ("typing", "vim"),
    "daemon": ("auto", "always", "never"),
}
RANGES: Mapping[str, tuple[float, float]] = {
    "limit": (1, MAX_LIMIT),
    "min_score": (0, 1),
    "max_file_size": (0, 2**63 - 1),
    "cache_size": (0, 2**63 - 1),
    "dimensions": (0, 1 << 16),
}
ENVIRONMENT: Mapping[str, str] = {
    "DOCSEARCH_INDEX": "index",
    "DOCSEARCH_PROFILE": "profile",
    "DOCSEARCH_EMBEDDER": "embedder",
    "DOCSEARCH_RERANKER": "reranker",
    "DOCSEARCH_DIMENSIONS": "dimensions",
    "DOCSEARCH_BACKEND": "backend",
    "DOCSEARCH_CACHE_SIZE": "cache_size",
    "DOCSEARCH_DAEMON": "daemon",
}


def load_config(file: str | None, environment: Mapping[str, str], folder: str) -> Config:
    """The settings in force in the folder `folder`, from which relative paths are seen.

    The user's file (or `file`, where one is named) comes first. The folder's own file overrides
    it, and the environment overrides both.
    Raises ConfigError where the named file is missing, and where a file is not valid TOML or holds
    a key or value that is unknown or not allowed.
    """
    config = Config(index=default_index())
    user_file = Path(folder, file) if file else Path(config_folder()) / "config.toml"
    if file and not user_file.exists():
        raise ConfigError(
            f"the configuration file {file} does not exist", "check the path given to --config"
        )
    if file or user_file.is_file():
        config = _merged(config, user_file, None)
    local_file = Path(folder) / LOCAL_FILE
    if local_file.is_file():
        config = _merged(config, local_file, QUERY_SETTINGS)
    for variable, key in ENVIRONMENT.items():
        if value := environment.get(variable):
            number = isinstance(getattr(config, key), int) and value.isascii() and value.isdigit()
            config = replace(config, **_checked(key, int(value) if number else value, variable))
    if is_url(config.index) or config.index.startswith("file://"):
        return replace(config, index=index_place(config.index))
    return replace(
        config, index=index_place(os.path.join(folder, os.path.expanduser(config.index)))
    )


def default_index() -> str:
    """The index's folder under the platform's user data folder."""
    from platformdirs import user_data_dir

    return str(Path(user_data_dir("docsearch", appauthor=False)) / "index")


def config_folder() -> str:
    """The folder of the user's own config.toml."""
    from platformdirs import user_config_dir

    return user_config_dir("docsearch", appauthor=False)


def state_folder() -> Path:
    """The platform's folder for what the program remembers between its runs."""
    from platformdirs import user_state_dir

    return Path(user_state_dir("docsearch", appauthor=False))


def _merged(config: Config, file: Path, allowed: frozenset[str] | None) -> Config:
    """`config` with the settings of `file` over it; `allowed` None means that it may set any."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except IsADirectoryError as error:
        raise ConfigError(f"{file} is a folder", "name a configuration file") from error
    except ValueError as error:
        # The file is not TOML or not UTF-8, or it has a number of more digits than Python takes.
        raise ConfigError(
            f"{file} is not valid TOML: {error}", "correct the file or remove it"
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read: {os.strerror(error.errno or 0)}", "check its permissions"
        ) from error
    known = {field.name for field in fields(Config)}
    for key, value in values.items():
        if key not in known:
            raise ConfigError(
                f"{file} has an unknown setting {key!r}",
                f"the settings are {', '.join(sorted(known))}",
            )
        if allowed is not None and key not in allowed:
            raise ConfigError(
                f"{file} may not set {key!r}",
                f"a folder's own file may set {', '.join(sorted(allowed))} only",
            )
        if allowed is not None and (key, value) == ("color", "always"):
            # A user who redirects the output would find colour codes in it without asking for them.
            raise ConfigError(
                f"{file} may not set color to 'always'", "use --color always or the user's own file"
            )
        if key in TABLES:
            table: dict[str, Any] = {key: TABLES[key](value, str(file))}
            config = replace(config, **table)
        else:
            config = replace(config, **_checked(key, value, str(file)))
    return config


def _checked(key: str, value: object, source: str) -> dict[str, Any]:
    """`{key: value}` for a value of the right type, choice and range; else ConfigError."""
    default = getattr(Config(), key)
    kinds = (float, int) if isinstance(default, float) else (type(default),)
    if type(value) not in kinds:
        raise ConfigError(
            f"{source}: {key} must be of type {type(default).__name__}", f"it is {value!r} now"
        )
    if key in CHOICES and value not in CHOICES[key]:
        raise ConfigError(f"{source}: {key} is {value!r}", f"use one of {', '.join(CHOICES[key])}")
    if key == "index" and not value:
        raise ConfigError(
            f"{source}: the path of the index is empty", "name a folder or leave the setting out"
        )
    if isinstance(value, (int, float)) and key in RANGES:
        low, high = RANGES[key]
        # The comparison is written so that NaN fails it too.
        if not low <= value <= high:
            raise ConfigError(
                f"{source}: {key} must lie between {low} and {high}", f"it is {value!r} now"
            )
    return {key: type(default)(value)}
