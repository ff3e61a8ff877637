"""Encodings that no mark names: told from the lines that have bytes beyond ASCII, in any script."""

from __future__ import annotations

import random

import pytest

from search import readers
from search.errors import Unreadable
from search.readers.shifted import decode_hz, decode_iso_2022, is_shifted
from search.readers.wide import wide_encoding

SCRIPTS = {
    "english": "The keeper wrote every storm into a book.\n",
    "vietnamese": "Người giữ hải đăng ghi lại mọi cơn bão.\n",
    "russian": "Смотритель завёл толстую тетрадь, и каждую бурю он — как мог — записывал в неё.\n",
    "greek": "Ο φαροφύλακας έγραφε κάθε καταιγίδα στο τετράδιο.\n",
    "hebrew": "הספרן סגר את החלון ביום ראשון.\n",
    "arabic": "حارس المنارة يكتب كل عاصفة في دفتره.\n",
    "armenian": "Փարոսի պահապանը գրում էր։\n",
    "georgian": "შუქურის მცველი წერდა ყოველ ქარიშხალს.\n",
    "hindi": "प्रकाशस्तंभ का रखवाला हर तूफान लिखता था।\n",
    "tamil": "கலங்கரை விளக்கக் காவலர் எழுதினார்.\n",
    "thai": "ผู้ดูแลประภาคารเขียนบันทึกทุกพายุ\n",
    "khmer": "អ្នកថែរក្សា\n",
    "burmese": "မီးပြတိုက်စောင့်\n",
    "amharic": "የመብራት ቤት ጠባቂ ጻፈ።\n",
    "chinese": "灯塔看守人买了一个厚厚的本子，每次风暴都记下来。\n",
    "japanese": "灯台守は帳面へ記録をつけていた。フィルターに砂が\n",
    "korean": "등대지기는 두꺼운 공책을 샀고 폭풍마다 적었다.\n",
    "several": "Name;Ort\nОлег;Тверь\n李明;北京\nZoë;Köln\nΝίκος;Αθήνα\n",
    "single letters": "а\tб\tв\n1\t2\t3\n",
    "symbols": "Привет 😀 мир, ок?\n",
    "one word": "lighthouse",
}


def read(data: bytes, name: str = "note.txt") -> str:
    return readers.read(data, f"/docs/{name}").text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_wide_text_needs_no_mark_in_any_script(script: str, codec: str) -> None:
    for count in (1, 7, 3_000):
        text = SCRIPTS[script] * count
        assert read(text.encode(codec)) == text


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_wide_text_may_be_cut_in_a_character(codec: str) -> None:
    text = SCRIPTS["russian"] * 3
    assert read(text.encode(codec)[:-1])[:-1] == text[:-1]


def test_wide_text_is_known_where_its_first_letters_come_late() -> None:
    text = "08:00 pump on, valve open, 3.2 bar\n" * 9_000 + SCRIPTS["chinese"]
    assert read(text.encode("utf-16-le")) == text


@pytest.mark.parametrize(
    "codec",
    [
        *("utf-8", "cp1251", "koi8-r", "cp1252", "cp1253", "cp1255", "cp1256", "tis_620"),
        *("cp932", "euc_jp", "gb18030", "big5", "euc_kr"),
    ],
)
def test_other_text_is_not_taken_for_wide_text(codec: str) -> None:
    for text in SCRIPTS.values():
        try:
            data = (text * 30).encode(codec)
        except UnicodeEncodeError:
            continue
        # Old programs end a file with a control character.
        assert [wide_encoding(data + end) for end in (b"", b"\x1a", b"\0", b"\0\0")] == [None] * 4


def test_noise_is_no_text() -> None:
    chance = random.Random(7)
    for size in range(20, 4_000, 40):
        assert wide_encoding(chance.randbytes(size)) is None
    numbers = b"".join(chance.randrange(70_000).to_bytes(4, "little") for _ in range(900))
    with pytest.raises(Unreadable, match="binary"):
        read(numbers)


@pytest.mark.parametrize(
    ("codec", "line"),
    [
        ("cp1251", "08:15 насос остановлен, давление упало\n"),
        ("koi8-r", "08:15 насос остановлен, давление упало\n"),
        ("cp932", "08:15 フィルターに砂が詰まった。\n"),
        ("euc_jp", "08:15 フィルターに砂が詰まった。\n"),
        ("gb18030", "08:15 过滤器被沙子堵住了，水泵停了。\n"),
        ("euc_kr", "08:15 펌프가 멈추고 압력이 떨어졌다.\n"),
        ("cp1253", "08:15 Η αντλία σταμάτησε το πρωί.\n"),
        ("cp1252", "08:15 Ölfilter der Kühlpumpe getauscht\n"),
    ],
)
@pytest.mark.parametrize("before", [0, 70_000, 400_000])
def test_the_encoding_is_told_from_lines_beyond_ascii(codec: str, line: str, before: int) -> None:
    plain = "08:00 pump on, valve open, 3.2 bar\n"
    text = plain * (before // len(plain)) + (line + plain * 9) * 12
    assert read(text.encode(codec), "pump.log") == text
    # The same words far along one long line.
    text = text.replace("\n", " ")
    assert read(text.encode(codec), "pump.log") == text


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("iso2022_jp", SCRIPTS["japanese"]),
        ("iso2022_jp_2", "日本 中国 한국\n"),
        ("iso2022_jp_ext", "ｱｲｳ 日本\n"),
        ("iso2022_kr", SCRIPTS["korean"]),
        ("hz", "a ~ b: " + SCRIPTS["chinese"]),
    ],
)
def test_text_in_seven_bits_is_decoded(codec: str, text: str) -> None:
    for count in (1, 400):
        lines = "plain words first\n" * 4_000 + text * count
        assert read(lines.encode(codec)) == lines
        assert read(lines.replace("\n", "\r\n").encode(codec)) == lines


def test_signs_that_programs_add_and_chinese_of_iso_2022_are_decoded() -> None:
    assert decode_iso_2022(b"\x1b$B-!-j\x1b(B 1\n") == "①㈱ 1\n"
    chinese = "灯塔".encode("gb2312").translate(bytes(code & 0x7F for code in range(256)))
    assert decode_iso_2022(b"\x1b$)A\x0e" + chinese + b"\x0f end") == "灯塔 end"
    assert decode_iso_2022(b"cut \x1b$B-") == "cut "


@pytest.mark.parametrize(
    "data", [b"~{home~}/bin ~{user~}", b"a ~{b", b"~{}~}", b"plain", "~{é~}".encode()]
)
def test_other_tildes_are_no_chinese(data: bytes) -> None:
    assert decode_hz(data) is None
    assert not is_shifted(data)


def test_characters_that_are_lost_are_told() -> None:
    for name in ("a.txt", "a.json", "a.jsonl", "a.yaml", "a.csv", "a.xml", "a.toml"):
        document = readers.read("café one ".encode() + b"\xff\xfe two", f"/docs/{name}")
        assert document.warnings == ("left out: 2 characters that cannot be decoded",)


def test_a_line_of_another_program_is_read_in_its_own_encoding() -> None:
    data = "Prüfung läuft\n".encode() * 9 + "насос остановлен\n".encode("cp1251") * 3
    assert read(data) == "Prüfung läuft\n" * 9 + "насос остановлен\n" * 3
