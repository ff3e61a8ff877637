"""The driver of the terminal after it was asked for its background."""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.drivers import linux_driver
from textual.message import Message

from ..background import Background

LATE_REPLY = re.compile("\x1b?\\]11;[0-9a-zA-Z:/]*(?:\x07|\x1b\\\\)")
BEGUN_REPLY = re.compile("\x1b\\](?:1(?:1(?:;[0-9a-zA-Z:/]*\x1b?)?)?)?$")


class ReplyDroppingParser(XTermParser):
    """Textual's parser, which would take an answer that comes late for keys."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._held = ""

    def feed(self, data: str) -> Iterable[Message]:
        """Parse the data without replies; one that has only begun is held until its end comes."""
        if not data:
            yield from super().feed("")
            return
        data = LATE_REPLY.sub("", self._held + data)
        begun = BEGUN_REPLY.search(data)
        self._held = begun[0] if begun else ""
        data = data[: begun.start()] if begun else data
        if data:
            yield from super().feed(data)


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
