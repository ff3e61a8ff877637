"""The driver of the terminal after it was asked what it looks like and can show."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.drivers import linux_driver
from textual.message import Message

from ..background import Background

LATE_REPLY = re.compile(
    "\x1b?\\]11;[0-9a-zA-Z:/]*(?:\x07|\x1b\\\\)|\x1b?\\[\\?[0-9;]*c|\x1b?\\[6;[0-9]+;[0-9]+t"
)
BEGUN_REPLY = re.compile(
    "\x1b(?:\\](?:1(?:1(?:;[0-9a-zA-Z:/]*\x1b?)?)?)?|\\[(?:\\?[0-9;]*|6(?:;[0-9]*){0,2})?)$"
)
"""A reply whose end has not come yet. Some keys begin in the same way."""
HELD_SECONDS = 0.2
"""How long what may be the beginning of a reply is held: then it is a key, such as Alt+]."""


class ReplyDroppingParser(XTermParser):
    """Textual's parser, which would take an answer that comes late for keys."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._held = ""
        self._held_since = 0.0

    def feed(self, data: str) -> Iterable[Message]:
        """Parse the data without replies; one that has only begun is held until its end comes."""
        if not data:
            yield from super().feed("")
            return
        data = LATE_REPLY.sub("", self._held + data)
        begun = BEGUN_REPLY.search(data)
        self._held, self._held_since = (begun[0] if begun else ""), time.monotonic()
        data = data[: begun.start()] if begun else data
        if data:
            yield from super().feed(data)

    def tick(self) -> Iterable[Message]:
        """Parse what is held too long for a reply."""
        if self._held and time.monotonic() - self._held_since > HELD_SECONDS:
            held, self._held = self._held, ""
            yield from super().feed(held)
        yield from super().tick()


def driver_after(background: Background) -> type[Driver]:
    """A driver class that gives the terminal its modes back before it takes the terminal."""

    class AskingDriver(linux_driver.LinuxDriver):
        def start_application_mode(self) -> None:
            background.restore()
            super().start_application_mode()  # type: ignore[no-untyped-call]

        def run_input_thread(self) -> None:
            # Textual has no other way to say which parser its input thread makes.
            linux_driver.XTermParser = ReplyDroppingParser  # type: ignore[attr-defined]
            try:
                super().run_input_thread()
            finally:
                linux_driver.XTermParser = XTermParser  # type: ignore[attr-defined]

    return AskingDriver
