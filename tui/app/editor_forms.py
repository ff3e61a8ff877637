"""How each editor takes a file with a line, and several of them: a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

AT_PLUS = ("+{line}", "{path}")
AT_COLON = ("{path}:{line}",)
AT_FLAG = ("--line", "{line}", "{path}")


class Several(Enum):
    """How an editor takes several files, each with its line, in one command."""

    NO = "it opens one file at a line"
    EACH = "each file comes with its line"
    NEXT = "the files, then a command of vi that goes to the line of each"


@dataclass(frozen=True, slots=True)
class Form:
    """How an editor takes a line.

    `flags` come once, and `arguments` for each file. `window` is true if the editor opens a window
    of its own and leaves the terminal alone.
    """

    arguments: tuple[str, ...]
    window: bool = False
    several: Several = Several.NO
    flags: tuple[str, ...] = ()


EDITORS: Mapping[Form, str] = {
    Form(AT_PLUS, several=Several.NEXT): "vi vim nvim",
    Form(AT_PLUS, several=Several.EACH): "nano emacs emacsclient joe ne mg",
    Form(AT_PLUS): "pico kak micro jed",
    Form(AT_PLUS, True, Several.NEXT): "gvim mvim",
    Form(AT_PLUS, True): "gedit gnome-text-editor bbedit xed",
    Form(AT_COLON, several=Several.EACH): "hx helix",
    Form(AT_COLON, True, Several.EACH): "zed zeditor subl sublime_text",
    Form(AT_COLON, True, Several.EACH, ("--goto",)): (
        "code code-insiders codium vscodium cursor windsurf"
    ),
    Form(AT_FLAG, True): "kate mate idea pycharm",
}
FORMS: Mapping[str, Form] = {
    name: form for form, names in EDITORS.items() for name in names.split()
}
UNKNOWN = Form(("{path}",))
"""An editor that is not in the table opens the document at its beginning."""


def filled(arguments: Sequence[str], path: str, number: int) -> tuple[str, ...]:
    """The arguments with the path, and with the number as line or page."""
    return tuple(word.format(path=path, line=number, page=number) for word in arguments)


def command_lines(form: Form, places: Sequence[tuple[str, int]]) -> tuple[tuple[str, ...], ...]:
    """The arguments of each call of an editor that opens these paths at these 1-based lines.

    >>> command_lines(FORMS["nano"], [("a.md", 3), ("b.md", 7)])
    (('+3', 'a.md', '+7', 'b.md'),)
    >>> command_lines(FORMS["vim"], [("a.md", 3), ("b.md", 7)])
    (('+3', 'a.md', 'b.md', '-c', 'silent next +7 | silent rewind'),)
    >>> command_lines(FORMS["kak"], [("a.md", 3), ("b.md", 7)])
    (('+3', 'a.md'), ('+7', 'b.md'))
    """
    each = [filled(form.arguments, path, line) for path, line in places]
    if len(each) > 1 and form.several is Several.EACH:
        return ((*form.flags, *(word for words in each for word in words)),)
    if len(each) > 1 and form.several is Several.NEXT:
        # A buffer of vi keeps its line when the first file is shown again.
        goes = " | ".join([*(f"silent next +{line}" for _, line in places[1:]), "silent rewind"])
        return ((*each[0], *(path for path, _ in places[1:]), "-c", goes),)
    return tuple((*form.flags, *words) for words in each)
