"""The hints of errors, as the app says them: its user has keys, not a command to repeat."""

from __future__ import annotations

from collections.abc import Sequence

HINTS: Sequence[tuple[str, str]] = (
    (
        "TRANSFORMERS_OFFLINE, then run the same command again",
        "TRANSFORMERS_OFFLINE, and start the app anew",
    ),
    (
        "set HF_TOKEN, then run the same command again",
        "set HF_TOKEN, and start the app anew",
    ),
    (
        "name a folder on another disk with --cache-folder",
        "set HF_HUB_CACHE to a folder on another disk and start the app anew",
    ),
    ("run the same command again", "pull it again"),
    ("see: docsearch models list", "choose it in the list"),
)
"""What a hint says for the command line, and what it says in the app."""


def in_the_app(hint: str) -> str:
    """The hint in the app's terms.

    >>> in_the_app("make room, then run the same command again: it goes on where it stopped")
    'make room, then pull it again: it goes on where it stopped'
    """
    for command, keys in HINTS:
        hint = hint.replace(command, keys)
    return hint
