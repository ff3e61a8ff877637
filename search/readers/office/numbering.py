"""The numbers that a program writes in front of list items and headings, in their formats."""

from __future__ import annotations

from collections.abc import Callable

MAX_ROMAN = 3_999
MAX_REPEATED = 30
"""The most times that a letter is repeated in one number."""

_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщыэюя"
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
_HAN = "〇一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_KANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_GANADA = "가나다라마바사아자차카타파하"


def roman(number: int) -> str:
    """A number in small Roman numerals, in digits from 4,000 on.

    >>> roman(4), roman(1990), roman(4000)
    ('iv', 'mcmxc', '4000')
    """
    if not 0 < number <= MAX_ROMAN:
        return str(number)
    numerals: list[str] = []
    for amount, numeral in _ROMAN:
        count, number = divmod(number, amount)
        numerals.append(count * numeral)
    return "".join(numerals)


def repeated(number: int, letters: str = _LATIN) -> str:
    """A number as a letter, which is repeated beyond the end of the alphabet, as in Word.

    >>> repeated(2), repeated(28)
    ('b', 'bb')
    """
    if not 0 < number <= MAX_REPEATED * len(letters):
        return str(number)
    count, index = divmod(number - 1, len(letters))
    return (count + 1) * letters[index]


def counted(number: int, letters: str = _LATIN) -> str:
    """A number in letters that count on beyond the end of the alphabet, as in OpenDocument.

    >>> counted(2), counted(28)
    ('b', 'ab')
    """
    word = ""
    while number > 0:
        number, index = divmod(number - 1, len(letters))
        word = letters[index] + word
    return word


def ordinal(number: int) -> str:
    """A number as an English ordinal.

    >>> ordinal(2), ordinal(11), ordinal(23)
    ('2nd', '11th', '23rd')
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{ending or 'th'}"


def han(number: int) -> str:
    """A number below 100 in Chinese characters, a larger one in digits.

    >>> han(7), han(10), han(42)
    ('七', '十', '四十二')
    """
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return (_HAN[tens] if tens > 1 else "") + ("十" if tens else "") + (_HAN[ones] if ones else "")


def circled(number: int) -> str:
    """A number up to 20 in a circle, a larger one in digits.

    >>> circled(3), circled(21)
    ('③', '21')
    """
    return chr(0x245F + number) if 0 < number <= 20 else str(number)


def _from(letters: str) -> Callable[[int], str]:
    return lambda number: repeated(number, letters)


FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "lowerRoman": roman,
    "upperRoman": lambda number: roman(number).upper(),
    "lowerLetter": repeated,
    "upperLetter": lambda number: repeated(number).upper(),
    "ordinal": ordinal,
    "numberInDash": lambda number: f"- {number} -",
    "russianLower": _from(_RUSSIAN),
    "russianUpper": lambda number: repeated(number, _RUSSIAN).upper(),
    "greekLower": _from(_GREEK),
    "decimalEnclosedCircle": circled,
    "decimalEnclosedCircleChinese": circled,
    "ideographTraditional": _from(_STEMS),
    "aiueoFullWidth": _from(_KANA),
    "aiueo": _from(_KANA),
    "ganada": _from(_GANADA),
    **dict.fromkeys(
        (
            "chineseCounting",
            "chineseCountingThousand",
            "ideographDigital",
            "japaneseCounting",
            "japaneseDigitalTenThousand",
            "taiwaneseCounting",
            "taiwaneseCountingThousand",
            "koreanDigital2",
        ),
        han,
    ),
}
"""Word's formats of numbers (ECMA-376 part 1, 17.18.59); others are written in digits."""


def formatted(number: int, form: str) -> str:
    """A number in one of Word's formats; "none" gives no words.

    >>> formatted(3, "upperRoman"), formatted(3, "decimal"), formatted(3, "none")
    ('III', '3', '')
    """
    if form == "none":
        return ""
    write = FORMATS.get(form)
    return write(number) if write is not None else str(number)
