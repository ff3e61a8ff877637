"""What the letters of a PDF stand for: names of glyphs, stated text, raised numbers, layers."""

from __future__ import annotations

import pytest

from search.readers.paged.glyph_names import text_of
from search.readers.paged.raised import apart

from .test_readers_pdf import pdf, read

SIZE = "BT /F1 12 Tf 72 720 Td "


def page(operators: str, **entries):
    """A PDF of one page with these operators."""
    return pdf(operators.encode("latin-1"), **entries)


def font(names: str, base: str = "Helvetica", maps: bool = False) -> str:
    """A font whose codes from 128 have these glyphs; `maps` names object 900 as its map."""
    return (
        f"/Type /Font /Subtype /Type1 /BaseFont /{base} /Encoding << /Type /Encoding "
        f"/BaseEncoding /WinAnsiEncoding /Differences [128 {names}] >>"
        + " /ToUnicode 900 0 R"
        * maps
    )


def to_unicode(first: str) -> dict[int, tuple[str, bytes]]:
    """Object 900: a map that leads the codes from 128 to `first` and the characters behind it."""
    ranges = f"2 beginbfrange <20> <7E> <0020> <80> <86> <{first}> endbfrange"
    single = "".join(f"<{code:02X}> <{first}> " for code in range(128, 135))
    body = ranges if first.startswith("E") else f"{ranges} 7 beginbfchar {single}endbfchar"
    return {900: ("", f"begincmap {body.replace(' <80>', chr(10) + '<80>')} endcmap".encode())}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("f_i", "fi"),
        ("T_h.liga", "Th"),
        ("uni0066006C", "fl"),
        ("uni20AC.alt", "€"),
        ("u1F600", "😀"),
        ("A.sc", "A"),
        ("oneoldstyle", "1"),
        ("fi", "ﬁ"),
        ("g17", None),
        ("f_g17", None),
        ("uniD800", None),
        (".notdef", None),
        ("", None),
    ],
)
def test_a_glyph_name_tells_its_text(name, text):
    assert text_of(name) == text


NAMES = "/f_f_i /u1F600 /uni0066006C /f_i.alt /T_h /A.sc /oneoldstyle"
LINE = [r"of\200ce \201 x\202y \203 \204 \205 \206"]
READ = "offfice 😀 xfly fi Th A 1"


def test_names_of_glyphs_are_read():
    document = read(pdf(LINE, font=font(NAMES)))
    assert (document.text, document.warnings) == (READ, ())


@pytest.mark.parametrize("character", ["0000", "FFFD", "E000", "F8FF", "0001"])
def test_names_count_where_the_map_leads_to_no_character(character):
    data = pdf(LINE, font=font(NAMES, maps=True), streams=to_unicode(character))
    document = read(data)
    assert (document.text, document.warnings) == (READ, ())


@pytest.mark.parametrize("maps", [True, False])
def test_glyphs_that_stay_unreadable_are_counted(maps):
    lines = [r"Speci\200cations and se\201ings, long enough to be read"]
    data = pdf(lines, font=font("/g12 /g13", maps=maps), streams=to_unicode("E000"))
    document = read(data)
    assert document.text == "Speci\ufffdcations and se\ufffdings, long enough to be read"
    assert document.warnings == ("left out: 2 characters that the file does not name",)


def test_codes_of_symbol_fonts_are_read():
    symbol = font("/g1", "ABCDEF+SymbolMT", maps=True)
    assert read(pdf([r"20 \200m"], font=symbol, streams=to_unicode("F06D"))).text == "20 μm"
    ticks = font("/g1", "ABCDEF+Wingdings-Regular", maps=True)
    assert read(pdf([r"\200 done"], font=ticks, streams=to_unicode("F0FC"))).text == "✓ done"


def test_names_inside_a_type_1_font_are_read():
    program = b"%!PS\n/Encoding 256 array\ndup 128 /f_f_i put\nreadonly def\neexec\n"
    data = pdf(
        [r"the o\200ce"],
        font="/Type /Font /Subtype /Type1 /BaseFont /X /FontDescriptor 901 0 R",
        streams={901: ("/Type /FontDescriptor /FontFile 902 0 R", None), 902: ("", program)},
    )
    assert read(data).text == "the office"


@pytest.mark.parametrize(
    ("operators", "text"),
    [
        ("(The ) Tj /Span << /ActualText (office) >> BDC (oXce) Tj EMC ( is) Tj", "The office is"),
        (
            "(The ) Tj /Span << /ActualText <FEFF006F00660066006900630065> >> BDC "
            "[(o)-20(X)10(ce)] TJ EMC ( is) Tj",
            "The office is",
        ),
        (
            "/Span << /ActualText (office) >> BDC (o) Tj 6.7 0 Td (X) Tj 6 0 Td (ce) Tj EMC "
            "12.7 0 Td (s are) Tj",
            "offices are",
        ),
        (
            "(the ) Tj /Span << /ActualText (plural) >> BDC (plu-) Tj 0 -14 Td (ral) Tj EMC "
            "( form) Tj",
            "the plural\n form",
        ),
        (
            "(The ) Tj /Span << /ActualText (fish) >> BDC /Span << /Lang (en) >> BDC (XX) Tj EMC "
            "(YY) Tj EMC ( swim) Tj",
            "The fish swim",
        ),
        ("14 TL (One) Tj /Span << /ActualText (Two) >> BDC (X) ' EMC (Three) '", "One\nTwo\nThree"),
        ("/Span << /ActualText () >> BDC (17 ) Tj EMC (code) Tj", "code"),
    ],
)
def test_stated_text_takes_the_place_of_glyphs(operators, text):
    assert read(page(f"{SIZE}{operators} ET")).text == text


def test_stated_text_stands_for_drawings_and_comes_by_name():
    crest = "/Figure << /ActualText (Crest of Ferncombe) >> BDC 0 0 10 10 re f EMC "
    assert read(page(f"{crest}{SIZE}(Text) Tj ET")).text == "Crest of Ferncombe\nText"
    named = page(
        f"{SIZE}(The ) Tj /Span /MC0 BDC (oXce) Tj EMC ET",
        resources="/Properties << /MC0 << /ActualText (office) >> >>",
    )
    assert read(named).text == "The office"


def test_the_structure_states_text_over_several_lines():
    structure = {
        910: ("/Type /StructTreeRoot /K 911 0 R /ParentTree 912 0 R", None),
        911: ("/Type /StructElem /S /Span /P 910 0 R /ActualText (office) /K [0 2]", None),
        912: ("/Nums [0 [911 0 R 913 0 R 911 0 R]]", None),
        913: ("/Type /StructElem /S /P /P 910 0 R /K 1", None),
    }
    data = page(
        "BT /F1 12 Tf 72 720 Td /P << /MCID 1 >> BDC (The ) Tj EMC /Span << /MCID 0 >> BDC (oX-) "
        "Tj EMC 0 -14 Td /Span << /MCID 2 >> BDC (ce) Tj EMC /P << /MCID 1 >> BDC ( is) Tj EMC ET",
        catalog="/StructTreeRoot 910 0 R",
        page_entries="/StructParents 0",
        streams=structure,
    )
    assert read(data).text == "The office\n is"


def test_layers_that_are_off_are_left_out_and_counted():
    off = "/Type /XObject /Subtype /Form /BBox [0 0 600 800] /OC 901 0 R"
    data = page(
        "/OC /A BDC BT /F1 12 Tf 72 720 Td (Seen) Tj ET EMC /OC /B BDC BT /F1 12 Tf 72 700 Td "
        "(Unseen) Tj ET EMC BT /F1 12 Tf 72 680 Td (After) Tj ET /X Do",
        catalog="/OCProperties << /OCGs [900 0 R 901 0 R] /D << /OFF [901 0 R] >> >>",
        resources="/Properties << /A 900 0 R /B 901 0 R >> /XObject << /X 902 0 R >>",
        streams={
            900: ("/Type /OCG /Name (On)", None),
            901: ("/Type /OCG /Name (Off)", None),
            902: (
                f"{off} /Resources << /Font << /F1 3 0 R >> >>",
                b"BT /F1 12 Tf 72 600 Td (Unseen form) Tj ET",
            ),
        },
    )
    document = read(data)
    assert (document.text, document.warnings) == ("Seen\nAfter", ("left out: 2 hidden parts",))


@pytest.mark.parametrize(
    ("operators", "text"),
    [
        (
            "(The ferrymen) Tj /F1 7 Tf 5 Ts (12) Tj 0 Ts /F1 12 Tf ( drew in 1931) Tj "
            "/F1 7 Tf 5 Ts (3) Tj 0 Ts /F1 12 Tf (.) Tj",
            "The ferrymen 12 drew in 1931 3.",
        ),
        (
            "(spruce) Tj /F1 7 Tf 38 4.3 Td (3) Tj /F1 12 Tf 4 -4.3 Td ( grew) Tj",
            "spruce 3 grew",
        ),
        (
            "(40 m) Tj /F1 8 Tf 5 Ts (2) Tj 0 Ts /F1 12 Tf ( of 10) Tj /F1 8 Tf 5 Ts (5) Tj 0 Ts "
            "/F1 12 Tf ( on the 19) Tj 5 Ts /F1 7 Tf (th) Tj 0 Ts /F1 12 Tf ( of May) Tj",
            "40 m² of 10⁵ on the 19th of May",
        ),
        (
            "(by Berg) Tj /F1 7 Tf 4 Ts [([4,)-100(5])] TJ 0 Ts /F1 12 Tf ( in 1987) Tj "
            "4 Ts /F1 7 Tf (1,2) Tj 0 Ts /F1 12 Tf ( again) Tj",
            "by Berg[4,5] in 1987 1,2 again",
        ),
        ("/F1 6 Tf 4 Ts (1) Tj /F1 9 Tf 0 Ts (See Berg 1931.) Tj", "1 See Berg 1931."),
        ("/F1 6 Tf 0 3 Td (1) Tj /F1 9 Tf 4 -3 Td (See Berg.) Tj", "1 See Berg."),
        (
            "(CO) Tj /F1 8 Tf -3 Ts (2) Tj 0 Ts /F1 12 Tf ( and E = mc) Tj 5 Ts (2) Tj",
            "CO2 and E = mc²",
        ),
        ("(Smith) Tj 5 Ts /F1 7 Tf (a) Tj 0 Ts /F1 12 Tf (, Jones) Tj", "Smith a, Jones"),
        ("(add 1) Tj 5 Ts /F1 7 Tf (1) Tj 0 Ts /F1 12 Tf (/) Tj /F1 7 Tf (2) Tj", "add 1 1/2"),
    ],
)
def test_raised_marks_do_not_glue_to_words(operators, text):
    assert read(page(f"{SIZE}{operators} ET")).text == text


@pytest.mark.parametrize(
    "step",
    [
        (
            "12 0 0 12 72 720 Tm /F1 1 Tf (ferrymen) Tj 7 0 0 7 121 724.5 Tm (12) Tj "
            "12 0 0 12 129 720 Tm"
        ),
        (
            "0 12 -12 0 300 72 Tm /F1 1 Tf (ferrymen) Tj 0 7 -7 0 295 121 Tm (12) Tj "
            "0 12 -12 0 300 129 Tm"
        ),
    ],
)
def test_raised_marks_are_recognised_however_the_page_is_scaled_and_turned(step):
    assert read(page(f"BT {step} ( drew) Tj ET")).text == "ferrymen 12 drew"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("spruce³ of 1931² on 5 m² and km²", "spruce 3 of 1931 2 on 5 m² and km²"),
        ("10⁻⁵ s⁻¹ and x² + y²", "10⁻⁵ s⁻¹ and x² + y²"),
        ("Ca²⁺ and ¹⁴C", "Ca²⁺ and 14C"),
        ("the end.⁷ Then", "the end. 7 Then"),
        ("12 in² behind in²", "12 in² behind in 2"),
        ("32² = 1024", "32² = 1024"),
    ],
)
def test_powers_stay(text, kept):
    assert apart(text) == kept


@pytest.mark.parametrize(
    ("operators", "text"),
    [
        ("(Harvest report) Tj ET BT /F1 12 Tf 72.4 720 Td (Harvest report) Tj", "Harvest report"),
        ("(Harvest report) Tj ET BT /F1 12 Tf 73 719 Td (Harvest report) Tj", "Harvest report"),
        (
            "(Harvest report) Tj ET BT /F1 12 Tf 72.4 720 Td [(Har)-5(vest )] TJ (report) Tj",
            "Harvest report",
        ),
        (
            "(Harvest) Tj 0 -20 Td (Body) Tj ET BT /F1 12 Tf 72.3 720.3 Td (Harvest) Tj",
            "Harvest\nBody",
        ),
        ("(had had) Tj 0 -14 Td (11 11) Tj", "had had\n11 11"),
        ("(1) Tj 6.7 0 Td (1) Tj 10 0 Td (l) Tj 2.7 0 Td (l) Tj", "11 ll"),
        ("(0) Tj 40 0 Td (0) Tj -40 -14 Td (0) Tj 40 0 Td (0) Tj", "0 0\n0 0"),
    ],
)
def test_text_drawn_twice_comes_once_and_real_repetitions_stay(operators, text):
    assert read(page(f"{SIZE}{operators} ET")).text == text


def test_letters_drawn_twice_come_once():
    places = ((72, "W"), (83.4, "A"), (91.4, "R"), (100.1, "N"))
    each = "".join(
        f"1 0 0 1 {x + moved} 700 Tm ({letter}) Tj " for x, letter in places for moved in (0, 0.4)
    )
    row = "".join(
        f"1 0 0 1 {x + moved} 700 Tm ({letter}) Tj " for moved in (0, 0.4) for x, letter in places
    )
    assert read(page(f"BT /F1 12 Tf {each}ET")).text == "WARN"
    assert read(page(f"BT /F1 12 Tf {row}ET")).text == "WARN"
    moved = "q 1 0 0 1 {} {} cm BT /F1 14 Tf (Shadow) Tj ET Q "
    assert read(page(moved.format(72, 700) + moved.format(73, 699))).text == "Shadow"


def test_a_structure_that_holds_itself_does_no_harm():
    kids = " ".join(["912 0 R"] * 200)
    data = page(
        f"{SIZE}/P << /MCID 0 >> BDC (Text) Tj EMC ET",
        catalog="/StructTreeRoot 910 0 R",
        page_entries="/StructParents 0",
        streams={
            910: ("/Type /StructTreeRoot /ParentTree 912 0 R", None),
            911: ("/Type /StructElem /S /Span /P 911 0 R /K 0", None),
            912: (f"/Kids [{kids}] /Nums [0 [911 0 R]]", None),
            913: ("/ActualText (elsewhere)", None),
        },
    )
    assert read(data).text == "Text"
