"""Chooses the form of a notebook's output that is read: a program may give out several forms."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ...errors import Unreadable
from ..decoding import tidy

FORMS = ("text/markdown", "text/plain", "text/html", "text/latex", "application/json")
"""The forms that are read, the best one first.

Plain text is passed over where it only names an object.
"""

_FORMAT_3 = {"markdown": "text/markdown", "text": "text/plain", "html": "text/html"} | {
    "latex": "text/latex",
    "json": "application/json",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "javascript": "application/javascript",
}
_SCRIPTS = ("application/javascript", "application/x-javascript")
_OBJECT = re.compile(
    r"\[?\s*(?:<[^<>\n]{1,300}>[\s,]*)+\]?|(?:[\w.]+\()?<[^\n]{1,300} at 0x[\da-f]+>\)?"
)


class Output(NamedTuple):
    """An output's text and its form, empty without one.

    `other` counts what the output shows that is no text. `has_more` is true where the text is only
    the end of a longer one.
    """

    text: str
    form: str = ""
    other: int = 0
    has_more: bool = False


def shown_output(output: dict[str, Any]) -> Output:
    """The text of an output, or the message of its error without the lines that led to it."""
    if output.get("ename"):
        message = f"{output['ename']}: {output.get('evalue', '')}"
        has_more = any(map(str.isalpha, text_of(output.get("traceback"))))
        return Output(text_of(message), has_more=has_more)
    if output.get("output_type") == "stream":
        return Output(text_of(output.get("text")))
    forms = _forms(output)
    for form in FORMS:
        text = text_of(forms.get(form))
        if text and not (form == "text/plain" and _OBJECT.fullmatch(text)):
            break
    else:
        text, form = "", ""
    pictures = sum(name.startswith(("image/", "video/", "audio/")) for name in forms)
    is_lost = not text and any(forms.values()) and not all(name in _SCRIPTS for name in forms)
    return Output(text, form, 1 if pictures or is_lost else 0)


def text_of(lines: Any) -> str:
    """A text stored as a string or as a list of lines.

    The result is empty where the value is neither, or holds nothing visible.
    """
    joined = (
        "".join(line for line in lines if isinstance(line, str))
        if isinstance(lines, list)
        else lines
    )
    try:
        return tidy(joined).strip("\n").rstrip() if isinstance(joined, str) else ""
    except Unreadable:
        return ""


def _forms(output: dict[str, Any]) -> dict[str, Any]:
    """The forms of an output by their media types; format 3 has them in the output itself."""
    data = output.get("data")
    if isinstance(data, dict):
        return data
    return {_FORMAT_3[name]: value for name, value in output.items() if name in _FORMAT_3}
