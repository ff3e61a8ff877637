"""Raised numbers: marks of notes stand apart, exponents and ordinals stay."""

from __future__ import annotations

import pytest

from search.readers.paged.raised import apart
from search.readers.raised import Raised, joined

from .office_files import TYPES, W, blocks, read, word, zipped
from .test_readers_odf import odf


@pytest.mark.parametrize(
    ("before", "raised", "after", "text"),
    [
        ("resin of larch", "4", " and", "resin of larch 4 and"),
        ("in 1874", "12", ".", "in 1874 12."),
        ("in 1874.", "2", " Next", "in 1874. 2 Next"),
        ("larch", "3,4", "pine", "larch 3,4 pine"),
        ("larch", "[7]", "", "larch [7]"),
        ("12 km", "2", ",", "12 km²,"),
        ("12 km", "17", ",", "12 km 17,"),
        ("6.2×10", "23", "", "6.2×10²³"),
        ("10", "\u22123", " m", "10⁻³ m"),
        ("x", "2", "+1", "x²+1"),
        ("3a", "2", "", "3a²"),
        ("of H2O", "5", "", "of H2O 5"),
        ("(a+b)", "2", "", "(a+b)²"),
        ("(as said)", "2", "", "(as said) 2"),
        ("SO4", "2\u2212", "", "SO4²⁻"),
        ("the ", "14", "C age", "the 14C age"),
        ("(", "13", "C)", "(13C)"),
        ("the 2", "nd", " door", "the 2nd door"),
        ("XIX", "e", " siècle", "XIXe siècle"),
        ("Lindqvist", "a,b", " and", "Lindqvist a,b and"),
        ("Drainex", "TM", " pipe", "Drainex TM pipe"),
        ("", "1", " A note", "1 A note"),
    ],
)
def test_a_raised_text_is_joined_by_what_stands_around_it(before, raised, after, text):
    assert joined([before, *map(Raised, raised), after]) == text


TEXT = ["slate 3 of 1874 2 on 40 m², 10⁵, 1st"]
RUNS = (
    ("slate", "3"), (" of 1874", "2"), (" on 40 m", "2"), (", 10", "5"), (", 1", "st"),
)  # fmt: skip


def texts(data: bytes, name: str) -> list[str]:
    return [text for _, text in blocks(read(data, name))]


@pytest.mark.parametrize(
    "properties", ['<w:vertAlign w:val="superscript"/>', '<w:rStyle w:val="NoteMark"/>']
)
def test_word(properties):
    styles = (
        f'<w:styles {W}><w:style w:type="character" w:styleId="NoteMark"><w:name w:val="n"/>'
        '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style></w:styles>'
    )
    runs = "".join(
        f"<w:r><w:t>{words}</w:t></w:r><w:r><w:rPr>{properties}</w:rPr><w:t>{mark}</w:t></w:r>"
        for words, mark in RUNS
    )
    assert texts(word(f"<w:p>{runs}</w:p>", styles=styles), "a.docx") == TEXT


def test_opendocument():
    style = (
        '<style:style style:name="T1" style:family="text">'
        '<style:text-properties style:text-position="super 58%"/></style:style>'
        '<style:style style:name="T2" style:family="text" style:parent-style-name="T1"/>'
    )
    spans = "".join(
        f'{words}<text:span text:style-name="T2">{mark}</text:span>' for words, mark in RUNS
    )
    assert texts(odf("text", f"<text:p>{spans}</text:p>", style), "a.odt") == TEXT


@pytest.mark.parametrize("control", [r"\super", r"\up6"])
def test_rtf(control):
    runs = "".join(f"{words}{{{control} {mark}}}" for words, mark in RUNS)
    assert texts(f"{{\\rtf1 {runs}\\par}}".encode(), "a.rtf") == TEXT


@pytest.mark.parametrize("unit", ["m", "km", "hm", "ha", "inch", "kHz", "mol", "µm"])
def test_all_readers_know_the_same_units(unit):
    # A web page keeps the digit, so that the phrase "40 m2" finds it.
    page = f"<p>of 40 {unit}<sup>2</sup> and slate<sup>3</sup>"
    assert texts(page.encode(), "a.html") == [f"of 40 {unit}2 and slate 3"]
    assert joined(["of 40 ", unit, Raised("2"), " and"]) == f"of 40 {unit}² and"
    assert apart(f"of 40 {unit}² and slate³") == f"of 40 {unit}² and slate 3"


def test_slides():
    runs = "".join(
        f'<a:r><a:t>{words}</a:t></a:r><a:r><a:rPr baseline="30000"/><a:t>{mark}</a:t></a:r>'
        for words, mark in RUNS
    )
    relations = (
        '<Relationships xmlns="x"><Relationship Id="r0" Type="{}" Target="{}"/></Relationships>'
    )
    data = zipped(
        {
            "ppt/presentation.xml": '<p:p><p:sldId r:id="r0"/></p:p>',
            "ppt/_rels/presentation.xml.rels": relations.format(f"{TYPES}/slide", "s.xml"),
            "ppt/s.xml": f"<p:sld><p:sp><a:p>{runs}</a:p></p:sp></p:sld>",
        }
    )
    assert texts(data, "a.pptx") == TEXT
