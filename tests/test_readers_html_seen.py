"""The reader of HTML gives what somebody sees, keeps words apart, and tells what it leaves out."""

from __future__ import annotations

import re

import pytest

from search.readers.markup import html
from search.readers.markup.raised import apart, superscripts_apart

DECLARED = '<?xml version="1.0"?>\n'
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml">'


def read(source, name="page.html"):
    return html.read(source.encode(), f"/site/{name}")


def text(source, name="page.html"):
    return read(source, name).text


EMPTY = re.findall(
    r"\w+",
    "title script style iframe textarea noscript xmp noframes noembed plaintext object template "
    "svg math select a h1 p div b td pre sup table",
)


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_element_of_xhtml_swallows_nothing(name):
    source = (
        f"{DECLARED}{XHTML}<body><p>Before.</p><{name} id='a/b'\n /><p>After.</p></body></html>"
    )
    assert text(source) == "Before.\n\nAfter."


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (f"{DECLARED}<html><head><title/></head><body>x</body></html>", "a.html"),
        (f"\n{XHTML}<head><title/></head><body>x</body></html>", "a.html"),
        ('<HTML XMLNS="http://www.w3.org/1999/xhtml"><TITLE/><BODY>x</BODY></HTML>', "a.htm"),
        (
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "x.dtd"><html><head><title/>'
            "</head><body>x</body></html>",
            "a.html",
        ),
        ("<html><head><title/></head><body>x</body></html>", "a.xhtml"),
        ("<html><head>\r\n<title/>\r\n</head><body>x</body></html>", "A.XHT"),
        (
            '<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title/></h:head>'
            "<h:body>x</h:body></h:html>",
            "a.html",
        ),
    ],
)
def test_a_page_is_known_as_xml(source, name):
    assert text(source, name) == "x"


def test_prefixes_sections_of_characters_and_scripts_are_read_as_xml_means_them():
    source = (
        f'{DECLARED}<h:html xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:m="http://www.w3.org/1998/Math/MathML"><h:head><h:title>A &amp; B</h:title>'
        "<h:script>//<![CDATA[\nif (a < b) w('<h:p/><title/></p>');\n//]]></h:script></h:head>"
        "<h:body><h:h1>Top</h:h1><h:p>in <![CDATA[<raw> & ]]>out <m:math><m:mfrac><m:mi>a</m:mi>"
        "<m:mn>2</m:mn></m:mfrac></m:math><h:br></h:br>end</h:p></h:body></h:html>"
    )
    document = read(source)
    assert (document.title, document.text) == ("A & B", "Top\n\nin <raw> & out a/2\nend")


def test_a_script_that_is_not_closed_is_what_a_browser_makes_of_it_in_html():
    assert text("<p>seen<script src=a.js/>rest</p>") == "seen"


@pytest.mark.parametrize(
    ("source", "words", "warnings"),
    [
        ("<p>a</p><noscript>Please enable JavaScript.</noscript>", "a", "1 hidden part"),
        ("<p>The gate was rehung.</p><noscript><i>gate was rehung</i></noscript>", None, None),
        (
            "<p>a</p><noscript><p>The gate was rehung.</p></noscript>",
            "a\n\nThe gate was rehung.",
            0,
        ),
        ("<p>a <noscript><img src=x alt='A heron'></noscript>", "a A heron", None),
        ("<p>a</p><noframes><p>Tides &amp; moons</p></noframes>", "a\n\nTides & moons", None),
        ("<p>a</p><iframe srcdoc='<p>b &lt;i&gt;c'></iframe>", "a\n\nb c", None),
        ("<p>a</p><iframe src=x>Map of the river</iframe>", "a", "1 embedded file"),
        ("<p>a</p><iframe src=x>Your browser shows no frames</iframe>", "a", None),
        ("<p>a</p><object data=x><object>b</object></object>", "a\n\nb", None),
        ("<p>a</p><video>Your browser cannot play this.</video>", "a", "1 hidden part"),
        ("<p>a<template><p>b</template>", "a", "1 hidden part"),
        ("<x-a><template shadowrootmode=open><p>b</p></template></x-a><p>a", "b\n\na", None),
        (
            "<x-a><template shadowrootmode=closed><style>i{display:none}</style>b<i>c</i>"
            "<x-b><template shadowrootmode=open>d</template></x-b></template></x-a><i>e</i>",
            "b d e",
            "1 hidden part",
        ),
        ("<p>a<!-- ask Ada --><!--[if IE]>b<![endif]--><!-- 1 -->", "a", "1 comment"),
        ("<nav>b</nav><div role=navigation>c</div><p>a", "a", "2 menus"),
        ("<ruby>東<rt>とう</rt></ruby>", "東", "1 reading beside characters"),
        ("<script>b</script><style>c</style><p>a", "a", None),
        ("<svg><style>b</style><text>a</text><text>c</text></svg>", "a\nc", None),
    ],
)
def test_what_a_page_shows_in_the_end_is_read_and_the_rest_is_told(source, words, warnings):
    document = read(source)
    assert document.text == ("The gate was rehung." if words is None else words)
    assert document.warnings == ((f"left out: {warnings}",) if warnings else ())


@pytest.mark.parametrize(
    "element",
    [
        "<p hidden>b</p>",
        "<p HIDDEN=''>b</p>",
        "<p style='color:red; DISPLAY : none !important'>b</p>",
        "<p class='x a'>b</p>",
        "<p id=c>b</p>",
        "<i class=e>b</i>",
        "<p class=s>b</p>",
        "<div hidden><section><p>b</p><p hidden>c</p></section></div>",
        "<table hidden><tr><td>b</table>",
    ],
)
def test_what_is_not_displayed_is_left_out_and_counted(element):
    style = (
        "<style>/* .d{display:none} */ .a, p > b { display: none } #c{color:red;display:none}"
        "i.e{display:none}@media print{.d{display:none}}@media screen{.s{display:none}}</style>"
    )
    document = read(f"{style}<p>a</p>{element}")
    assert (document.text, document.warnings) == ("a", ("left out: 1 hidden part",))


@pytest.mark.parametrize(
    "element",
    [
        "<p hidden=until-found>b</p>",
        "<p hidden style='display:block'>b</p>",
        "<p class=d>b</p>",
        "<p class=f>b</p>",
        "<p class=g style='display:inline'>b</p>",
        "<p style='display:none;display:flex'>b</p>",
    ],
)
def test_what_is_displayed_after_all_is_read(element):
    style = (
        "<style>@media print{.d{display:none}} p.f{display:block} .f,.g{display:none}</style>"
        "<style media=print>p{display:none}</style>"
    )
    document = read(f"{style}<p>a</p>{element}")
    assert (document.text, document.warnings) == ("a\n\nb", ())


@pytest.mark.parametrize("source", ["<body style='display:none'>a", "<div hidden>a", "<nav>a"])
def test_a_page_that_shows_nothing_else_is_read_whole(source):
    assert (text(source), read(source).warnings) == ("a", ())


def test_pictures_and_fields_have_their_words():
    source = (
        "<p><img alt='T'>he <b><img alt='“O'></b>ne<img alt='A red boat'>sails<img alt='a/b_1.JPG'>"
        "<img alt=' '>.<figure><img alt='Cap'><figcaption>Cap</figcaption></figure>"
        "<p><button>Yes</button><button>No</button><label>Name</label><input value=Ada>"
        "<label>Town</label><input placeholder=Ulm><input type=hidden value=x>"
        "<input type=submit value=Send><input type=password value=y><textarea>typed</textarea>"
    )
    assert text(source) == ("The “One A red boat sails.\n\nCap\n\nYes No Name Ada Town Send typed")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "E=mc2"),
        ("<mfrac><mi>a</mi> <msqrt><mn>2</mn></msqrt></mfrac>", "a/√2"),
        ("<mi>x</mi><mtext>if</mtext><mi>y</mi>", "x if y"),
        ("<mi>sin</mi><mo>\u2061</mo><mi>x</mi><mo>\u2062</mo><mi>y</mi>", "sin xy"),
        ("<semantics><mi>a</mi><annotation>\\alpha</annotation></semantics>", "a"),
        ("<semantics><annotation>\\alpha</annotation></semantics>", "\\alpha"),
        ("<mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr></mtable>", "1 2"),
    ],
)
def test_formulas_have_their_words(source, words):
    assert text(f"<p>so <math>{source}</math>.") == f"so {words}."


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<math alttext='x plus one'></math>", "x plus one"),
        ("<math alttext='the letter x'><mi>x</mi></math>", "x (the letter x)"),
        ("<math alttext='{\\displaystyle x}'><mi>x</mi></math>", "x"),
        (
            "<span><span><math><mi>x</mi></math></span><span aria-hidden=true>x</span></span>",
            "x",
        ),
        (
            "<span><span style='display:none'><math><mi>x</mi></math></span> "
            "<img aria-hidden=true alt=x></span>",
            "x",
        ),
    ],
)
def test_a_formula_comes_once(source, words):
    document = read(f"<p>so {source}")
    assert (document.text, document.warnings) == (f"so {words}", ())


NOTES = {
    "spruce^{3} and": "spruce 3 and",
    "daily^[4].": "daily 4.",
    "1820^{5} wheels": "1820 5 wheels",
    "1,820^{a}": "1,820 a",
    "aged 42^{7} and": "aged 42 7 and",
    "end.^{1,2} Next": "end. 1,2 Next",
    "word^{1}^{,}^{2} x": "word 1,2 x",
    "word^{*}": "word *",
    "word^{[3]}": "word [3]",
    "word^{a}": "word a",
    "believe in^{2} him": "believe in 2 him",
    "(see above)^{3}": "(see above) 3",
    "40 %^{3}": "40 % 3",
    "です^{3}。": "です 3。",
    "cat^{1}dog": "cat 1 dog",
    "^{3}And then": "3 And then",
    "10^[5]": "10 5",
}
POWERS = """40 m^{2}. 10^{5} 2^{10} 10^{-6} s^{-1} 10 m/s^{2} per cm^{3}
40 in^{2} x^{2} R^{2}
(a+b)^{2} E=mc^{2} sin^{2} Ca^{2+} 12^{2}=144 1^{st} 1^[st] 20^{e} XX^{e} M^{me}
Oracle^{TM} ^{14}C"""


def signed(source):
    for sign, begin in (("^{", "\x01"), ("^[", "\x02")):
        source = source.replace(sign, begin)
    return source.replace("}", "\x03").replace("[3]", "(3)").replace("]", "\x03")


@pytest.mark.parametrize(("source", "words"), NOTES.items())
def test_marks_of_notes_are_apart_from_words_and_years(source, words):
    assert apart(signed(source)).replace("(3)", "[3]") == words


def test_powers_ordinals_and_formulas_stay_whole():
    bare = POWERS.translate(dict.fromkeys(map(ord, "^{}[]")))
    assert apart(signed(POWERS)) == bare
    assert superscripts_apart("40 m² 10⁵ x² spruce³ 1820⁵") == "40 m² 10⁵ x² spruce ³ 1820 ⁵"


@pytest.mark.parametrize(
    "raised",
    [
        "<sup>3</sup>",
        "<sup> <a href='#n3'>3</a> </sup>",
        "<a href='#n3'><sup>3</sup></a>",
        "<sup class=reference><a href='#n3'><span>3</span></a></sup>",
        "<a epub:type='noteref backlink' href='n.xhtml'>3</a>",
        "<a role=doc-noteref href='#n3'>3</a>",
        "<a class=footnote-ref href='#n3'>3</a>",
        "<span style='font-size:x; vertical-align: super'>3</span>",
        "<SUP><SMALL>3</SMALL></SUP>",
    ],
)
def test_raised_marks_of_a_page_are_apart(raised):
    source = f"<p>on spruce{raised} and on 40 m<sup>2</sup>, H<sub>2</sub>O, the 1<sup>st</sup>."
    assert text(source) == "on spruce 3 and on 40 m2, H2O, the 1st."
    assert text(f"<table><tr><td>spruce{raised}<td>oak</table>") == "spruce 3\toak"
