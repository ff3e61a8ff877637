"""Recognition of text in pictures, where an engine for it is installed.

The engine is loaded at the first need and kept for the next files of the process.
"""

from __future__ import annotations

import time
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ... import process_memory
from ...documents import Reason
from ...errors import Unreadable
from .. import timer
from .ocr_engines import ENGINE, Recognise
from .reading_order import in_order

if TYPE_CHECKING:
    from PIL.Image import Image

HINT = "to have text in pictures recognised: pip install 'docsearch[ocr]', then ingest again"


@cache
def available() -> bool:
    """True where an engine is installed. The engine is not loaded for this."""
    return all(find_spec(module) is not None for module in ENGINE.modules)


class Recognition:
    """The recognition of text in one file's pictures, within so many `seconds` by the clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """True when the time is up."""
        return time.monotonic() >= self._end

    def text(self, picture: Image) -> str:
        """The text in a picture, in reading order; empty where there is none.

        Raises Unreadable where the engine fails.
        """
        with timer.uncounted():
            try:
                text = in_order(_engine()(picture))
            except MemoryError:
                raise
            except Exception as error:
                # Engines in C++ raise errors of their own types. RapidOCR's messages hold a
                # traceback, so only the last line is shown.
                last_line = str(error).strip().rpartition("\n")[2]
                raise Unreadable(
                    Reason.CRASHED, f"text recognition failed: {type(error).__name__}: {last_line}"
                ) from error
            process_memory.give_back()
        return text


@cache
def _engine() -> Recognise:
    return ENGINE.load()
