"""What recognises text in pictures: Apple's Vision through ocrmac on macOS, PaddleOCR's models through RapidOCR elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .bands import in_bands
from .reading_order import Line

if TYPE_CHECKING:
    from PIL.Image import Image

Recognise = Callable[["Image"], list[Line]]

DETECTION = 832
"""Pixels of a band's longer side in which RapidOCR looks for lines; it reads them in the picture as it is."""


@dataclass(frozen=True, slots=True)
class OcrEngine:
    """A way to recognise text: the modules that it needs, and how it is loaded, which may take seconds and hundreds of MB."""

    modules: tuple[str, ...]
    load: Callable[[], Recognise]


def with_rapidocr() -> Recognise:
    """RapidOCR with the models of its package on one thread of onnxruntime."""
    import cv2
    import numpy as np
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    read = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": 1 << 14,
            # What tells lines that stand upside down takes many for such that do not.
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTION,
            # Lines in one batch are padded to the longest.
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
        corners = ((box.min(axis=0), box.max(axis=0)) for box in found.boxes)
        places = (
            (float(low[0]), float(low[1]), float(high[0]), float(high[1])) for low, high in corners
        )
        return [Line(*place, words) for place, words in zip(places, found.txts, strict=True)]

    return recognise


def with_ocrmac() -> Recognise:
    """Apple's Vision, which gives places as parts of the picture's sides from its lower left corner."""
    from ocrmac import ocrmac

    def recognise(picture: Image) -> list[Line]:
        wide, high = picture.size
        return [
            Line(x * wide, (1 - y - height) * high, (x + width) * wide, (1 - y) * high, words)
            for words, _, (x, y, width, height) in ocrmac.OCR(picture).recognize()
        ]

    return recognise


ENGINES: dict[str, OcrEngine] = {"darwin": OcrEngine(("ocrmac", "PIL"), with_ocrmac)}
ELSEWHERE = OcrEngine(("rapidocr", "onnxruntime", "PIL"), with_rapidocr)

ENGINE = ENGINES.get(sys.platform, ELSEWHERE)
