"""The order of reading in a PDF: lines from right to left, and columns from top to bottom."""

from __future__ import annotations

import pytest

from .test_readers_pdf import pdf, read

HEBREW = "הספרן סגר את החלון"
ARABIC = "حارس المنارة يكتب كل عاصفة"
COLUMNS = ["灯台守は嵐のたびに厚い", "帳面へ記録をつけていた", "秋の霧は何週間も続いた"]
WHOLE = "".join(COLUMNS)


class Alphabet:
    """A font with a code for each letter: spaces are 280 wide, letters `width` thousandths."""

    def __init__(self, letters: str, width: int = 600) -> None:
        letters = "".join(sorted(set(letters) - {" "}))
        self.codes = {" ": 32} | {letter: 48 + n for n, letter in enumerate(letters)}
        rows = " ".join(
            f"<{code:02X}> <{letter.encode('utf-16-be').hex()}>"
            for letter, code in self.codes.items()
        )
        widths = " ".join(["280", *[str(width)] * (15 + len(letters))])
        self.font = (
            f"/Type /Font /Subtype /TrueType /BaseFont /X /FirstChar 32 /LastChar "
            f"{47 + len(letters)} /Widths [{widths}] /ToUnicode 900 0 R"
        )
        self.map = {900: ("", f"begincmap {len(self.codes)} beginbfchar {rows} endbfchar".encode())}

    def shown(self, text: str) -> str:
        """The operand that shows a text."""
        return "<" + "".join(f"{self.codes[letter]:02X}" for letter in text) + ">"

    def page(self, operators: str) -> bytes:
        """A PDF of one page with these operators."""
        return pdf(operators.encode(), font=self.font, streams=self.map)


def words_from_the_right(alphabet, text, way, turned="1"):
    """The words of a line with their left ends, the first word rightmost; `way` writes a word."""
    x, shows = 500.0, []
    for word in text.split():
        start = x if turned == "-1" else x - 6 * len(word)
        shows.append(f"{turned} 0 0 1 {start:.2f} 700 Tm {alphabet.shown(way(word))} Tj ")
        x -= 6 * len(word) + 2.8
    return shows


def backwards(text):
    return text[::-1]


def as_it_is(text):
    return text


@pytest.mark.parametrize("text", [HEBREW, ARABIC])
def test_lines_from_right_to_left_are_read_in_their_order(text):
    letters = Alphabet(text)
    begin = "BT /F1 10 Tf "
    layer = words_from_the_right(letters, text, as_it_is)
    looks = words_from_the_right(letters, text, backwards)
    turned = words_from_the_right(letters, text, as_it_is, "-1")
    x, single = 500.0, []
    for letter in text:
        x -= 2.8 if letter == " " else 6
        if letter != " ":
            single.append(f"1 0 0 1 {x:.2f} 700 Tm {letters.shown(letter)} Tj ")
    line = "1 0 0 1 300 700 Tm {} Tj "
    for operators in (
        f"{begin} 3 Tr {''.join(layer)} ET",
        f"{begin} {''.join(layer)} ET",
        f"{begin} 3 Tr {line.format(letters.shown(text))} ET",
        f"{begin} 3 Tr {''.join(turned)} ET",
        f"{begin} {''.join(looks)} ET",
        f"{begin} {''.join(reversed(looks))} ET",
        f"{begin} {line.format(letters.shown(text[::-1]))} ET",
        f"{begin} {''.join(single)} ET",
    ):
        assert read(letters.page(operators)).text == text


@pytest.mark.parametrize("text", ["שנת 1931 טובה", "קרא את PDF הזה"])
def test_numbers_and_latin_words_keep_their_direction(text):
    letters = Alphabet(text)
    seen = " ".join(word if word.isascii() else word[::-1] for word in reversed(text.split()))
    layer = "".join(words_from_the_right(letters, text, as_it_is))
    assert read(letters.page(f"BT /F1 10 Tf 3 Tr {layer} ET")).text == text
    line = f"BT /F1 10 Tf 1 0 0 1 300 700 Tm {letters.shown(seen)} Tj ET"
    assert read(letters.page(line)).text == text


def grid(letters, columns, across=26, down=18, by_rows=True, top=700):
    """The operators that show each letter by itself, the first column rightmost."""
    places = [
        (column, row)
        for column in range(len(columns))
        for row in range(max(map(len, columns)))
        if row < len(columns[column])
    ]
    return "".join(
        f"1 0 0 1 {500 - across * column} {top - down * row} Tm "
        f"{letters.shown(columns[column][row])} Tj "
        for column, row in sorted(places, key=lambda place: place[::-1] if by_rows else place)
    )


@pytest.mark.parametrize(
    ("across", "down", "by_rows"), [(26, 18, True), (26, 18, False), (30, 17, True)]
)
def test_columns_of_single_letters_are_read_from_the_right(across, down, by_rows):
    letters = Alphabet(WHOLE, 1000)
    operators = grid(letters, COLUMNS, across, down, by_rows)
    assert read(letters.page(f"BT /F1 16 Tf {operators} ET")).text == WHOLE


def test_columns_are_read_where_an_operator_shows_a_whole_row():
    letters = Alphabet(WHOLE, 1000)
    rows = ["".join(row) for row in zip(*reversed(COLUMNS), strict=True)]
    moved = "".join(
        f"1 0 0 1 448 {700 - 18 * n} Tm [{' -600 '.join(map(letters.shown, row))}] TJ "
        for n, row in enumerate(rows)
    )
    assert read(letters.page(f"BT /F1 16 Tf {moved} ET")).text == WHOLE
    spaced = "".join(
        f"1 0 0 1 448 {700 - 18 * n} Tm {letters.shown(row)} Tj " for n, row in enumerate(rows)
    )
    assert read(letters.page(f"BT /F1 16 Tf 10 Tc {spaced} ET")).text == WHOLE


def test_a_title_above_columns_and_columns_in_two_tiers_are_kept_apart():
    letters = Alphabet(WHOLE, 1000)
    title = f"1 0 0 1 100 740 Tm {letters.shown('秋の霧')} Tj "
    tiers = grid(letters, COLUMNS) + grid(letters, COLUMNS[::-1], top=400)
    assert read(letters.page(f"BT /F1 16 Tf {title}{tiers} ET")).text == (
        f"秋の霧\n{WHOLE}\n{''.join(reversed(COLUMNS))}"
    )


def test_rows_of_single_letters_stay_rows():
    letters = Alphabet(WHOLE, 1000)
    rows = "".join(
        f"1 0 0 1 {72 + 12 * n} {700 - 20 * row} Tm {letters.shown(letter)} Tj "
        for row, line in enumerate(COLUMNS)
        for n, letter in enumerate(line)
    )
    assert read(letters.page(f"BT /F1 12 Tf {rows} ET")).text == "\n".join(COLUMNS)
