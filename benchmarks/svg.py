"""What all plots are drawn with: colours for light and for dark pages, lines and texts as SVG."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

WIDTH, MARGIN = 700, 16
FONT = "-apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
# The colour of each series in a theme; other series have the first colour.
COLOURS = {
    "hybrid": 1,
    "docsearch in float32": 1,
    "vector": 2,
    "onnxruntime": 2,
    "torch.compile": 2,
    "text": 3,
    "torch": 3,
}


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a light or a dark page. The series can be told apart by colour-blind people."""

    name: str
    page: str
    ink: str
    muted: str
    grid: str
    series: tuple[str, str, str, str]


LIGHT = Theme(
    "light",
    page="#ffffff",
    ink="#1f2328",
    muted="#59636e",
    grid="#d1d9e0",
    series=("#0072b2", "#56b4e9", "#e69f00", "#8c959f"),
)
DARK = Theme(
    "dark",
    page="#0d1117",
    ink="#f0f6fc",
    muted="#9198a1",
    grid="#30363d",
    series=("#3d9be0", "#a3d4f7", "#e69f00", "#7d8590"),
)


def document(title: str, parts: Iterable[str], height: float, theme: Theme) -> str:
    """An SVG document under a heading."""
    size = f'width="{WIDTH}" height="{height:g}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH} {height:g}"',
        f' role="img" font-family="{FONT}">',
        f"<title>{escape(title)}</title>",
        f'<rect {size} rx="6" fill="{theme.page}"/>',
        text(MARGIN, 30, title, theme.ink, size=17, bold=True),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: int) -> str:
    """A line between two points."""
    ends = f'x1="{x1:.1f}" y1="{y1:g}" x2="{x2:.1f}" y2="{y2:g}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def text(
    x: float,
    y: float,
    words: str,
    colour: str,
    *,
    size: int = 12,
    bold: bool = False,
    anchor: str = "",
    halo: str = "",
    after: str = "",
) -> str:
    """A text; `halo` keeps grid lines off its letters, and `after` follows it in plain letters."""
    style = f'font-size="{size}" fill="{colour}"'
    if bold:
        style += ' font-weight="600"'
    if anchor:
        style += f' text-anchor="{anchor}"'
    if halo:
        style += f' stroke="{halo}" stroke-width="4" paint-order="stroke"'
    shown = escape(words)
    if after:
        shown += f'<tspan dx="8" font-size="12" font-weight="400">{escape(after)}</tspan>'
    return f'<text x="{x:.1f}" y="{y:g}" {style}>{shown}</text>'
