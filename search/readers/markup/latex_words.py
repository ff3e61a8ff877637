"""The words of LaTeX source without its commands."""

from __future__ import annotations

import re
import unicodedata

from . import raised

_MATH = re.compile(r"(\$\$?[^$]{1,1000}\$\$?|\\\(.{0,1000}?\\\))")
# Commands that part words, such as the end of a line, with their arguments.
_PARTING = re.compile(
    r"\\(?:\\\*?(?:\[\s?-?[\d.]{1,8}\s?\\?\w{1,14}\])?|"
    r"(?:newline|linebreak|tabularnewline|par|quad|qquad|enspace|"
    r"thinspace|space|hfill|hfil|vfill|dotfill|hrulefill|break|newpage|clearpage|pagebreak|bigskip|"
    r"medskip|smallskip|noindent|indent|hline|toprule|midrule|bottomrule|and|cr|tab|item|xspace|"
    r"nobreakspace)(?![a-zA-Z])(?:\{\})?|[hv]space\*?\{[^{}]{0,40}\}|(?:hskip|vskip|kern)\s?-?"
    r"[\d.]{1,9}\s?\w\w)"
)
# Notes stand apart from the text, with up to two braces in them. A note that goes on in the next
# line is not matched.
_NOTE = re.compile(
    r"\\(?:footnote|footnotetext|endnote|sidenote|marginpar|marginnote|margin|thanks|todo|"
    r"pdfcomment|caption|footcite)\*?(?:\[[^\]]{0,100}\]){0,2}"
    r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+)\}"
)
_OPEN_NOTE = re.compile(
    r"\\(?:footnote|footnotetext|endnote|sidenote|marginpar|marginnote|thanks|todo|caption)\*?"
    r"(?:\[[^\]]{0,100}\])?(?=\{)"
)
_SUPERSCRIPT = re.compile(r"\\textsuperscript\{([^{}]{1,40})\}")
# Commands that are left out with their arguments.
_SILENT = re.compile(
    r"\\(?:label|ref|eqref|pageref|autoref|vspace|hspace|includegraphics|usepackage|documentclass|"
    r"bibliographystyle|pagestyle|thispagestyle|setlength|addtolength|setcounter|input|include|"
    r"hypersetup|newcommand|renewcommand|def|color|definecolor|cline|bibliography|geometry|"
    r"graphicspath|addbibresource|index|hyphenation|phantom)"
    r"\b\*?(?:\[[^\]]{0,300}\]|\{[^{}]{0,300}\}){0,3}"
)
# A picture is left out with its arguments, but for the words that stand for it.
_PICTURE = re.compile(
    r"\\includegraphics\*?\[[^\]]{0,300}?\balt\s?=\s?(?:\{([^{}]{0,2000})\}|([^,{}\]]{1,300}))"
    r"[^\]]{0,300}\]\{[^{}]{0,300}\}"
)
_CITED = re.compile(r"\\\w{0,12}cite\w{0,12}\*?(?:\[[^\]]{0,100}\]){0,2}\{([^{}]{0,300})\}")
_ACCENT = re.compile(
    r"""\\(['`"^~=.]|[cvuHkr](?![a-zA-Z]))\s*\{?(\\[ij](?![a-zA-Z])|[A-Za-z])\}?"""
)
_ACCENTS = dict(
    zip(
        "'`\"^~=.cvuHkr",
        "\u0301\u0300\u0308\u0302\u0303\u0304\u0307\u0327\u030c\u0306\u030b\u0328\u030a",
        strict=True,
    )
)
_LETTER = re.compile(
    r"\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j|dots|ldots|LaTeX|TeX|S|P|copyright|textbackslash|euro|"
    r"pounds)(?![a-zA-Z])(?:\{\})?\s?"
)
_LETTERS = dict(
    re.findall(
        r"(\w+)=(\S+)",
        "ss=ß ae=æ AE=Æ oe=œ OE=Œ aa=å AA=Å o=ø O=Ø l=ł L=Ł i=ı j=ȷ dots=… ldots=… LaTeX=LaTeX "
        "TeX=TeX S=§ P=¶ copyright=© textbackslash=\\ euro=€ pounds=£",
    )
)
# Commands of which only the last argument is shown, with their other arguments.
_LEADING_ARGUMENTS = re.compile(
    r"\\(?:href|textcolor|colorbox|raisebox|parbox)\*?\{[^{}]{0,300}\}|"
    r"\\multicolumn\{[^{}]{0,9}\}\{[^{}]{0,40}\}"
)
_COMMAND = re.compile(r"\\(?:[a-zA-Z@]+\*?|(.))(?:\[[^\]]{0,200}\])?")
_SPACES = frozenset(" ,;:")
_WORD_BEGINS = re.compile(r"[\w(\[“‘\"\ue000-\ue006$]")
_PART = "\ue007"
"""Stands for what parts words where no white space does."""

_PARTED = re.compile(f"[ {_PART}]+")

# A character with a backslash, such as `\%`, stands for itself. A private-use character takes its
# place while the markup is taken out.
_ESCAPED = re.compile(r"\\([%&_#${}])")
_MASK = str.maketrans("%&_#${}", "\ue000\ue001\ue002\ue003\ue004\ue005\ue006")
MASK_PERCENT = {ord("%"): _MASK[ord("%")]}
_UNMASK = {mask: character for character, mask in _MASK.items()}
_SIGNS = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", " "), ("{", ""), ("}", ""))


def plain(source: str, cells: bool = False) -> str:
    r"""The words of LaTeX source without its commands; mathematics are kept as they are.

    In `cells`, `&` becomes a tab.

    >>> plain(r"\textbf{Sch\"one} gr\"u{\ss}e~\cite{knuth}: 5\% of $x_1$")
    'Schöne grüße [knuth]: 5% of $x_1$'
    """
    masked = _ESCAPED.sub(lambda match: match[1].translate(_MASK), source)
    parts = _MATH.split(masked)
    parts[::2] = [_words(part.replace("&", "\t") if cells else part) for part in parts[::2]]
    return "".join(parts).translate(_UNMASK).strip()


def _words(source: str) -> str:
    """The words of source outside mathematics, without its commands."""
    text = _SUPERSCRIPT.sub(rf"{raised.RAISED}\1{raised.END}", source)
    if "alt" in text:
        text = _PICTURE.sub(rf"{_PART}\1\2{_PART}", text)
    text = _NOTE.sub(rf" \1{_PART}", text)
    text = _PARTING.sub(_PART, _OPEN_NOTE.sub(_PART, text))
    text = _CITED.sub(r"[\1]", _LEADING_ARGUMENTS.sub("", _SILENT.sub(_PART, text)))
    text = _LETTER.sub(lambda letter: _LETTERS[letter[1]], _ACCENT.sub(_accented, text))
    text = _COMMAND.sub(lambda command: " " if command[1] in _SPACES else "", text)
    for sign, shown in _SIGNS:
        text = text.replace(sign, shown)
    if _PART in text:
        text = _PARTED.sub(_space, text)
    return raised.apart(text) if raised.RAISED in text else text


def _space(match: re.Match[str]) -> str:
    """The white space for what parts words: none is needed before a full stop, for example."""
    space = match[0]
    if _PART not in space:
        return space
    is_needed = " " in space or _WORD_BEGINS.match(match.string, match.end())
    return " " if is_needed else ""


def _accented(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match[2].lstrip("\\") + _ACCENTS[match[1]])
