"""The names of keys: which there are, and how the app shows them."""

from __future__ import annotations

from search.wording import closest

MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
NAMED = (
    *("enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end"),
    *("pageup", "pagedown", "up", "down", "left", "right"),
    *(f"f{number}" for number in range(1, 25)),
)
DISPLAYS = {"pageup": "PgUp", "pagedown": "PgDn"}


def parts_of(key: str) -> tuple[list[str], str]:
    """The modifiers of a key, and the key that is pressed with them.

    >>> parts_of("ctrl+alt+j"), parts_of("+")
    ((['ctrl', 'alt'], 'j'), ([], '+'))
    """
    before, plus, last = key.rpartition("+")
    # The key with the name "+" stands behind the last plus sign, too.
    if plus and not last:
        before, last = before.rstrip("+"), "+"
    return [part for part in before.split("+") if part], last


def wrong_part(key: str) -> str:
    """The part of `key` that is neither a modifier nor a key; empty if there is none."""
    modifiers, last = parts_of(key)
    for part in modifiers:
        if part not in MODIFIERS:
            return part
    is_character = len(last) == 1 and last.isprintable() and not last.isspace()
    return "" if is_character or last in NAMED else last or key


def likely_key(key: str) -> str:
    """The key that a misspelt one may be meant to be; empty if none is like it.

    >>> likely_key("control+j"), likely_key("pagup"), likely_key("xyz")
    ('ctrl+j', 'pageup', '')
    """
    modifiers, last = parts_of(key.replace("control", "ctrl").replace("option", "alt"))
    guesses = [closest(part, MODIFIERS) for part in modifiers]
    guess = "+".join([*guesses, last if len(last) == 1 else closest(last, NAMED)])
    return guess if all(guess.split("+")) and not wrong_part(guess) else ""


def key_name(key: str) -> str:
    """A key as the help and the palette show it.

    >>> key_name("ctrl+j"), key_name("f9"), key_name("w"), key_name("pageup")
    ('Ctrl+J', 'F9', 'w', 'PgUp')
    """
    modifiers, last = parts_of(key)
    as_it_is = len(last) == 1 and not modifiers
    shown = last if as_it_is else DISPLAYS.get(last, last.capitalize())
    return "+".join([*(part.capitalize() for part in modifiers), shown])
