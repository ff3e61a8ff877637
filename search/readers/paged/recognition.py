"""Text in pictures, where an engine for it is installed: loaded at the first need, and kept for the process's next files."""

from __future__ import annotations

import time
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ...documents import Reason
from ...errors import Unreadable
from .. import process_memory, timer
from .ocr_engines import ENGINE, Recognise
from .reading_order import in_order

if TYPE_CHECKING:
    from PIL.Image import Image

HINT = "to have text in pictures recognised: pip install 'docsearch[ocr]', then ingest again"


@cache
def available() -> bool:
    """True where an engine is installed. Loads nothing."""
    return all(find_spec(module) is not None for module in ENGINE.modules)


class Recognition:
    """The recognition of one file's pictures, in so many `seconds` by the clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """True when its time is up."""
        return time.monotonic() >= self._end

    def text(self, picture: Image) -> str:
        """The text in a picture, in the order of reading; empty where there is none. Raises Unreadable where the engine fails over it."""
        with timer.uncounted():
            try:
                text = in_order(_engine()(picture))
            except MemoryError:
                raise
            except Exception as error:
                # Engines in C++ give errors of types of their own, RapidOCR with a traceback for a message.
                last = str(error).strip().rpartition("\n")[2]
                raise Unreadable(
                    Reason.CRASHED, f"text recognition failed: {type(error).__name__}: {last}"
                ) from error
            process_memory.give_back()
        return text


@cache
def _engine() -> Recognise:
    return ENGINE.load()
