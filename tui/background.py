"""Asks the terminal what it looks like and can show, while the app is still being loaded."""

from __future__ import annotations

import os
import re
import select
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from .graphics import ABILITIES_REPLY, PICTURE_QUESTION, Graphics, graphics_of

BACKGROUND_QUESTION = b"\x1b]11;?\x1b\\"
REPLY = re.compile(
    rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})[^\x07\x1b]*"
    rb"(?:\x07|\x1b\\)"
)
PATIENCE_SECONDS = 0.1
"""How long after the question the answer counts. The app is loaded meanwhile, which takes longer,
so that a terminal without an answer delays nothing."""
MUTE = ("dumb", "linux", "unknown", "vt100", "vt220")
"""Kinds of terminals that are not asked: they have no answer."""
LIGHT_COLOURS = frozenset({"7", *(str(number) for number in range(9, 16))})
"""The numbers of light colours in COLORFGBG."""


class Background:
    """The questions to the terminal, as a context manager: on leaving, the terminal is as before.

    While it is asked, the terminal does not echo, so that its answer is not seen. What is typed
    meanwhile is lost, as are all keys before the input has the focus. `stdin` and `stdout` are file
    descriptors of a terminal, and `asked` is true if it was asked. It is not asked for the colour
    of its background if that is not `wanted`.
    """

    def __init__(
        self, stdin: int, stdout: int, environment: Mapping[str, str], wanted: bool = True
    ) -> None:
        self.stdin, self.stdout, self.environment = stdin, stdout, environment
        self.wanted = wanted
        self.asked = False
        self._answer: bytes | None = None
        self._modes: list[object] | None = None
        self._asked_at = 0.0

    def __enter__(self) -> Self:
        if self._can_be_asked:
            self._ask()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.restore()

    def is_light(self) -> bool | None:
        """True for a light background, False for a dark one, None where it is unknown.

        COLORFGBG tells it where the terminal has not answered in time.
        """
        if not self.wanted:
            return None
        if match := REPLY.search(self._answered()):
            return _is_light(*match.groups())
        colour = self.environment.get("COLORFGBG", "").rpartition(";")[2]
        return colour in LIGHT_COLOURS if colour.isdigit() else None

    def graphics(self) -> Graphics:
        """How the terminal shows pictures."""
        return graphics_of(self.environment, self._answered(), _window(self.stdout))

    def _answered(self) -> bytes:
        """What the terminal answered in time; its abilities are the last answer."""
        if self._answer is not None:
            return self._answer
        self._answer = b""
        while self.asked and not ABILITIES_REPLY.search(self._answer):
            left = self._asked_at + PATIENCE_SECONDS - time.monotonic()
            if not select.select([self.stdin], [], [], max(left, 0))[0]:
                break
            read = os.read(self.stdin, 4096)
            self._answer += read
            if not read:
                break
        return self._answer

    def restore(self) -> None:
        """Let the terminal echo again; the app calls it right before it takes the terminal."""
        if self._modes is not None:
            import termios

            termios.tcsetattr(self.stdin, termios.TCSANOW, self._modes)  # type: ignore[arg-type]
            self._modes = None

    @property
    def _can_be_asked(self) -> bool:
        kind = self.environment.get("TERM", "dumb")
        # GNU screen asks nobody; tmux, which may bear the same name, answers itself.
        is_screen = kind.startswith("screen") and "TMUX" not in self.environment
        return (
            sys.platform != "win32"
            and kind not in MUTE
            and not is_screen
            and os.isatty(self.stdin)
            and os.isatty(self.stdout)
        )

    def _ask(self) -> None:
        import termios

        try:
            self._modes = termios.tcgetattr(self.stdin)
            quiet = termios.tcgetattr(self.stdin)
            quiet[3] &= ~(termios.ECHO | termios.ICANON)
            termios.tcsetattr(self.stdin, termios.TCSANOW, quiet)
            os.write(self.stdout, BACKGROUND_QUESTION * self.wanted + PICTURE_QUESTION)
        except (OSError, termios.error):
            # A process in the background may not change the terminal.
            return
        self._asked_at = time.monotonic()
        self.asked = True


def _window(terminal: int) -> tuple[int, int, int, int]:
    """The terminal's columns and rows, and width and height in pixels; 0 for what is unknown."""
    import fcntl
    import struct
    import termios

    try:
        packed = fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return 0, 0, 0, 0
    rows, columns, across, down = struct.unpack("HHHH", packed)
    return columns, rows, across, down


def _is_light(*colours: bytes) -> bool:
    """Whether the brightness is above the middle; `colours` are red, green and blue in hex."""
    red, green, blue = (int(colour, 16) / (16 ** len(colour) - 1) for colour in colours)
    brightness: float = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return brightness > 0.5
