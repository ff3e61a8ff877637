"""Tokens that the programs of this user show to a service, each kept in a file of its own."""

from __future__ import annotations

import secrets
from pathlib import Path

from search.config import state_folder
from search.errors import UsageError
from search.private_files import FILE_MODE, is_private, replace_private_file

BYTES = 24
"""192 random bits, 32 characters in a URL."""


def kept_token(name: str) -> str:
    """The token in the file `name` of the user's state folder, which is made once.

    Raises UsageError where other users can read the file.
    """
    file: Path = state_folder() / name
    if not file.exists() or not file.read_text(encoding="utf-8").strip():
        replace_private_file(file, secrets.token_urlsafe(BYTES) + "\n")
    if not is_private(file):
        raise UsageError(
            f"{file} can be read by other users",
            f"remove it, so that a new token is made, or give it mode {FILE_MODE:o}",
        )
    return file.read_text(encoding="utf-8").strip()
