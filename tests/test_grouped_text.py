"""Hits by file, as a terminal shows them."""

from dataclasses import replace

from search.results import Hit, QueryResult
from tui.grouped_text import grouped_text
from tui.surroundings import Surroundings
from tui.terminal import Style

from .test_grouped import HIT

AROUND = Surroundings("/home/ann", {"TERM": "xterm"}, is_terminal=True, columns=80)
PLAIN = Style("never", True, AROUND.environment)


def marked(hit: Hit, text: str, word: str, sentence: str = "") -> Hit:
    """The hit with this text, a marked word and the sentence that answers."""
    start = text.index(word)
    return replace(
        hit,
        text=text,
        highlights=((start, start + len(word)),),
        sentence=(text.index(sentence), text.index(sentence) + len(sentence)) if sentence else None,
    )


BOILER = marked(
    replace(HIT, score=0.94, headings=("Boiler", "Letting air out"), line_start=15),
    "## Letting air out\n\nA **radiator** that is hot below has trapped air. "
    "Switch the pump off, wait twenty minutes, and turn the pin with the key that hangs there.",
    "radiator",
)
PUMP = replace(
    marked(HIT, "Several missed a hot radiator.", "radiator"),
    score=0.3,
    path="/docs/heat\x1b-pumps.pdf",
    kind="pdf",
    headings=(),
    page=2,
    copies=("/docs/copy.pdf",),
)


def text_of(*hits: Hit, fold: bool = True, style: Style = PLAIN) -> str:
    result = QueryResult("q", "hybrid", True, "m", "r", 1.0, (), False, (), hits)
    return grouped_text(result, style, fold, AROUND)


def test_a_file_has_one_line_and_its_passages_two() -> None:
    weaker = replace(BOILER, score=0.1)
    assert text_of(BOILER, weaker, weaker, PUMP) == (
        "/docs/boiler.md  0.94\n"
        "   17  Letting air out · A radiator that is hot below has trapped air. Switch\n"
        "       the pump off, wait twenty minutes, and turn the pin with the key that …\n"
        "       + 2 weaker\n"
        "\n"
        "/docs/heat␛-pumps.pdf  0.30\n"
        "  p.2  Several missed a hot radiator.\n"
        "       also in /docs/copy.pdf"
    )


def test_files_of_weak_hits_are_one_line() -> None:
    weak = [replace(PUMP, score=0.04, path=f"/docs/{name}") for name in "aab"]
    text = text_of(BOILER, *weak)
    assert text.splitlines()[-2:] == ["", "+ 3 weaker in 2 other files; --full shows all"]
    assert text_of(BOILER, weak[0]).splitlines()[-1] == (
        "+ 1 weaker in 1 other file; --full shows all"
    )
    assert text_of(BOILER, *weak, fold=False).count("Several missed") == 3


def test_code_keeps_its_lines_and_a_heading_is_not_repeated() -> None:
    code = replace(
        HIT,
        kind="code",
        headings=("def retry(call)",),
        text='    def retry(call):\n\n\t"""Call again."""\n    return ' + "x" * 90,
    )
    assert text_of(code) == (
        '/docs/boiler.md  0.90\n    1  def retry(call):\n       """Call again."""'
    )
    long = replace(code, headings=("class Caller",), text="    return " + "x" * 90)
    assert text_of(long) == f"/docs/boiler.md  0.90\n    1  class Caller · return {'x' * 50}…"


def test_wide_letters_count_twice() -> None:
    wide = replace(HIT, headings=("暖房",), text="暖房の水圧が低い。" * 20)
    rows = text_of(wide).splitlines()[1:]
    assert [sum(2 if ord(letter) > 0x2E80 else 1 for letter in row) <= 80 for row in rows] == [
        True,
        True,
    ]


def test_a_passage_without_words_has_its_heading_alone() -> None:
    assert text_of(replace(HIT, text="# Boiler\n")) == "/docs/boiler.md  0.90\n    1  Boiler"
    assert text_of(replace(HIT, text="", headings=())) == "/docs/boiler.md  0.90\n    1"


def test_a_terminal_with_colours_gets_links_and_marks() -> None:
    style = Style("always", True, AROUND.environment)
    hit = marked(replace(HIT, text=""), "The pump runs.", "pump", "The pump runs.")
    assert text_of(hit, style=style) == (
        "\x1b]8;;file:///docs/boiler.md\x1b\\\x1b[35m/docs/boiler.md\x1b[0m\x1b]8;;\x1b\\"
        "  \x1b[2m0.90\x1b[0m\n"
        "\x1b[35m    1\x1b[0m  \x1b[36mBoiler\x1b[0m · "
        "\x1b[1mThe \x1b[0m\x1b[1;31mpump\x1b[0m\x1b[1m runs.\x1b[0m"
    )
