"""The words of passages and queries, and the words that are highlighted."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from search.query.marker import highlights
from search.query.query_text import understand
from search.text.spelling import normalise
from search.text.terms import MAX_WORDS, passage_terms


def marked(text, query):
    return [text[start:end] for start, end in highlights(text, query)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("cafe\u0301", "café"),
        ("in\u00adfor\u200bma\u2060tion\ufeff", "information"),
        ("ﬁle １２ Å", "file 12 Å"),
        ("ﾃｽﾄ", "テスト"),
    ],
)
def test_spellings_of_a_word_are_normalised_to_one(text, expected):
    assert normalise(text) == expected
    assert normalise(normalise(text)) == expected


def test_the_terms_of_a_passage_have_its_name_headings_text_and_word_parts():
    assert passage_terms(
        "My Title",
        ("Part", "Sub"),
        "call parseHttpRequest in foo_bar\nthen PDFs",
        "Annual_Report-2024.final.pdf",
    ) == (
        "Annual Report 2024 final\nMy Title\nPart\nSub\n"
        "call parseHttpRequest in foo_bar\nthen PDFs\nHttp Request foobar parse"
    )


def test_passage_terms_are_normalised_and_can_be_stored():
    terms = passage_terms("ﬁle", (), "cafe\u0301 \ud800", "re\u0301sume\u0301\udcff.txt")
    assert terms == "resume\ufffd\nfile\ncafe \ufffd"
    assert terms.encode("utf-8")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", []),
        (" ?! ", []),
        ("How do I renew the passport?", ["renew", "passport"]),
        ("to be or not to be", ["to", "be", "or", "not"]),
        ("what's Anna's flight", ["Anna", "flight"]),
        ("I don't know", ["know"]),
        ("Report report REPORT", ["Report"]),
        ("vitamin d", ["vitamin", "d"]),
        ("parseHttp to_json v1.2", ["parseHttp", "parse", "Http", "json", "v1", "2"]),
        ("l'avenir", ["l", "avenir"]),
        ("東京に行く iPhone手機", ["東京に行く", "iPhone", "Phone", "手機"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("cafe\u0301 ｆｕｌｌ", ["café", "full"]),
        ('"quoted" AND (this OR that)', ["quoted"]),
    ],
)
def test_a_query_has_words_without_fillers(query, words):
    assert list(understand(query).words) == words


def test_a_very_long_query_is_cut_short():
    assert understand(" ".join(f"word{number}" for number in range(500))).words == tuple(
        f"word{n}" for n in range(MAX_WORDS)
    )


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("He files reports.", "reporting a file", ["files", "reports"]),
        ("Running, he runs; the runner ran.", "run", ["Running", "runs"]),
        ("Größe GRÖSSE grosse", "grösse", ["Größe", "GRÖSSE", "grosse"]),
        ("naïve cafe\u0301 CAFÉ", "naive café", ["naïve", "cafe\u0301", "CAFÉ"]),
        ("in\u00adfor\u00admation", "information", ["in\u00adfor\u00admation"]),
        ("the ﬁle", "files", ["ﬁle"]),
        ("ｆｕｌｌ width", "full", ["ｆｕｌｌ"]),
        ("call parseHttpRequest()", "http requests", ["HttpRequest"]),
        ("call foo_bar()", "bar", ["bar"]),
        ("going to go", "go", ["going", "go"]),
        ("to be or not to be", "to be", ["to", "be", "to", "be"]),
        ("to be found", "what is to be found", ["found"]),
        ("Anna's book", "anna", ["Anna"]),
        ("我来到北京清华大学上学", "北京大学", ["北京", "大学"]),
        ("東京に行く。京都に行く。", "東京", ["東京"]),
        ("ﾃｽﾄを見る", "テスト", ["ﾃｽﾄ"]),
        ("김치찌개를 먹는다", "김치", ["김치"]),
        ("iPhone手机壳", "手机 iphone", ["iPhone手机"]),
        ("हिन्दी भाषा", "हिन्दी", ["हिन्दी"]),
        ("ค่าเช่าบ้านเดือนละ 8,000 บาท", "ค่าเช่า", ["ค่าเช่า"]),
        ("ใส่น้ำปลากับตะไคร้", "น้ำปลา", ["น้ำปลา"]),
        ("ต้องจ่ายค่าเช่าบ้านภายในวันที่ห้า", "ต้องจ่ายเมื่อวันที่เท่าไร", ["ต้องจ่าย", "วันที่"]),
        ("nothing here", "", []),
        ("", "words", []),
        ("reports", "!!", []),
    ],
)
def test_the_querys_words_are_highlighted(text, query, expected):
    assert marked(text, query) == expected


def test_highlights_count_characters_of_the_original():
    assert highlights("e\u0301 \U0001f600 caf\u00e9 ok", "cafe") == ((5, 9),)
    text = unicodedata.normalize("NFD", "Die Prüfung und die Prüfung")
    assert highlights(text, "Prüfung") == ((4, 12), (21, 29))


def test_highlighting_loads_only_the_stemmer():
    code = (
        "import sys, search.query.marker\n"
        "assert 'snowballstemmer' not in sys.modules\n"
        "print(search.query.marker.highlights('two words', 'word'), "
        "{'numpy', 'lancedb'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert done.stdout == "((4, 9),) set()\n"


def test_words_are_counted_between_white_space() -> None:
    assert understand("licence 2022-EC-0417 licence").word_count == 2
    assert understand("Where is the parseHttp function?").word_count == 2
    assert understand("to be or not to be").word_count == 4
    assert understand("北京大学").word_count == 1
    assert understand("").word_count == 0
    assert understand("word " * 10 + " ".join(f"w{n}" for n in range(300))).word_count == 256
