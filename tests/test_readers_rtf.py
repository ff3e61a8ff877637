"""The reader of Rich Text Format."""

from __future__ import annotations

import pytest

from search.documents import Reason
from search.errors import Unreadable

from .office_files import blocks, read

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0"
    r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Cyr;}{\f2\fcharset128 Gothic;}}"
    r"{\colortbl;\red0\green0\blue0;}"
    r"{\stylesheet{\ql Normal;}{\s1\outlinelevel0 Kapitel;}{\s2 heading 2;}{\s5 Title;}"
    r"{\*\cs10 Default Font;}}"
    r"{\info{\title Old title}{\author Ida}{\creatim\yr2020}}"
)


def rtf(body: str, head: str = HEAD) -> list[tuple[str, str]]:
    return blocks(read((head + body + "}").encode("latin-1"), "a.rtf"))


def test_headings_lists_and_tables_are_recognised():
    body = r"""{\header\pard Letterhead\par}{\footerf Bank\par}{\footer Bank\par}
\pard\plain\s5 The Great\line Document\par
\pard\s1 Chapter one\par\pard\s2 Deeper\par\pard\outlinelevel2 Direct\par
\pard Text.\par
{\pntext\'b7\tab}\pard\ls1 one\par {\listtext 2.\tab}two\par
\trowd\cellx100\cellx200\pard\intbl Key\cell Room\cell\row
\trowd\pard\intbl\cell A\par B\cell\row
\pard after{\pict 00ff00ff}\bin3 {}}\par
\trowd\pard\intbl alone\cell\row"""
    assert rtf(body) == [
        ("paragraph", "Letterhead"),
        ("h1", "The Great Document"),
        ("h1", "Chapter one"),
        ("h2", "Deeper"),
        ("h3", "Direct"),
        ("paragraph", "Text."),
        ("list", "one"),
        ("list", "2. two"),
        ("table", "Key\tRoom\n\tA B"),
        ("paragraph", "after"),
        ("paragraph", "alone"),
        ("paragraph", "Bank"),
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"caf\'e9 {\f1\'cf\'f0\'e8} {\f2\'93\'fa\'96\'7b} \'80", "café При 日本 €"),
        (r"na\u239?ve \u-10179?\u-8704? {\uc2\u8364\'80\'80}. \uc0\u233.", "naïve 😀 €. é."),
        (r"\'zz a\{b\}\\ \lquote x\rquote\emdash\~y\_z\-w", "zz a{b}\\ ‘x’—\u00a0y-zw"),
        (r"kept {\deleted gone}{\revised added}\deleted gone\deleted0  on", "kept added on"),
        ('{\\field{\\*\\fldinst HYPERLINK "http://x"}{\\fldrslt a link}}', "a link"),
        (r"a{\*\unknown words}{\xe entry}b{\*\shppict{\pict 00}}", "ab"),
        ("one\\\ntwo", "one|two"),
        ("broken\nby lines", "brokenby lines"),
        (r"unfinished {\b bold", "unfinished bold"),
        (r"too many } braces", "too many  braces"),
    ],
)
def test_a_paragraph_has_its_visible_words(body, text):
    assert "|".join(words for _, words in rtf(body)) == text


def test_notes_comments_and_boxes_stand_behind_their_paragraph():
    body = (
        r"\pard Text{\footnote\pard\intbl{\super 1} A note.\par}"
        r"{\*\atnid I}{\*\atnauthor Ida}{\*\annotation\pard Sure?}"
        r" here.{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt In a box\par}}{\shprslt In a box}}\par"
    )
    assert rtf(body) == [
        ("paragraph", text) for text in ("Text here.", "1 A note.", "Ida: Sure?", "In a box")
    ]


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (r"{\rtf1\mac ", "é"),
        (r"{\rtf1\ansicpg1251 ", "Ћ"),
        (r"{\rtf1\ansicpg99999 ", "Ž"),
        (r"{\rtf1\ansicpg65001 ", "\ufffd"),
    ],
)
def test_the_code_page_of_the_file_is_used(head, text):
    assert rtf(r"\'8e", head) == [("paragraph", text)]


def test_the_title_is_in_the_text_or_the_properties_or_is_the_files_name():
    assert [
        read((head + body + "}").encode(), "my.rtf").title
        for head, body in (
            (HEAD, r"\s5 Shown\par x"),
            (HEAD, r"x\par"),
            (r"{\rtf1", r"\pard\outlinelevel0 Headed\par"),
            (r"{\rtf1", " x"),
        )
    ] == ["Shown", "Old title", "Headed", "my"]


def test_an_empty_file_holds_no_text():
    with pytest.raises(Unreadable) as caught:
        rtf(r"\pard\par")
    assert caught.value.reason == Reason.NO_TEXT
