"""Pictures in iTerm2's protocol: a PNG that is drawn where the cursor stands."""

from __future__ import annotations

import zlib
from base64 import standard_b64encode
from struct import pack

from search.results import Picture


def drawn(picture: Picture, columns: int, rows: int) -> str:
    """The message that draws the picture over that many cells."""
    data = png(picture)
    size = f"size={len(data)};width={columns};height={rows};preserveAspectRatio=0"
    return f"\x1b]1337;File=inline=1;{size}:{standard_b64encode(data).decode()}\x07"


def png(picture: Picture) -> bytes:
    """The picture as a PNG."""
    stride = 3 * picture.width
    rows = [
        picture.pixels[start : start + stride] for start in range(0, len(picture.pixels), stride)
    ]
    # Each row begins with the number of its filter, and 0 is none.
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    head = pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
