"""Write the two PDFs of the sample corpus.

    python scripts/make_sample_pdfs.py [FOLDER]

The bytes depend on this file alone (no date, no compression, no library), so a second run changes
nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "sample_corpus" / "papers"

PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 420, 595, 48  # A5, in points.

# Advance widths of Helvetica in thousandths of the font size, for the characters 32 to 126. The
# source is Adobe's core font metrics.
WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 "
    "556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 "
    "1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 "
    "667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 "
    "333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 "
    "556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
ADVANCE = {chr(32 + i): int(width) for i, width in enumerate(WIDTHS.split())}
OTHER_ADVANCE = 584  # The widest of the few characters beyond ASCII in these texts.


@dataclass(frozen=True)
class Style:
    """How a line is set.

    `font` is the font's name in the page's resources. `size`, the space `above` the block and the
    height of a line are in points.
    """

    font: str
    size: float
    above: float
    leading: float


TEXT = Style("F1", 10, 5, 13.5)
FOOTER = Style("F1", 8, 0, 10)

# The first two characters of a block set its style. A block without such a mark is running text.
STYLES = {
    "= ": Style("F2", 16, 0, 20),
    "~ ": Style("F1", 9, 2, 13),
    "# ": Style("F2", 12, 12, 16),
    "| ": Style("F1", 9, 1, 12.5),
}


@dataclass(frozen=True)
class Paper:
    """A report: its file's name, title and footer, and its text.

    Empty lines separate the blocks of the text. Each line of a table is a row.
    """

    file: str
    title: str
    footer: str
    text: str


HEDGEHOGS = Paper(
    "hedgehogs.pdf",
    "Hedgehogs behind the terraces",
    "Ferncombe Nature Circle, Occasional Paper 12",
    """\
= Hedgehogs behind the terraces

~ Calla Winstanley-Roe and Tadeusz Oram, Ferncombe Nature Circle, November 2023

# Summary

We followed nineteen hedgehogs with small transmitters through two summers in a quarter of terraced
houses. They crossed eleven gardens a night on average, preferred those with a hole in the fence,
and avoided any road wider than nine metres. Badgers, not traffic, seem to decide where they do not
live. A single missing brick in a wall changed the map more than any amount of food put out for
them.

# 1. The place

The quarter lies between the railway and the river Sorrel: 412 houses, 388 gardens, on 21 hectares.
Most gardens measure six metres by fourteen and are closed by walls or boards. Before the study
residents of 61 houses said that they had seen a hedgehog in the past year; nobody had counted them.

# 2. Method

Animals were caught by hand under licence 2022-EC-0417 on walks between ten at night and two in the
morning. Each was weighed and given a coloured tube on five spines, and, if heavier than 600 g, a
transmitter of 8 g glued to the clipped spines of the lower back. We located each animal every
twenty minutes on four nights a month from May to September.

Forty-three households agreed to make a gap of 13 by 13 cm at the foot of their fence in March 2023,
before the second season. A further forty were asked and left theirs as they were; they are our
comparison.

Inked paper in plastic tunnels recorded footprints in 120 gardens for five nights each. Volunteers
read the prints without knowing which gardens had gaps.

# 3. Results

# 3.1 Distances

Males walked 1.9 km a night, females 1.0 km. The longest walk was that of male number 7, called
Brush: 3.4 km on the night of 11 June, round the cemetery and back by way of the bowling green.

# 3.2 Gaps

Where a gap had been made, prints were found in 68 % of gardens, against 24 % in the comparison. The
gain showed within twelve days. Gardens two doors away gained as well, although nothing had been
done to them, since an animal that can pass through one plot reaches the next.

| Gardens | 2022 | 2023
| with gap, prints found | 26 % | 68 %
| comparison, prints found | 27 % | 24 %
| animals seen per walk | 1.4 | 2.3

# 3.3 Food

Bowls of cat biscuit drew animals to a garden for a quarter of an hour at a time but did not change
where they slept. On camera a third of the bowls were emptied by cats, and one by a resident's
uncle.

# 3.4 Losses

Five of the nineteen died. Two were run over on the Weir Street bridge, one was taken by a badger
near the railway, one drowned in a pond with vertical sides, and one was cut by a strimmer in long
grass in August. No tagged animal ventured within 200 m of the badger sett.

# 3.5 Nests

We found 34 day nests and nine winter nests. Seven of the nine were under sheds that stand a hand's
breadth off the ground, built of leaves of oak and hornbeam. Females moved their young once on
average, always at dusk, carrying them by the scruff.

# 4. Discussion

The numbers are small and the two summers were not alike: June 2022 was dry, and worms stayed deep.
Some of the rise in 2023 would have come anyway. Yet the comparison gardens had the same rain and
did not gain, which makes us confident that the openings did most of it.

We had expected roads to be the chief barrier. They are not, at least not the narrow ones: animals
crossed Alder Road at a run some four hundred times without harm. What they do not do is climb
smooth boards.

# 5. What residents can do

Make one opening in each side, no larger than a saucer, and ask the neighbours to do the same in one
line. Lay a rough plank in every pond as a ramp. Look through the grass before mowing. Leave the
space under the shed alone from October to April.

# Thanks

To the households, to Birch Lane practice for treating the strimmer case free of charge, and to
Winifred, eighty-one, who walked every transect.
""",
)

HEAT_PUMPS = Paper(
    "heat-pumps.pdf",
    "Fourteen old houses, fourteen heat pumps",
    "Sorrel Valley Energy Cooperative, report 2024/3",
    """\
= Fourteen old houses, fourteen heat pumps

~ Final report of the field trial, Sorrel Valley Energy Cooperative, June 2024. Editor: Perpetua
Ndiaye-Holm

# Abstract

Between October 2022 and April 2024 we measured air-source heat pumps in fourteen houses built
between 1874 and 1938, none of which had underfloor heating. Over the second winter they gave 3.2
units of heat for each unit of electricity. Three houses that did badly were mended by changes to
settings, not to walls. The method and all figures are described so that others can repeat them.

# 1. The houses

Nine are terraces of brick, three are cottages of rubble stone, two are detached. Lofts were
insulated in twelve. The design loss at -5 °C ranged from 4.1 to 9.8 kW. Radiators were replaced
where the old ones would have needed water hotter than 50 °C: on average four in a house, at 290
each.

# 2. Measurements

A heat meter of class 2 sat in the flow pipe, an electricity meter in the supply, and loggers in
three rooms; values were stored every two minutes. House 6 lost eleven weeks of data when a mouse
ate the cable, and house 13 left the trial when it was sold. Neither is in the averages.

# 3. Results

| House type | Winter 1 | Winter 2
| brick terrace | 2.8 | 3.3
| stone cottage | 2.5 | 2.9
| detached | 3.0 | 3.4
| all, weighted by heat | 2.8 | 3.2

# 3.1 Why the second winter was better

The weather was alike. What changed were three habits. Installers had set the flow at a fixed 52 °C;
with weather compensation it averaged 39 °C. Room thermostats were opened fully, so that the machine
ran long and gently where before it had started nine times an hour. And the night setback was
reduced from five degrees to one: reheating cold masonry at dawn cost more than was saved.

# 3.2 The coldest week

From 14 to 20 January 2024 the mean outside was -6.3 °C. All houses held 20 °C in the living room
without the immersion heater except house 9, where ice blocked the fins because the drip tray
drained onto a step and froze. The tray now has a hose.

# 3.3 Noise

At the nearest neighbour's window we read 34 to 41 dB(A). One complaint was made, about a rattle
rather than a hum: a bracket had been fixed to a party wall with rigid bolts. Rubber mounts for 46
ended it.

# 3.4 Bills

Against gas at the prices of 2024 ten households paid less, by 180 a year at the median, and two
paid more, by 60 and 95. Both of the latter had kept the gas connection for a cooker and so went on
paying its standing charge.

# 4. What the residents say

In interviews eleven of twelve would do it again. The word most often used was even: no more hot
evenings and icy mornings. Several missed a radiator hot enough to dry gloves on. One retired
plumber, who had told us in 2022 that it would never work, now shows his to visitors.

# 5. Recommendations

First, work out the loss of every room before anything is ordered; four of our machines turned out a
size too large. Second, hand over with the compensation curve set and a page that explains it.
Third, return after six weeks: the visit takes an hour and was worth 0.4 in efficiency.

Fourth, clear leaves from the back of the unit in November. Fifth, tell people that lukewarm
radiators are right, since half of all service calls in the first winter were about machines that
had nothing wrong with them.

# 6. Costs and funding

The mean price was 11,640, of which the county's scheme RH-27 paid 5,000. Monitoring cost 820 a
house and was borne by the cooperative. No manufacturer gave money or saw this text before it was
printed.

# Appendix: how the ratio was reckoned

Heat delivered to rooms and to the hot-water cylinder, divided by all electricity of the outdoor
unit, the circulation pump and the immersion heater. Defrosting counts against the machine. Standby
power, 9 W on average, is included.
""",
)


def width(text: str, size: float) -> float:
    """The length of a line in points."""
    return sum(ADVANCE.get(char, OTHER_ADVANCE) for char in text) * size / 1000


def wrapped(text: str, size: float) -> Iterator[str]:
    """Break text into lines that fit between the margins."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width(longer, size) > PAGE_WIDTH - 2 * MARGIN:
            yield line
            longer = word
        line = longer
    yield line


def shown(text: str, style: Style, x: float, y: float) -> bytes:
    """The PDF operators that draw one line at x, y."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")
    return b"BT /%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET\n" % (
        style.font.encode(),
        style.size,
        x,
        y,
        escaped,
    )


def lines(paper: Paper) -> Iterator[tuple[Style, float, list[str]]]:
    """Every line of a paper with its style and its height, as cells that share the width evenly."""
    for block in paper.text.split("\n\n"):
        style = STYLES.get(block[:2], TEXT)
        if block.startswith("| "):
            rows = [row.removeprefix("| ").split(" | ") for row in block.splitlines()]
        else:
            rows = [
                [line] for line in wrapped(block[2:] if style is not TEXT else block, style.size)
            ]
        for i, cells in enumerate(rows):
            yield style, style.leading + (0 if i else style.above), cells


def pages(paper: Paper) -> list[bytes]:
    """The content stream of each page."""
    streams = [b""]
    y = float(PAGE_HEIGHT - MARGIN)
    for style, space, cells in lines(paper):
        # A heading moves to the next page if fewer than three lines of text would follow it.
        if y - space < MARGIN + (3 * TEXT.leading if style.font == "F2" else 0):
            streams.append(b"")
            y = float(PAGE_HEIGHT - MARGIN)
        y -= space
        column = (PAGE_WIDTH - 2 * MARGIN) / len(cells)
        streams[-1] += b"".join(
            shown(cell, style, MARGIN + i * column, y) for i, cell in enumerate(cells)
        )
    return [
        stream + shown(f"{paper.footer} - {number}", FOOTER, MARGIN, MARGIN - 20)
        for number, stream in enumerate(streams, 1)
    ]


def pdf(paper: Paper) -> bytes:
    """The whole file: catalogue, page tree, two fonts, information, each page and its stream."""
    # The objects.
    streams = pages(paper)
    kids = b" ".join(b"%d 0 R" % (6 + 2 * i) for i in range(len(streams)))
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams)),
        font % b"Helvetica",
        font % b"Helvetica-Bold",
        b"<< /Title (%s) >>" % paper.title.encode("cp1252"),
    ]
    for i, stream in enumerate(streams):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
            % (PAGE_WIDTH, PAGE_HEIGHT, 7 + 2 * i)
        )
        objects.append(b"<< /Length %d >>\nstream\n%sendstream" % (len(stream), stream))

    # The objects with their offsets, then the table of the offsets.
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        len(out),
    )
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for paper in (HEDGEHOGS, HEAT_PUMPS):
        (folder / paper.file).write_bytes(pdf(paper))
        print(folder / paper.file)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
