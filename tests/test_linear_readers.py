"""The work of each reader grows in proportion to the file, even a hostile one.

A hostile file repeats what begins something and never ends it. The processor time of a file of
twice the length is compared, so that a slow machine changes nothing.
"""

from itertools import cycle

import pytest

from search import readers
from search.errors import Unreadable

from .growth import TWICE, growth

SHORT, LONG = 8_000, 64_000

SUFFIXES = (
    *(".md", ".rst", ".org", ".adoc", ".tex", ".1", ".html", ".xhtml", ".mhtml", ".txt", ".py"),
    *(".java", ".toml", ".json", ".yaml", ".xml", ".csv", ".vtt", ".ipynb", ".po", ".ics"),
    *(".properties", ".eml", ".mbox", ".rtf", ".fb2"),
)

UNITS = (
    *("<!--", "%%", "[", "[[", "![a](", "](", "(", "{", "{{", "<a ", "<b>", "</", "<", "&", "&#"),
    *("&amp", "<![CDATA[", "<?", "<!DOCTYPE ", "<script>", "<template>", "<td>", "<math>", "<p>"),
    *("`", "```\n", "*", "**", "_", '"', "'", '"""', "/*", "$", "\\", "\\begin{x}", "\\footnote{"),
    *("data:image/png;base64,", "=", "-", "#", "# ", "#+BEGIN_SRC\n", ":a:\n", "|", ".. a::\n"),
    *("----\n", "- ", "  - a\n", "> ", "a: ", "a,", "a(", "f(a, ", "<T, ", "public ", "a b ", " "),
    *("\t", "\n", "\\u12", '{"a":', "--a\n", "=?utf-8?q?", "From a\n", "From a Thu Jan  1 00:00\n"),
    *("Content-Type: multipart/mixed; boundary=a\n\n--a\n", "BEGIN:VEVENT\n", "a=\\\n", "\\par "),
    *("00:00:01.000 --> 00:00:02.000\n", 'msgid "a"\n', "@@ -1 +1 @@\n", "@a{b,\n", "{\\rtf1 "),
)
ENDS = ("", "\n", " a\n", "", " ")
OPENINGS = {".rtf": "{\\rtf1 ", ".fb2": "<FictionBook><body>", ".vtt": "WEBVTT\n\n"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_reader_takes_time_in_proportion_to_the_file(suffix: str) -> None:
    slow = {}
    for unit, end in zip(UNITS, cycle(ENDS), strict=False):

        def work(size: int, unit: str = unit + end) -> None:
            text = OPENINGS.get(suffix, "") + unit * (size // len(unit))
            try:
                readers.read(text.encode(), "/d/hostile" + suffix)
            except Unreadable:
                # A refusal has its time too.
                pass

        if (ratio := growth(work, SHORT, LONG)) > TWICE:
            slow[unit + end] = ratio
    assert slow == {}
