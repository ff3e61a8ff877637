r"""Escapes in data files, such as \u00e4: the words are decoded, and lines keep their numbers."""

from __future__ import annotations

import json
import re

import pytest

from search import readers
from search.documents import Block, Document
from search.readers.rewriting import Rewriting
from search.text.passages import PassageRules, embedded_text, split
from search.text.terms import passage_terms

from .toys import ToyTokenizer


def read(source: str | bytes, name: str) -> Document:
    data = source if isinstance(source, bytes) else source.encode()
    return readers.read(data, f"/docs/{name}")


NOTE = 'Der Schlüssel\nhängt\tan "Tür" 3/4 \\ 😀 Ключ'
SHOWN = 'Der Schlüssel hängt an "Tür" 3/4 \\ 😀 Ключ'


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "name",
    ["a.json", "a.jsonl", "a.canvas", "a.har", "a.geojson", "a.topojson", "a.webmanifest", "a"],
)
def test_strings_of_json_are_decoded(name: str, indent: int | None, ascii_only: bool) -> None:
    value = {"sender": "Zoë", "note": NOTE, "größe": {"n": [NOTE]}}
    source = json.dumps(value, indent=indent, ensure_ascii=ascii_only).replace("3/4", r"3\/4")
    document = read(source, name)
    assert document.kind == "code"
    assert document.text.count(SHOWN) == 2
    assert '"größe": {' in document.text
    assert document.text.count("\n") == source.count("\n")
    assert document.warnings == ()
    covered = "".join(document.text[block.start : block.end] for block in document.blocks)
    assert "".join(covered.split()) == "".join(document.text.split())


def test_decoded_words_are_embedded_and_matched() -> None:
    document = read(json.dumps({"note": NOTE}), "a.json")
    (passage,) = split(document, ToyTokenizer(), PassageRules())
    terms = re.findall(r"\w+", passage_terms("", (), passage.text, "a.json"))
    assert {"schlussel", "hangt", "an", "tur", "ключ"} <= set(terms)
    assert "nhängt" not in embedded_text(passage)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (r"\ud83d\ude00", "😀"),
        (r"a\ud83d b", "a\ufffd b"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\u0000x\u001by", " x y"),
        (r"\u001b[31mred\u001b[0m!", "red!"),
        (r"one\r\ntwo\fthree\b.", "one  two three ."),
        (r"one\u000atwo", "one two"),
        (r"C:\\temp\\new", r"C:\temp\new"),
        # Backslashes that somebody wrote without escapes.
        (r"C:\Users\Ida \d+", r"C:\Users\Ida \d+"),
        (r"\u12 \uzzzz", r"\u12 \uzzzz"),
        # The escapes of JSON5.
        (r"\x41 don\'t", "A don't"),
        # A string that is JSON itself.
        (r"{\"a\": \"Gr\\u00fc\\u00dfe\\nan\"}", '{"a": "Grüße an"}'),
        (r"[{\"b\": \"{\\\"a\\\": \\\"x\\\\ny\\\"}\"}]", '[{"b": "{"a": "x y"}"}]'),
        (r"{not json \\n}", r"{not json \n}"),
    ],
)
def test_each_escape_of_json(words: str, shown: str) -> None:
    for before, after in (
        ('{"k": "', '"}'),
        ('[\n"x",\n"', '", 1]'),
        ('{"u": "http://x", "k": "', '"}'),
    ):
        assert read(before + words + after, "a.json").text == before + shown + after


def test_comments_and_broken_strings_stay_as_they_are() -> None:
    source = (
        "{ // see C:\\new\\table\n"
        "/* and \\n\n\\t */\n"
        "'single': 'it\\'s \\u00e4', \"on\": \"two \\\nlines\",\n"
        '"raw": "a string\nover lines \\u00e4 \\"here\\" C:\\\\x",\n'
        '"end": "\\u00e4'
    )
    text = (
        "{ // see C:\\new\\table\n"
        "/* and \\n\n\\t */\n"
        "'single': 'it's ä', \"on\": \"two lines\",\n\n"
        '"raw": "a string\nover lines ä "here" C:\\\\x",\n'
        '"end": "ä'
    )
    assert read(source, "a.json5").text == text


def test_a_passage_keeps_its_line_and_its_section() -> None:
    long = "The \\u00e4rger of the keeper\\ngrew. " * 20
    source = json.dumps({"first": {"a": "x"}}, indent=1)[:-2] + (
        f',\n "z\\u00e4hler": {{\n  "text": "{long}",\n  "end": "tide\\nwater"\n }}\n}}\n'
    )
    document = read(source, "a.json")
    assert [block.heading for block in document.blocks if block.level] == ["zähler"]
    cut = list(split(document, ToyTokenizer(), PassageRules(max_tokens=64)))
    assert cut[-1].text.endswith('"end": "tide water"\n }\n}')
    assert cut[-1].line_end == source.count("\n")
    assert "The ärger of the keeper grew." in cut[1].text


def test_only_strings_in_double_quotes_have_escapes_in_yaml() -> None:
    source = r"""# c: "C:\new"
a: "Gr\u00fc\u00dfe\nzusammen" # "c\n"
b: plain C:\new "no\tt"
c: |
  "keep\n this"

  more: "also\n"
d: 'single\n'
- - "x\ty\x41"
"k\u00e4y": !tag "v\u00e4l"
flow: {a: "f\nl", 'b\n': [ "q", w\nw, don't "x\n" ]}
long: "first \
   joined\nhere
  second \U0001F600
  \ third"
--- "doc\nument"
last: "unclosed \n
"""
    text = r"""# c: "C:\new"
a: "Grüße zusammen" # "c\n"
b: plain C:\new "no\tt"
c: |
  "keep\n this"

  more: "also\n"
d: 'single\n'
- - "x yA"
"käy": !tag "väl"
flow: {a: "f l", 'b\n': [ "q", w\nw, don't "x\n" ]}
long: "first joined here

  second 😀
   third"
--- "doc ument"
last: "unclosed \n
"""
    assert read(source, "a.yaml").text == text
    assert read(source.replace("\n", "\r\n"), "a.yml").text == text


def test_headings_of_yaml_are_decoded() -> None:
    long = "The keeper wrote. " * 20
    source = f'"z\\u00e4hler":\n  note: {long}\nlist:\n- name: "Zo\\u00eb"\n  note: {long}\n'
    headings = [block.heading for block in read(source, "a.yaml").blocks if block.level]
    assert headings[:1] == ["zähler"]
    assert '"Zoë"' in headings


@pytest.mark.parametrize(
    ("name", "source", "text"),
    [
        (
            "m.properties",
            "# c \\u00e4\na = Gr\\u00fc\\u00dfe\\n\\\n    an alle\n ! c\\n\nb\\ c:C:\\\\temp",
            "# c \\u00e4\na = Grüße an alle\n\n ! c\\n\nb c:C:\\temp",
        ),
        (
            "L.strings",
            '/* c \\n */\n"a" = "Gr\\U00fc\\u00dfe\\nan \\"alle\\"";\n'
            '// \\n\n"b"="raw\nline \\t x";',
            '/* c \\n */\n"a" = "Grüße an "alle"";\n// \\n\n"b"="raw\nline   x";',
        ),
        (
            "a.toml",
            'a = "Gr\\u00fc\\n\\"x\\"" # \\n\nb = \'C:\\new\'\n'
            'c = """\nl \\U0001F600 \\\n  j\n"""\n',
            'a = "Grü "x"" # \\n\nb = \'C:\\new\'\nc = """\nl 😀 j\n\n"""\n',
        ),
    ],
)
def test_other_formats_have_their_escapes(name: str, source: str, text: str) -> None:
    assert read(source, name).text == text
    assert read(source.encode("utf-16"), name).text == text
    assert read(source.replace("\n", "\r\n"), name).text == text


def test_latin_letters_of_properties_are_read() -> None:
    source = "gruß = Grüße aus Köln\nende = K\\u00f6ln\n".encode("latin-1")
    assert read(source, "m.properties").text == "gruß = Grüße aus Köln\nende = Köln\n"


def test_replaced_stretches_keep_lines_and_places() -> None:
    source = "one \\\n two\nthree xx four\nfive"
    rewriting = Rewriting(source)
    rewriting.replace(4, 7, "")
    rewriting.replace(17, 19, "y")
    assert rewriting.finish() == "one two\n\nthree y four\nfive"
    blocks = [Block(0, 10, "code"), Block(11, 24, "code"), Block(25, 29, "code")]
    text = rewriting.finish()
    assert [text[block.start : block.end] for block in rewriting.moved(blocks)] == [
        "one two",
        "three y four",
        "five",
    ]
