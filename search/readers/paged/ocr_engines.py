"""The engines that recognise text in pictures.

macOS uses Apple's Vision through ocrmac; other systems use PaddleOCR's models through RapidOCR.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...telemetry import keep_onnxruntime_silent
from .bands import in_bands
from .reading_order import Line

if TYPE_CHECKING:
    from PIL.Image import Image

Recognise = Callable[["Image"], list[Line]]

DETECTION = 832
"""Pixels of a band's longer side when RapidOCR looks for lines.

It reads the lines that it finds at the picture's own size.
"""


@dataclass(frozen=True, slots=True)
class OcrEngine:
    """A way to recognise text: `modules` are the modules that it needs, `load` opens it.

    Loading may take seconds and hundreds of MB.
    """

    modules: tuple[str, ...]
    load: Callable[[], Recognise]


def with_rapidocr() -> Recognise:
    """RapidOCR with the models of its package on one thread of onnxruntime."""
    keep_onnxruntime_silent()
    import cv2
    import numpy as np
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    read = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": 1 << 14,
            # The classifier of lines that are upside down turns many upright lines over.
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTION,
            # The lines of a batch are padded to the longest, so each line is a batch of its own.
            "Rec.rec_batch_num": 1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def recognise(picture: Image) -> list[Line]:
        return in_bands(np.asarray(picture.convert("RGB"))[:, :, ::-1], lines_of)

    def lines_of(pixels: Any) -> list[Line]:
        found = read(pixels)
        if found.txts is None:
            return []
        # A box is four corners, as the text may be slanted; the line is the upright box around it.
        corners = ((box.min(axis=0), box.max(axis=0)) for box in found.boxes)
        places = (
            (float(low[0]), float(low[1]), float(high[0]), float(high[1])) for low, high in corners
        )
        return [Line(*place, words) for place, words in zip(places, found.txts, strict=True)]

    return recognise


def with_ocrmac() -> Recognise:
    """Apple's Vision. It gives places as fractions of the picture, from its lower left corner."""
    from ocrmac import ocrmac

    def recognise(picture: Image) -> list[Line]:
        wide, high = picture.size
        return [
            Line(x * wide, (1 - y - height) * high, (x + width) * wide, (1 - y) * high, words)
            for words, _, (x, y, width, height) in ocrmac.OCR(picture).recognize()
        ]

    return recognise


ENGINES: dict[str, OcrEngine] = {"darwin": OcrEngine(("ocrmac", "PIL"), with_ocrmac)}
DEFAULT = OcrEngine(("rapidocr", "onnxruntime", "PIL"), with_rapidocr)

ENGINE = ENGINES.get(sys.platform, DEFAULT)
