"""The readers of Markdown, reStructuredText and source code: each block is a part of the text."""

from __future__ import annotations

import pytest

from search.readers.markup import markdown, rst
from search.readers.source import code


def blocks(document):
    """Each block as its kind (for a heading its level and words) and its text."""
    return [
        (
            f"h{block.level} {block.heading}" if block.kind == "heading" else block.kind,
            document.text[block.start : block.end],
        )
        for block in document.blocks
    ]


def read_markdown(text, name="my-note.md"):
    return markdown.read(text.encode(), f"/docs/{name}")


def test_markdown_headings_are_recognised():
    source = (
        "# The [`fit`](api.md) **method** {#fit}\n####### seven\n#none\n    # code\n"
        "## Closed ##\n### C# #\n#\nTop\n===\nBelow\n---\n"
    )
    assert blocks(read_markdown(source)) == [
        ("h1 The fit method", "# The [`fit`](api.md) **method** {#fit}"),
        ("paragraph", "####### seven\n#none\n    # code"),
        ("h2 Closed", "## Closed ##"),
        ("h3 C#", "### C# #"),
        ("h1 ", "#"),
        ("h1 Top", "Top\n==="),
        ("h2 Below", "Below\n---"),
    ]


def test_markdown_lists_tables_quotes_and_rules_are_recognised():
    source = (
        "Intro\n- one\n  goes on\n- two\n\n1. first\n2) second\n\n"
        "| a | b |\n|---|:-:|\n| 1 | 2 |\nafter\n\n* * *\n"
        "> quoted\n> more\n\n    indented code\nplain\n"
    )
    assert blocks(read_markdown(source)) == [
        ("paragraph", "Intro"),
        ("list", "- one\n  goes on"),
        ("list", "- two"),
        ("list", "1. first"),
        ("list", "2) second"),
        ("table", "| a | b |\n|---|:-:|\n| 1 | 2 |"),
        ("paragraph", "after"),
        ("paragraph", "> quoted\n> more"),
        ("code", "    indented code"),
        ("paragraph", "plain"),
    ]


def test_markdown_code_hides_headings_and_runs_to_the_end_where_it_is_not_closed():
    source = (
        "```python\n# no heading\n\n~~~\n```\ntext ``` here\n````\n```\n````\n"
        "- item\n  ~~~\n  <!-- kept -->\n\n# no"
    )
    assert blocks(read_markdown(source)) == [
        ("code", "```python\n# no heading\n\n~~~\n```"),
        ("paragraph", "text ``` here"),
        ("code", "````\n```\n````"),
        ("list", "- item"),
        ("code", "  ~~~\n  <!-- kept -->\n\n# no"),
    ]


def test_markdown_comments_stand_between_blocks():
    source = (
        "one <!-- a --> two\n## Title <!-- toc -->\n<!-- only -->\n\n"
        "<!--\n# no\n\n-->\nthree <!-- open\n`<!--` four\n"
    )
    assert blocks(read_markdown(source)) == [
        ("paragraph", "one "),
        ("paragraph", " two"),
        ("h2 Title", "## Title "),
        ("paragraph", "three <!-- open\n`<!--` four"),
    ]


def test_markdown_of_obsidian_is_read():
    source = (
        "# About [[Boiler|the boiler]] and [[Rent]]\n"
        "[[Other note|alias]] %%hidden%% ![[plan.png]] ==mark== 100%% sure, 5%% of it\n\n"
        "%%\n# hidden\n\nas well\n%%\n\n"
        "> [!note]- A callout\n> its body ^block\n\n%% never closed\n"
    )
    assert blocks(read_markdown(source)) == [
        ("h1 About the boiler and Rent", "# About [[Boiler|the boiler]] and [[Rent]]"),
        ("paragraph", "[[Other note|alias]] "),
        ("paragraph", " ![[plan.png]] ==mark== 100%% sure, 5%% of it"),
        ("paragraph", "> [!note]- A callout\n> its body ^block"),
        ("paragraph", "%% never closed"),
    ]
    assert read_markdown(source).text == source


def test_markdown_comments_are_counted():
    source = (
        "# A <!-- toc -->\n<!-- one -->\ntext <!-- two --> %%three%%\n\n"
        "%%\nfour <!-- in it -->\n%%\n<!-- 5 -->\n`<!-- code -->`\n\n    <!-- code -->\n\n"
        "<!-- open\n"
    )
    document = read_markdown(source)
    assert document.warnings == ("left out: 5 comments",)
    assert "".join(words for _, words in blocks(document)).count("<!-- code -->") == 2


def test_markdown_comments_that_are_never_closed_are_looked_for_once():
    document = read_markdown("a <!-- b\n" * 40_000)
    assert (len(document.blocks), document.warnings) == (1, ())


def test_markdown_entities_are_the_characters_that_they_stand_for():
    source = (
        "# R&ouml;sti &amp; `&amp;`\n"
        "AT&amp;T sells caf&eacute; &#x2014; `&lt;` ``&lt;` &lt;`` &lt;\n"
        "\\&amp; &nosuch; &#10;x\n\n```\n&amp;\n```\n- T&#233;l&eacute;\n\nEnd\n"
    )
    document = read_markdown(source)
    assert blocks(document) == [
        ("h1 Rösti & &amp;", "# Rösti & `&amp;`"),
        ("paragraph", "AT&T sells café — `&lt;` ``&lt;` &lt;`` <\n\\&amp; &nosuch;  x"),
        ("code", "```\n&amp;\n```"),
        ("list", "- Télé"),
        ("paragraph", "End"),
    ]


def test_markdown_embedded_data_stands_between_blocks():
    data = "data:image/png;base64," + "iVBORw0KGgo" * 50
    source = f"before ![chart]({data}) after\n\n```\n{data}\n```\n"
    assert blocks(read_markdown(source)) == [
        ("paragraph", "before ![chart]("),
        ("paragraph", ") after"),
    ]
    assert read_markdown(source).text == source


def test_markdown_front_matter_gives_the_title():
    document = read_markdown('---\ntitle: "My: note"\ntags: [a]\n---\n# Heading\n')
    assert (document.title, blocks(document)) == (
        "My: note",
        [("paragraph", 'title: "My: note"\ntags: [a]'), ("h1 Heading", "# Heading")],
    )


def test_markdown_without_a_title_is_called_by_its_heading_or_file():
    assert read_markdown("---\ntitle: [a, b]\n---\nText\n\n## Sub\n\n# Main").title == "Main"
    assert read_markdown("---\ntitle: never closed\n\ntext").title == "my-note"
    assert read_markdown("## Sub").title == "my-note"


def test_markdown_keeps_its_lines_with_any_line_end():
    document = markdown.read(b"\xef\xbb\xbf# One\r\n\r\ntext\rmore\n", "/docs/a.md")
    assert (document.text, document.title) == ("# One\n\ntext more\n", "One")


RST = """\
======
Manual
======

Intro with ``code``::

    literal

    more

Back.

Setup :ref:`x`
--------------

- item
  goes on
- other

.. code-block:: python

   x = 1

   y = 2

.. a comment

   with more

.. note:: Watch out.
.. _target: http://example.org

=== ===
A   B
=== ===

+---+
| c |
+---+

-----

Deeper
~~~~~~
Text
Usage
-----
"""


def test_rst_is_read_as_blocks():
    document = rst.read(RST.encode(), "/docs/manual.rst")
    assert document.title == "Manual"
    assert blocks(document) == [
        ("h1 Manual", "======\nManual\n======"),
        ("paragraph", "Intro with ``code``::"),
        ("code", "    literal\n\n    more"),
        ("paragraph", "Back."),
        ("h2 Setup x", "Setup :ref:`x`\n--------------"),
        ("list", "- item\n  goes on"),
        ("list", "- other"),
        ("code", ".. code-block:: python\n\n   x = 1\n\n   y = 2"),
        ("paragraph", ".. note:: Watch out."),
        ("paragraph", ".. _target: http://example.org"),
        ("table", "=== ===\nA   B\n=== ==="),
        ("table", "+---+\n| c |\n+---+"),
        ("h3 Deeper", "Deeper\n~~~~~~"),
        ("paragraph", "Text\nUsage\n-----"),
    ]


def test_rst_comments_are_counted():
    source = (
        "A\n=\n\n.. one\n   goes on\n\n..\n   two\n\n   # two\n\n..\n\n.. 1\n\nWords.\n\n"
        ".. note:: Said.\n\n- a\n\n  .. three\n"
    )
    document = rst.read(source.encode(), "/docs/a.rst")
    assert document.warnings == ("left out: 3 comments",)
    assert "one" not in "".join(words for _, words in blocks(document))


def test_rst_without_headings_is_called_by_its_file():
    assert rst.read(b"only text", "/docs/notes.rst").title == "notes"


def headings(name, source):
    return [
        (block.level, block.heading)
        for block in code.read(source.encode(), f"/src/{name}").blocks
        if block.level
    ]


def test_a_python_definition_includes_the_lines_right_above_it():
    source = (
        "import os\n\n"
        "LIMIT = 3\n"
        "# how to fit\n"
        "@cached\n"
        "def fit(x: int) -> int:\n"
        "    def inner():\n"
        "        return x\n\n"
        "    return inner()\n\n\n"
        "class Model(Base):\n"
        "    size = 1\n\n"
        "    async def run(self):\n"
        "        pass\n"
    )
    document = code.read(source.encode(), "/src/model.py")
    assert document.title == "model.py"
    assert blocks(document) == [
        ("code", "import os"),
        ("code", "LIMIT = 3"),
        ("h1 def fit(x: int) -> int", "# how to fit\n@cached\ndef fit(x: int) -> int:"),
        ("code", "    def inner():\n        return x"),
        ("code", "    return inner()"),
        ("h1 class Model(Base)", "class Model(Base):"),
        ("code", "    size = 1"),
        ("h2 async def run(self)", "    async def run(self):"),
        ("code", "        pass"),
    ]


def test_definitions_of_other_languages_are_headings():
    assert headings(
        "a.go", "func (s *Server) Run() error {\n\tif x {\n\t}\n}\ntype Server struct {\n}\n"
    ) == [
        (1, "func (s *Server) Run() error"),
        (1, "type Server struct"),
    ]
    assert headings(
        "a.ts",
        "export class A extends B {\n  async get(url: string): Promise<void> {\n    if (a) {\n}\n",
    ) == [
        (1, "export class A extends B"),
        (2, "async get(url: string): Promise<void>"),
    ]
    assert headings(
        "A.java",
        "public class A {\n    public String get(int a) throws X {\n        return call(a);\n",
    ) == [
        (1, "public class A"),
        (2, "public String get(int a) throws X"),
    ]
    assert headings("a.rs", "impl A for B {\n    pub fn get(&self) -> u32 { 1 }\n}\n") == [
        (1, "impl A for B"),
        (2, "pub fn get(&self) -> u32 { 1 }"),
    ]
    assert headings(
        "a.c", "static int *find(int a, char *b)\n{\n    if (a) go(b);\n    return 0;\n}\n"
    ) == [(1, "static int *find(int a, char *b)")]
    assert headings("a.sql", "-- users\nCREATE TABLE users (\n  id int\n);\nselect 1;\n") == [
        (1, "CREATE TABLE users")
    ]
    assert headings("a.sh", "set -e\nbuild() {\n  make\n}\n") == [(1, "build()")]
    assert headings("a.toml", "[project]\nname = 'x'\n") == [(1, "[project]")]
    assert headings("a.json", '{"def": "class x"}\n') == []


def test_minified_code_is_one_block():
    source = "!function(){" + "var a=1;" * 50_000 + "}();"
    assert [block.kind for block in code.read(source.encode(), "/src/a.min.js").blocks] == ["code"]


def test_a_delimiter_row_after_a_blank_line_makes_no_table():
    document = markdown.read(b"| a | b |\n\n|---|---|\n| 1 | 2 |\n", "/docs/a.md")
    assert [(block.start, block.end, block.kind) for block in document.blocks] == [
        (0, 9, "paragraph"),
        (11, 30, "paragraph"),
    ]


@pytest.mark.parametrize(
    ("source", "headings"),
    [
        # HTML in a heading is no part of its words.
        ('## <a id="x"></a> Casts of `List<T>`', [(2, "Casts of List<T>")]),
        ("# A <b>bold</b> step<br/>down <!-- note --> now", [(1, "A bold stepdown now")]),
        ("### <short hash>", [(3, "<short hash>")]),
        ("## MaybeRef\\<T> {#mayberef}", [(2, "MaybeRef\\<T>")]),
        ("# 3 < 4 and 5 > 4", [(1, "3 < 4 and 5 > 4")]),
        # Links by a reference, and with brackets in them.
        ("### For [`Arc`][Arc] and [Rc][]", [(3, "For Arc and Rc")]),
        ("### Added to [`[registries]`](https://x.org/a_(b))", [(3, "Added to [registries]")]),
        ("## The list [1] of things", [(2, "The list [1] of things")]),
        # The name that MDX gives to a heading.
        ("## What it does {/*what-it-does*/}", [(2, "What it does")]),
        # A fence may begin behind the marker of a list item.
        ("1. ```sh\n   # no heading\n   ```\n\n# After\n", [(1, "After")]),
        ("- * ~~~\n    # no heading\n    ~~~\n# After\n", [(1, "After")]),
        ("- ```a``` b\n\n# After\n", [(1, "After")]),
        # A tag that stands alone is no heading, whatever is below it.
        ("</Note>\n---\n\nText", []),
        ("<div>\nText\n---\n", []),
        ("<b>Title</b>\n---\n", [(2, "Title")]),
    ],
)
def test_headings_of_markdown_are_those_of_commonmark(source, headings):
    document = markdown.read(source.encode(), "/a.md")
    assert [(block.level, block.heading) for block in document.blocks if block.heading] == headings
