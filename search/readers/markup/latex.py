r"""LaTeX: sections, paragraphs, list items and tables without commands and comments.

Every line keeps its number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from ...documents import Document, Reason
from ...errors import Unreadable
from ..decoding import decode
from ..lines import lines
from ..rows import Rows
from ..title import MAX_TITLE, stem

SUFFIXES = (".tex", ".ltx", ".latex")

LEVELS = {
    "part": 1,
    "chapter": 2,
    "section": 3,
    "subsection": 4,
    "subsubsection": 5,
    "paragraph": 6,
}
VERBATIM = frozenset({"verbatim", "lstlisting", "minted", "Verbatim", "alltt", "comment"})
MATHS = frozenset(
    re.findall(r"\w+", "equation align gather multline displaymath eqnarray math alignat flalign")
)
TABLES = frozenset({"tabular", "tabularx", "longtable", "array", "tabulary"})
MAX_TITLE_SOURCE = 1_000

_HEADING = re.compile(
    r"\s*\\(part|chapter|section|subsection|subsubsection|paragraph)"
    r"\*?\s*(?:\[[^\]]{0,300}\])?\{(.*)"
)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\){0,8})%.*")
_URL = re.compile(r"\\(?:href|url)\{[^{}]{1,500}\}")
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(\w{1,40})\*?\}((?:\[[^\]]{0,200}\]|\{[^{}]{0,200}\})*)")
_ITEM = re.compile(r"\s*\\item\b\s*(?:\[([^\]]{0,200})\])?")
_MATH = re.compile(r"(\$\$?[^$]{1,1000}\$\$?|\\\(.{0,1000}?\\\))")

# Commands that are left out with their arguments.
_SILENT = re.compile(
    r"\\(?:label|ref|eqref|pageref|autoref|vspace|hspace|includegraphics|usepackage|documentclass|"
    r"bibliographystyle|pagestyle|thispagestyle|setlength|addtolength|setcounter|input|include|"
    r"hypersetup|newcommand|renewcommand|def|color|definecolor|cline|bibliography|geometry|"
    r"graphicspath|addbibresource|index|hyphenation|phantom)"
    r"\b\*?(?:\[[^\]]{0,300}\]|\{[^{}]{0,300}\}){0,3}"
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
_SPACES = frozenset(" ,;:/")
# A character with a backslash, such as `\%`, stands for itself. A private-use character takes its
# place while the markup is taken out.
_ESCAPED = re.compile(r"\\([%&_#${}])")
_MASK = str.maketrans("%&_#${}", "\ue000\ue001\ue002\ue003\ue004\ue005\ue006")
_MASK_PERCENT = {ord("%"): _MASK[ord("%")]}
_UNMASK = {mask: character for character, mask in _MASK.items()}
_SIGNS = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", " "), ("{", ""), ("}", ""))


def read(data: bytes, path: str) -> Document:
    """The document in a LaTeX file. The preamble gives nothing but the title.

    Raises Unreadable where the file is binary, empty or has no text.
    """
    source = decode(data)
    parser = _Parser(preamble="\\begin{document}" in source)
    for line in lines(source):
        parser.take(source[line.start : line.end])
    rows = parser.rows
    rows.close()
    if not rows.blocks:
        raise Unreadable(Reason.NO_TEXT, "the file has commands in it and no text")
    heading = next((block.heading for block in rows.blocks if block.heading), "")
    title = (_title(source) or heading)[:MAX_TITLE] or stem(path)
    return Document(path, "latex", title, rows.text, tuple(rows.blocks))


@dataclass
class _Parser:
    """One pass over the lines.

    `preamble` is true before the document begins. `verbatim` is the open environment whose lines
    are kept as they are, empty outside one. `tables`, `maths` and `lists` count the open
    environments of these kinds.
    """

    preamble: bool
    rows: Rows = field(default_factory=Rows)
    verbatim: str = ""
    tables: int = 0
    maths: int = 0
    lists: int = 0

    def take(self, line: str) -> None:
        """Take one line."""
        if self.verbatim:
            self.keep(line)
            return
        line = _COMMENT.sub(r"\1", _URL.sub(lambda url: url[0].translate(_MASK_PERCENT), line))
        if self.preamble:
            self.preamble = "\\begin{document}" not in line
            self.rows.between()
        elif not line.strip():
            self.rows.between()
        elif heading := _HEADING.match(line):
            words = plain(heading[2])
            self.rows.heading(words, LEVELS[heading[1]], words)
        else:
            rest = _ENVIRONMENT.sub(self.environment, line)
            self.words(rest, line)

    def keep(self, line: str) -> None:
        """Take a line inside a verbatim environment."""
        if f"\\end{{{self.verbatim}" in line:
            self.verbatim = ""
            self.rows.between()
        elif self.verbatim != "comment":
            self.rows.take(line, "code")
        else:
            self.rows.between()

    def environment(self, match: re.Match[str]) -> str:
        """Begin or end an environment; returns the text that stands for it, which is empty."""
        name, step = match[2], 1 if match[1] == "begin" else -1
        if name in VERBATIM and step > 0:
            self.verbatim = name
        elif name in TABLES:
            self.tables = max(self.tables + step, 0)
        elif name in MATHS:
            self.maths = max(self.maths + step, 0)
        elif name in ("itemize", "enumerate", "description"):
            self.lists = max(self.lists + step, 0)
        return ""

    def words(self, rest: str, line: str) -> None:
        """Take a line of text; `rest` is the line without the environments that begin or end."""
        item = _ITEM.match(rest)
        if not rest.strip():
            self.rows.between()
        elif self.maths:
            self.rows.take(rest, "paragraph")
        elif self.tables:
            self.rows.take(plain(rest, cells=True), "table")
        elif item:
            label = f"{plain(item[1])}: " if item[1] else ""
            self.rows.take(f"- {label}{plain(rest[item.end() :])}", "list", begins=True)
        else:
            self.rows.take(
                plain(rest), "list" if self.lists and self.rows.kind == "list" else "paragraph"
            )


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
    text = _CITED.sub(r"[\1]", _LEADING_ARGUMENTS.sub("", _SILENT.sub("", source)))
    text = _LETTER.sub(lambda letter: _LETTERS[letter[1]], _ACCENT.sub(_accented, text))
    text = _COMMAND.sub(lambda command: " " if command[1] in _SPACES else "", text)
    for sign, shown in _SIGNS:
        text = text.replace(sign, shown)
    return text


def _accented(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match[2].lstrip("\\") + _ACCENTS[match[1]])


def _title(source: str) -> str:
    """The title that the command `\\title` states; empty where there is none."""
    start = source.find("\\title{")
    if start < 0:
        return ""
    start += len("\\title{")
    depth = 1
    for end in range(start, min(start + MAX_TITLE_SOURCE, len(source))):
        depth += {"{": 1, "}": -1}.get(source[end], 0)
        if not depth:
            words = _COMMENT.sub("", source[start:end]).replace("\\\\", " ")
            return " ".join(plain(words).split())
    return ""
