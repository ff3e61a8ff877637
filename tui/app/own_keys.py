"""The user's own keys: the actions that they belong to, and what the app shows for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from textual.binding import Binding, BindingType

from search.config_tables import OwnKey
from search.errors import ConfigError
from search.wording import closest, did_you_mean

from .key_names import key_name, likely_key, parts_of, wrong_part
from .verbs import VERBS, Verb

FIXED: Mapping[str, str] = {
    "enter": "Enter opens",
    "tab": "Tab marks the hit",
    "shift+tab": "Shift+Tab goes back",
    "escape": "Escape goes back",
    "ctrl+x": "Ctrl+X opens the palette",
    "ctrl+c": "Ctrl+C copies selected text",
    "ctrl+n": "Ctrl+N goes to the next hit",
    "ctrl+p": "Ctrl+P goes to the previous hit",
    "ctrl+i": "terminals send Tab for it",
    "ctrl+m": "terminals send Enter for it",
    "?": "? opens the help",
    **dict.fromkeys(("ctrl+up", "ctrl+down"), "it shows older and newer queries"),
    **dict.fromkeys(("up", "down"), "it moves in lists"),
    **dict.fromkeys(("pageup", "pagedown"), "it scrolls"),
    **dict.fromkeys(("left", "right", "home", "end"), "it moves the cursor"),
    **dict.fromkeys(("backspace", "delete", "space"), "it edits the input"),
    **{f"alt+{number}": "it runs a saved search" for number in range(1, 10)},
}
"""The keys that cannot be given to another action, with the reason."""


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """The keys of the app.

    `verbs` are those of the palette with the keys in force. `keymap` has the user's own keys by the
    ids of bindings. `unbound` has the keys of actions of the app that have no binding.
    """

    verbs: Sequence[Verb]
    keymap: Mapping[str, str]
    unbound: Mapping[str, str]


def with_ids(place: str, bindings: Iterable[BindingType]) -> list[BindingType]:
    """The bindings of a screen, where the first key of each verb has the id `place.action`.

    A user's own key takes the place of that first key. Other keys, such as the letters in the hits,
    stay.
    """
    wanted = {verb.action for verb in VERBS if verb.place == place}
    named: list[BindingType] = []
    for binding in bindings:
        if isinstance(binding, Binding) and binding.action in wanted:
            wanted.remove(binding.action)
            key, comma, others = binding.key.partition(",")
            named.append(replace(binding, key=key, id=f"{place}.{binding.action}"))
            if comma:
                named.append(replace(binding, key=others, show=False))
        else:
            named.append(binding)
    return named


def plan_keys(own: Sequence[OwnKey]) -> KeyPlan:
    """The keys of the app with the user's own. Raises ConfigError for one that cannot be used."""
    chosen: dict[Verb, str] = {}
    for one in own:
        verbs = [verb for verb in VERBS if verb.action == one.action]
        if not verbs:
            names = list(dict.fromkeys(verb.action for verb in VERBS))
            raise ConfigError(
                f"bindings has an unknown action {one.action!r}",
                did_you_mean(closest(one.action, names), f"the actions are {', '.join(names)}"),
            )
        for verb in verbs:
            chosen[verb] = _checked(one, verb.place)
    for verb, key in chosen.items():
        for other in VERBS:
            same_place = verb.place == other.place or "app" in (verb.place, other.place)
            if other is not verb and same_place and chosen.get(other, _default(other)) == key:
                raise ConfigError(
                    f"bindings: {key} is the key of two actions, {verb.action} and {other.action}",
                    f"give {verb.action} or {other.action} another key",
                )
    keymap = {
        # A key that the app itself needs stays beside the user's own.
        f"{verb.place}.{verb.action}": f"{key},{_default(verb)}" if _default(verb) in FIXED else key
        for verb, key in chosen.items()
    }
    unbound = {verb.action: key for verb, key in chosen.items() if not verb.key}
    return KeyPlan([_shown(verb, chosen) for verb in VERBS], keymap, unbound)


def own_key_texts(verbs: Sequence[Verb], place: str, keys: str) -> str:
    """`keys`, which the help shows for a place, with the keys of `verbs` for the default ones.

    >>> own_key_texts([replace(VERBS[0], key="F9")], "search", "Enter o")
    'F9 o'
    """
    mine = {(verb.place, verb.action): verb for verb in verbs}
    changes = {
        _last(verb.key): _last(mine[verb.place, verb.action].key)
        for verb in VERBS
        if verb.place == place and (verb.place, verb.action) in mine
    }
    return " ".join(changes.get(key, key) for key in keys.split(" "))


def _checked(own: OwnKey, place: str) -> str:
    key = own.key if len(own.key) == 1 else own.key.lower().replace(" ", "")
    setting = f"bindings.{own.action}"
    if wrong_part(key):
        raise ConfigError(
            f"{setting} is {own.key!r}, which is no key",
            did_you_mean(likely_key(key), 'write it as "ctrl+j", "alt+j", "f9" or "j"'),
        )
    if key in FIXED:
        raise ConfigError(
            f"{setting} cannot be {own.key!r}: {FIXED[key]}", "take a key that is free"
        )
    modifiers, last = parts_of(key)
    if place in ("app", "search") and len(last) == 1 and set(modifiers) <= {"shift"}:
        raise ConfigError(
            f"{setting} cannot be {own.key!r}: it is text in the input",
            "take one with ctrl or alt, or a function key",
        )
    return key


def _shown(verb: Verb, chosen: Mapping[Verb, str]) -> Verb:
    """The verb with the keys in force; those of the index screen begin with the key to it."""
    screen, comma, _ = verb.key.rpartition(", ")
    if comma:
        index = next(other for other in VERBS if (other.place, other.action) == ("app", "index"))
        screen = key_name(chosen[index]) if index in chosen else screen
    own = key_name(chosen[verb]) if verb in chosen else _last(verb.key)
    return replace(verb, key=f"{screen}{comma}{own}")


def _default(verb: Verb) -> str:
    last = _last(verb.key)
    return last if len(last) == 1 else last.lower()


def _last(keys: str) -> str:
    return keys.rpartition(", ")[2]
