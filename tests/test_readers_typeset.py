"""The readers of LaTeX, manual pages, Org and AsciiDoc keep each word on its line of the file."""

from __future__ import annotations

import pytest

from search import readers
from search.documents import Block, Document, Reason
from search.errors import Unreadable


def read(data, name):
    return readers.read(data.encode(), f"/docs/{name}")


def blocks(document):
    """Each block as its line, its kind (for a heading its level and words) and its text."""
    return [
        (
            document.text.count("\n", 0, block.start) + 1,
            f"h{block.level} {block.heading}" if block.level else block.kind,
            document.text[block.start : block.end],
        )
        for block in document.blocks
    ]


LATEX = r"""\documentclass[a4paper]{article} % preamble
\title{On the \emph{radiators}\\ % cold
  of Quince Street}
\begin{document}
\section{Heating \& cooling}\label{sec:heat}
The radiators stay cold~\cite[p.~3]{knuth}. % not this
It costs 5\% or \$3 -- ``sometimes'' more; see \href{https://example.org/50%}{the page}.
M\"uller, caf\'{e}, gar\c{c}on, Stra\ss e, \o re.

\begin{itemize}
  \item First $x_1 \leq \{3\}$ item
    goes on
  \item[Two] second
\end{itemize}
\begin{equation}
  E = mc^2
\end{equation}
\subsection*{Tables}
\begin{tabular}{l|r}
 a & \textbf{b} \\ \hline
 R\&D & \multicolumn{2}{c}{2} \\
\end{tabular}
\begin{figure}[h]
 \includegraphics[width=3cm]{x.png}
 \caption{A valve}
\end{figure}
\begin{verbatim}
 \section{no} % kept
\end{verbatim}
\begin{comment}
hidden
\end{comment}
\end{document}
"""


def test_latex_is_read_as_blocks():
    document = read(LATEX, "paper.tex")
    assert (document.kind, document.title) == ("latex", "On the radiators of Quince Street")
    assert blocks(document) == [
        (5, "h3 Heating & cooling", "Heating & cooling"),
        (
            6,
            "paragraph",
            (
                "The radiators stay cold [knuth].\n"
                "It costs 5% or $3 – “sometimes” more; see the page.\n"
                "Müller, café, garçon, Straße, øre."
            ),
        ),
        (11, "list", "- First $x_1 \\leq {3}$ item\ngoes on"),
        (13, "list", "- Two: second"),
        (16, "paragraph", "  E = mc^2"),
        (18, "h4 Tables", "Tables"),
        (20, "table", "a \t b\nR&D \t 2"),
        (25, "paragraph", "A valve"),
        (28, "code", " \\section{no} % kept"),
    ]


LATEX_PARTING = {
    r"as a whole\footnote{Later \emph{types}.} and": "as a whole Later types. and",
    r"whole\footnote{open": "whole open",
    r"whole\footnote[3]{a}b\thanks{c}": "whole a b c",
    r"Oude Gracht 4\\Haarlem\\*Holland\\[2pt] end\\": "Oude Gracht 4 Haarlem Holland end",
    r"one\newline two\par{}three\quad four\hspace{1em}five": "one two three four five",
    r"sail\index{sail}area\label{sec:a}, end\index{x}.": "sail area, end.",
    r"a\vspace*{2mm}b\kern 3pt c\,d\;e f\/i": "a b c d e fi",
    r"re\emph{think} stone\textsuperscript{2} 40 m\textsuperscript{2}": "rethink stone 2 40 m2",
    r"1\textsuperscript{st}": "1st",
}


@pytest.mark.parametrize(("source", "words"), LATEX_PARTING.items())
def test_latex_commands_part_words(source, words):
    assert read(f"\\section{{A}}\n{source}\n", "a.tex").text.split("\n")[1] == words


def test_latex_after_the_beginning_of_the_document_is_text():
    source = "\\author{Ida\n\\x\n\\begin{document}\\section{A} b\nc\n\\end{document}\n"
    assert blocks(read(source, "a.tex")) == [
        (1, "paragraph", "Ida"),
        (3, "h3 A", "A b"),
        (4, "paragraph", "c"),
    ]


def test_a_heading_of_latex_may_take_several_lines():
    source = (
        "\\section[Short]{On the\n  \\emph{long} road}\\label{x} Text.\n\\subsection\n{Two}\nb\n"
        "\\subsection{never closed\nc\n\nd\n\\paragraph{Run} in\n"
    )
    assert blocks(read(source, "a.tex")) == [
        (1, "h3 On the long road", "On the\nlong road Text."),
        (3, "h4 Two", "\nTwo"),
        (5, "paragraph", "b"),
        (6, "h4 never closed", "never closed"),
        (7, "paragraph", "c"),
        (9, "paragraph", "d"),
        (10, "h6 Run", "Run in"),
    ]


def test_latex_has_the_author_and_the_values_of_commands_and_counts_comments():
    source = (
        "% a template\n% of Ada\n\\title{Mills}\n\\author{Ida\n \\and Bo}\n"
        "\\newcommand{\\mill}{Kinderdijk}\n\\def\\x#1{no}\n\\begin{document}\n"
        "See \\mill\\ and \\mill{} or \\mill.%\n% check\n100\\% % sure\n%%%%\n"
        "\\begin{comment}\nout\nout\n\\end{comment}\n\\end{document}\n"
    )
    document = read(source, "a.tex")
    assert document.title == "Mills"
    assert blocks(document) == [
        (4, "paragraph", "Ida\nBo"),
        (9, "paragraph", "See Kinderdijk and Kinderdijk or Kinderdijk."),
        (11, "paragraph", "100%"),
    ]
    assert document.warnings == ("left out: 4 comments",)


def test_a_chapter_of_latex_is_read_without_a_document_around_it():
    assert read("\\chapter{Tides}\nThey turn.\n", "one.tex") == Document(
        "/docs/one.tex",
        "latex",
        "Tides",
        "Tides\nThey turn.",
        (Block(0, 5, "heading", 2, "Tides"), Block(6, 16, "paragraph")),
    )
    with pytest.raises(Unreadable) as caught:
        read("\\documentclass{article}\n\\begin{document}\n\\end{document}\n", "empty.tex")
    assert (caught.value.reason, caught.value.message) == (
        Reason.NO_TEXT,
        "the file has commands in it and no text",
    )


@pytest.mark.parametrize(
    "source",
    [
        "\\section{never closed",
        "{" * 9_000 + "x",
        "\\" * 9_000 + "x",
        "$" * 999 + "x",
        "\\title{" + "x" * 5_000,
    ],
    ids=range(5),
)
def test_broken_latex_is_read(source):
    assert read(source, "a.tex").text.count("x") == source.count("x")


MAN = r""".\" a comment
.de Vb
.ft CW
..
.TH GREP 1 "2026-11-02"
.SH NAME
grep \- print \fIlines\fR that match
.SH SYNOPSIS
.B grep
.RI [ OPTION .\|.\|.]
.br
.SH
DESCRIPTION
It\(aqs fast
.if n and
on large files.
.PP
.TP
.BR \-i ", " \-\-ignore\-case
Ignore case.
.IP \(bu 2
An item.
.SS Examples
.nf
grep \e\-i  x
.fi
"""


def test_a_manual_page_is_read_as_blocks():
    document = read(MAN, "grep.1")
    assert (document.kind, document.title) == ("man", "grep - print lines that match")
    assert blocks(document) == [
        (6, "h1 NAME", "NAME"),
        (7, "paragraph", "grep - print lines that match"),
        (8, "h1 SYNOPSIS", "SYNOPSIS"),
        (9, "paragraph", "grep\n[OPTION...]"),
        (13, "h1 DESCRIPTION", "DESCRIPTION"),
        (14, "paragraph", "It's fast\n\non large files."),
        (19, "list", "-i, --ignore-case\nIgnore case."),
        (21, "list", "•\nAn item."),
        (23, "h2 Examples", "Examples"),
        (25, "code", "grep \\-i  x"),
    ]


MDOC = """.Dd March 1, 2026
.Dt WIDGET 1
.Sh NAME
.Nm widget
.Nd turn the valves
.Sh SYNOPSIS
.Nm
.Op Fl ab
.Op Fl f Ar file
.Sh DESCRIPTION
The
.Nm
utility turns
.Em valves ,
see
.Xr radiator 8 .
.Bl -tag
.It Fl a
Air out.
.It Fl f Ar file Ns s
.El
"""


def test_a_manual_page_of_bsd_is_read_as_blocks():
    document = read(MDOC, "widget.1")
    assert document.title == "widget - turn the valves"
    assert blocks(document) == [
        (3, "h1 NAME", "NAME"),
        (4, "paragraph", "widget\n- turn the valves"),
        (6, "h1 SYNOPSIS", "SYNOPSIS"),
        (7, "paragraph", "widget\n[-ab]\n[-f file]"),
        (10, "h1 DESCRIPTION", "DESCRIPTION"),
        (11, "paragraph", "The\nwidget\nutility turns\nvalves,\nsee\nradiator 8."),
        (18, "list", "-a\nAir out."),
        (20, "list", "-f files"),
    ]


def test_comments_of_a_manual_page_are_counted_and_open_ones_hide_nothing():
    source = (
        '.\\" one\n.\\" same\n.TH A 1\n.SH B\nwords \\" two\nmore\n.ig xx\nthree\n.xx\n.\\"\n'
        ".de M\nno\n..\n.ig\nopen\n"
    )
    document = read(source, "a.1")
    assert blocks(document) == [
        (4, "h1 B", "B"),
        (5, "paragraph", "words\nmore"),
        (15, "paragraph", "open"),
    ]
    assert document.warnings == ("left out: 3 comments",)


def test_a_text_named_as_a_manual_page_is_text():
    assert read("Nov 2 boot\n", "syslog.1").kind == "text"
    assert (read(MAN, "grep.1ssl").kind, read(MAN, "grep").kind, read(MAN, "grep.txt").kind) == (
        "man",
        "man",
        "text",
    )
    with pytest.raises(Unreadable) as caught:
        read(".so man1/grep.1\n", "egrep.1")
    assert caught.value.reason is Reason.NO_TEXT


ORG = """\
#+TITLE: My *notes*
#+OPTIONS: toc:nil

* TODO [#A] Fix the =boiler=  :house:urgent:
:PROPERTIES:
:ID: abc
:END:
Some text with [[https://example.org][a link]].
# a comment
- one
  goes on
- two
** See [[file:a.org][the other]]
| a | b |
|---+---|
#+begin_src python
x = 1

# y
#+end_src
: fixed
#+begin_comment
hidden
#+end_comment
#+begin_quote
Said.
#+end_quote
"""


def test_org_is_read_as_blocks():
    document = read(ORG, "notes.org")
    assert (document.kind, document.title) == ("org", "My notes")
    assert blocks(document) == [
        (1, "paragraph", "#+TITLE: My *notes*"),
        (4, "h1 Fix the boiler", "* TODO [#A] Fix the =boiler=  :house:urgent:"),
        (8, "paragraph", "Some text with [[https://example.org][a link]]."),
        (10, "list", "- one\n  goes on"),
        (12, "list", "- two"),
        (13, "h2 See the other", "** See [[file:a.org][the other]]"),
        (14, "table", "| a | b |\n|---+---|"),
        (16, "code", "#+begin_src python\nx = 1\n\n# y\n#+end_src"),
        (21, "code", ": fixed"),
        (26, "paragraph", "Said."),
    ]


def test_org_blocks_that_are_never_closed_end_at_the_next_heading():
    source = (
        "* One\n:LOGBOOK:\nx\n#+begin_comment\ny\n* Two\n:END:\n#+end_comment\n#+begin_src c\nz\n"
    )
    assert blocks(read(source, "a.org")) == [
        (1, "h1 One", "* One"),
        (2, "paragraph", ":LOGBOOK:\nx"),
        (5, "paragraph", "y"),
        (6, "h1 Two", "* Two"),
        (9, "code", "#+begin_src c\nz"),
    ]


def test_org_drawers_of_the_writer_are_text_and_comments_are_counted():
    source = (
        "#+DATE: May\n#+html_head: x\n* A\n  :Properties:\n  :ID: 1\n  :END:\n"
        ":Details:\nBrass foil.\n"
        "#+begin_src c\n:end:\n#+end_src\n:END:\n:blade:\n:LOGBOOK:\r\n- Link belt\r\n:END:\r\n"
        "# one\n# same\n\n# two\n#+BEGIN_COMMENT\nthree\n\nthree\n#+END_COMMENT\n# 4\n"
    )
    document = read(source, "a.org")
    assert blocks(document) == [
        (1, "paragraph", "#+DATE: May"),
        (3, "h1 A", "* A"),
        (8, "paragraph", "Brass foil."),
        (9, "code", "#+begin_src c\n:end:\n#+end_src"),
        (13, "paragraph", ":blade:"),
        (15, "list", "- Link belt"),
    ]
    assert document.warnings == ("left out: 3 comments",)


ASCIIDOC = """\
= The `Guide` to *valves*
Ida Author
:toc: left

Preamble.

[[first]]
== First <<x,section>> ==

// a comment
[source,python]
----
== no heading

x = 1
----

* one
goes on
. two
+
more

term:: what it is

 indented
 code

|===
|a |b

|1 |2
|===

Old style
~~~~~~~~~

====
Inside an example.
====
////
hidden
////
```sh
ls
```
"""


def test_asciidoc_is_read_as_blocks():
    document = read(ASCIIDOC, "guide.adoc")
    assert (document.kind, document.title) == ("asciidoc", "The Guide to valves")
    assert blocks(document) == [
        (1, "h1 The Guide to valves", "= The `Guide` to *valves*"),
        (2, "paragraph", "Ida Author"),
        (5, "paragraph", "Preamble."),
        (8, "h2 First section", "== First <<x,section>> =="),
        (12, "code", "----\n== no heading\n\nx = 1\n----"),
        (18, "list", "* one\ngoes on"),
        (20, "list", ". two\n+\nmore"),
        (24, "list", "term:: what it is"),
        (26, "code", " indented\n code"),
        (29, "table", "|===\n|a |b\n\n|1 |2\n|==="),
        (35, "h3 Old style", "Old style"),
        (39, "paragraph", "Inside an example."),
        (44, "code", "```sh\nls\n```"),
    ]


def test_asciidoc_counts_comments_and_replaces_entities():
    source = (
        "== AT&amp;T\n// one\n// same\n\n//two\n////\nthree\n\n== three\n////\n"
        "caf&eacute; &#8212; `&lt;`\n----\n&amp;\n----\n////\nopen\n"
    )
    document = read(source, "a.adoc")
    assert blocks(document) == [
        (1, "h2 AT&T", "== AT&T"),
        (11, "paragraph", "café — `<`"),
        (12, "code", "----\n&amp;\n----"),
        (16, "paragraph", "open"),
    ]
    assert document.warnings == ("left out: 3 comments",)


@pytest.mark.parametrize(
    ("name", "source"),
    [("paper.tex", LATEX), ("grep.1", MAN), ("notes.org", ORG), ("guide.adoc", ASCIIDOC)],
)
def test_every_word_stands_in_its_own_line_of_the_file(name, source):
    lines = source.split("\n")
    text = read(source.replace("\n", "\r\n"), name).text
    assert text == read(source, name).text
    for number, line in enumerate(text.split("\n")):
        words = [word for word in line.split() if word.isascii() and word.isalpha()]
        assert [word for word in words if word not in lines[number]] == []


def test_macros_of_the_author_show_their_arguments():
    page = (
        ".TH DIG 1\n.de Option\n.B \\\\$1\n..\n.SH NAME\ndig \\- digs\n.SH OPTIONS\n"
        '.Option "--weir height"\n.IX Header "NAME"\n.nr % 0\n.ds C+ C\n.Vb 4\nplain\n'
    )
    assert [text for *_, text in blocks(read(page, "dig.1"))] == [
        "NAME",
        "dig - digs",
        "OPTIONS",
        "--weir height\n\n\n\n\nplain",
    ]
    page = (
        ".Dd May 1, 2024\n.Dt DIG 1\n.Os\n.Sh NAME\n.Nm dig\n.Nd digs\n.Sh SEE ALSO\n"
        ".Oo Fl a Ar file Oc\n.Rs\n.%A Ida Vail\n.%T The weir book\n.Re\n"
    )
    assert [text for *_, text in blocks(read(page, "dig.1"))] == [
        "NAME",
        "dig\n- digs",
        "SEE ALSO",
        "-a file\n\nIda Vail\nThe weir book",
    ]


def test_the_text_of_a_condition_of_asciidoc_is_read():
    source = "ifdef::env-github[The *weir* is open.]\nifdef::pdf[]\nShown.\nendif::[]\n"
    document = read(source, "a.adoc")
    assert document.text.splitlines() == ["The *weir* is open.", "", "Shown."]


def test_what_pictures_of_latex_show_is_read():
    source = (
        "See \\includegraphics[width=3cm,alt={A map, of the weir}]{map.png}.\n\n"
        "\\includegraphics[alt=Lock, width=2cm]{a}\n\n\\includegraphics[width=1cm]{b}\n"
    )
    assert [text for *_, text in blocks(read(source, "a.tex"))] == [
        "See A map, of the weir.",
        "Lock",
    ]
