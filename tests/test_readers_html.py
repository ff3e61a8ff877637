"""The reader of HTML gives the text that a browser shows."""

from __future__ import annotations

import pytest

from search.documents import Block, Reason
from search.errors import Unreadable
from search.readers.markup import html


def read(source, name="page.html"):
    data = source if isinstance(source, bytes) else source.encode()
    return html.read(data, f"/site/{name}")


def shown(source):
    document = read(source)
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def test_a_page_has_blocks_offsets_and_a_title():
    document = read(
        "<title> My\n page </title><h1>Top <i>one</i><a href=#x>¶</a></h1>Intro<p>Text"
        "<ul><li>a<li>b</ul><h3>Sub</h3>"
    )
    assert (document.kind, document.title) == ("html", "My page")
    assert document.text == "Top one\n\nIntro\n\nText\n\na\nb\n\nSub"
    assert document.blocks == (
        Block(0, 7, "heading", 1, "Top one"),
        Block(9, 14, "paragraph"),
        Block(16, 20, "paragraph"),
        Block(22, 23, "list"),
        Block(24, 25, "list"),
        Block(27, 30, "heading", 3, "Sub"),
    )


def section_starts(source):
    """The blocks that begin a section, as level, heading and text."""
    document = read(source)
    return [
        (block.level, block.heading, document.text[block.start : block.end])
        for block in document.blocks
        if block.level
    ]


def test_sections_without_headings_begin_and_end_where_their_elements_do():
    source = (
        "<p>Before.<section><h2>Tides</h2><p>a<section><p>b<p>c</section>"
        "<section><ul><li>d</ul></section><h3>Moon</h3>e</section><p>After."
    )
    assert section_starts(source) == [
        (2, "Tides", "Tides"),
        (3, "", "b"),
        (3, "", "d"),
        (3, "Moon", "Moon"),
        (1, "", "After."),
    ]
    assert section_starts("<section><p>alone</section>") == []
    assert section_starts("<h1>A</h1><section></section>") == [(1, "A", "A")]


@pytest.mark.parametrize(
    "element", ["article", "div class='x section'", "div class=sect2", "div class=refsect1"]
)
def test_articles_and_the_divisions_of_documentation_are_sections(element):
    source = f"<h1>A</h1>a<{element}><p>b</{element.split()[0]}><div class=other><p>c</div>"
    assert section_starts(source) == [(1, "A", "A"), (2, "", "b"), (2, "", "c")]


def test_a_section_in_a_table_or_in_another_level_of_six_changes_nothing():
    assert section_starts("<h1>A</h1><table><tr><td><section>x</section></table>b") == [
        (1, "A", "A")
    ]
    assert section_starts("<h6>A</h6><section><p>b</section>") == [(6, "A", "A"), (6, "", "b")]


def test_the_title_is_the_first_heading_or_the_name_where_the_page_has_none():
    assert read("<h2>Sub</h2><h1>Main</h1>").title == "Main"
    assert read("<svg><title>icon</title></svg><p>text").title == "page"


def test_inline_elements_part_no_words_and_blocks_do():
    source = (
        "<p>super<b>cali</b>fragil<i>istic</i><br>new<span>one</span><div>two</div>three"
        "<p>a \n\t b&nbsp;&amp; caf&eacute; &#x1F600;"
    )
    assert shown(source) == [
        ("paragraph", "supercalifragilistic\nnewone"),
        ("paragraph", "two"),
        ("paragraph", "three"),
        ("paragraph", "a b\xa0& café 😀"),
    ]


def test_hidden_parts_of_a_page_are_left_out():
    source = (
        "<head><style>.a{}</style><script>var b</script></head><body><nav>menu</nav>"
        "<div role=navigation>contents</div><template>d</template>"
        "<!-- e --><p>seen<img src='data:,g'><script>h</script>"
    )
    assert shown(source) == [("paragraph", "seen")]


def test_a_page_of_menus_alone_has_their_words():
    assert shown("<nav><a>One</a> <a>Two</a></nav>") == [("paragraph", "One Two")]


def test_tables_have_tabs_between_cells_and_newlines_between_rows():
    source = (
        "<table><caption>Cap</caption><tr><th>A</th><th>B<br>b</th></tr>\n"
        "<tr><td><p>1</p><p>one</p></td><td></td><td>3</td></tr></table>end"
    )
    assert shown(source) == [("table", "Cap\nA\tB b\n1 one\t\t3"), ("paragraph", "end")]


def test_a_table_for_layout_is_not_a_table():
    source = (
        "<table><tr><td><h2>Left</h2>text</td><td><table><tr><td>i<td>j</table></td></tr></table>"
    )
    assert shown(source) == [("heading", "Left"), ("paragraph", "text"), ("table", "i\tj")]


def test_preformatted_text_keeps_its_lines():
    source = "<pre><code>\ndef f(x):\n    return  x\n</code></pre>after"
    assert shown(source) == [("code", "def f(x):\n    return  x"), ("paragraph", "after")]


def test_the_reading_of_ruby_characters_is_left_out():
    source = "<ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt></ruby>駅"
    assert shown(source) == [("paragraph", "東京駅")]


def test_broken_and_deep_pages_are_read():
    assert shown("<table><tr><td>cell<ul><li>item<b>bold<i>it</b>al<p><a href='x") == [
        ("table", "cell itemboldital")
    ]
    assert shown("<div>" * 20_000 + "deep") == [("paragraph", "deep")]
    assert shown("no tags & <") == [("paragraph", "no tags & <")]


def test_xhtml_sections_are_text_and_no_entity_is_fetched():
    source = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">'
        '<!ENTITY y "&x;&x;">]><html><p><![CDATA[raw <b> & more]]></p>&y;</html>'
    )
    assert shown(source) == [("paragraph", "raw <b> & more"), ("paragraph", "&y;")]


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset='iso-8859-1'><p>naïve façade".encode(),
        "<meta charset='iso-8859-1'><p>naïve façade".encode("latin-1"),
        (
            "<meta http-equiv=Content-Type content='text/html; charset=windows-1252'>"
            "<p>naïve façade"
        ).encode("cp1252"),
        "<meta charset=utf-16><p>naïve façade".encode("latin-1"),
        "<meta charset=nonsense><p>naïve façade".encode("latin-1"),
        "<p>naïve façade".encode("utf-16"),
    ],
)
def test_the_bytes_decide_on_the_encoding_before_the_declaration(data):
    assert shown(data) == [("paragraph", "naïve façade")]


def test_a_declared_encoding_that_fits_is_used():
    assert shown("<meta charset=shift_jis><p>犬".encode("cp932")) == [("paragraph", "犬")]


def test_a_page_without_text_is_refused():
    with pytest.raises(Unreadable) as caught:
        read("<title>App</title><div id=root></div><script src=a.js></script>")
    assert (caught.value.reason, caught.value.message) == (Reason.NO_TEXT, "the page shows no text")
