r"""LaTeX: sections, paragraphs, list items and tables without commands and comments.

Every line keeps its number. Comments are counted.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from ...documents import Document, Reason
from ...errors import Unreadable
from ..decoding import decode
from ..left_out import LeftOut, Part
from ..lines import lines
from ..rows import Rows
from ..title import MAX_TITLE, stem
from . import raised

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

MAX_HEADING_LINES = 9
"""A heading that is not closed after so many lines ends with its first line."""

MAX_VALUE = 80
"""Characters of a command's definition that are put in the place of the command."""

_HEADING = re.compile(
    r"\s*\\(part|chapter|section|subsection|subsubsection|paragraph)(?![a-zA-Z])"
    r"\*?\s*(?:\[[^\]]{0,300}\])?\s*(?:\{|$)"
)
_STATED = re.compile(r"\s*\\(?:author|date|subtitle|institute|affiliation|email|keywords|thanks)\b")
_DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?newcommand|providecommand|def|DeclareRobustCommand)\*?\s{0,3}"
    rf"\{{?\\([a-zA-Z]{{2,40}})\}}?\{{([^{{}}\\#%$&~^_]{{1,{MAX_VALUE}}})\}}"
)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\){0,8})%.*")
_URL = re.compile(r"\\(?:href|url)\{[^{}]{1,500}\}")
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(\w{1,40})\*?\}((?:\[[^\]]{0,200}\]|\{[^{}]{0,200}\})*)")
_ITEM = re.compile(r"\s*\\item\b\s*(?:\[([^\]]{0,200})\])?")
_BRACE = re.compile(r"\\[{}]|[{}]")
_NAME = re.compile(r"\\([a-zA-Z]{2,40})(?![a-zA-Z])(\\ |\{\}\s)?")
_MATH = re.compile(r"(\$\$?[^$]{1,1000}\$\$?|\\\(.{0,1000}?\\\))")

# Commands that part words, such as the end of a line, with their arguments.
_PARTING = re.compile(
    r"\\(?:\\\*?(?:\[\s?-?[\d.]{1,8}\s?\\?\w{1,14}\])?|(?:newline|linebreak|tabularnewline|par|quad|qquad|enspace|"
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
_MASK_PERCENT = {ord("%"): _MASK[ord("%")]}
_UNMASK = {mask: character for character, mask in _MASK.items()}
_SIGNS = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", " "), ("{", ""), ("}", ""))


def read(data: bytes, path: str) -> Document:
    """The document in a LaTeX file. The preamble gives only what it says of the document.

    Raises Unreadable where the file is binary, empty or has no text.
    """
    source = decode(data)
    parser = _Parser(
        preamble="\\begin{document}" in source, values=dict(_DEFINITION.findall(source))
    )
    for line in lines(source):
        parser.take(source[line.start : line.end])
    parser.end_heading()
    rows = parser.rows
    rows.close()
    if not rows.blocks:
        raise Unreadable(Reason.NO_TEXT, "the file has commands in it and no text")
    heading = next((block.heading for block in rows.blocks if block.heading), "")
    title = (_title(source) or heading)[:MAX_TITLE] or stem(path)
    return Document(
        path,
        "latex",
        title,
        rows.text,
        tuple(rows.blocks),
        warnings=parser.left_out.warnings(),
    )


@dataclass
class _Parser:
    """One pass over the lines.

    `preamble` is true before the document begins. `values` are the words that the author's own
    commands stand for. `verbatim` is the open environment whose lines are kept as they are, empty
    outside one. `tables`, `maths` and `lists` count the open environments of these kinds.
    `heading` has the lines of a heading whose braces are still open. `in_comment` is true where the
    line above is a comment. `stated` counts the open braces of a statement in the preamble.
    """

    preamble: bool
    values: dict[str, str]
    rows: Rows = field(default_factory=Rows)
    verbatim: str = ""
    tables: int = 0
    maths: int = 0
    lists: int = 0
    heading: list[str] = field(default_factory=list)
    in_comment: bool = False
    stated: int = 0
    left_out: LeftOut = field(default_factory=LeftOut)

    def take(self, line: str) -> None:
        """Take one line."""
        if self.verbatim:
            self.keep(line)
            return
        line = self.without_comment(line)
        if self.values and "\\" in line and not _DEFINITION.search(line):
            line = _NAME.sub(self.value, line)
        if self.preamble:
            self.preamble = "\\begin{document}" not in line
            self.state(line)
        elif self.heading:
            self.heading.append(line)
            self.try_heading()
        elif not line.strip():
            self.rows.between()
        elif _HEADING.match(line):
            self.heading = [line]
            self.try_heading()
        else:
            rest = _ENVIRONMENT.sub(self.environment, line)
            self.words(rest, line)

    def without_comment(self, line: str) -> str:
        """The line without its comment, which is counted; comments in a row are one comment."""
        if "%" not in line:
            self.in_comment = False
            return line
        masked = _URL.sub(lambda url: url[0].translate(_MASK_PERCENT), line)
        comment = _COMMENT.search(masked)
        if comment is None:
            self.in_comment = False
            return masked
        bare = masked[: comment.end(1)]
        # Words before the comment part it from the comment above and below.
        self.in_comment = self.in_comment and not bare.strip()
        self.count(masked[comment.end(1) :])
        self.in_comment = self.in_comment and not bare.strip()
        return bare

    def count(self, comment: str) -> None:
        """Count a comment with words, unless it goes on with the comment above."""
        if not self.in_comment and any(map(str.isalpha, comment)):
            self.in_comment = True
            self.left_out.add(Part.COMMENT)

    def value(self, command: re.Match[str]) -> str:
        """The words that the author's own command stands for; any other command as it is."""
        words = self.values.get(command[1])
        if words is None:
            return command[0]
        return f"{words} " if command[2] else words

    def state(self, line: str) -> None:
        """Take a line of the preamble: who wrote the document, and when, is text."""
        if self.stated or _STATED.match(line):
            self.stated = max(self.stated + line.count("{") - line.count("}"), 0)
            self.rows.take(plain(line), "paragraph")
        else:
            self.rows.between()

    def try_heading(self) -> None:
        """End the open heading where its braces are closed, or where it cannot be one."""
        source = "\n".join(self.heading)
        start = _HEADING.match(source)
        is_open = start is None or not start[0].endswith("{") or not _group_end(source, start.end())
        if not is_open or not self.heading[-1].strip() or len(self.heading) > MAX_HEADING_LINES:
            self.end_heading()

    def end_heading(self) -> None:
        """Keep the open heading. Lines below a heading that is never closed are taken as others."""
        if not self.heading:
            return
        heading, self.heading = self.heading, []
        source = "\n".join(heading)
        start = _HEADING.match(source)
        end = _group_end(source, start.end()) if start and start[0].endswith("{") else 0
        if start is None or not end:
            # Only the first line is the heading.
            first = _HEADING.match(heading[0])
            words = plain(heading[0][first.end() :] if first else heading[0])
            self.rows.heading(words, LEVELS[first[1]] if first else 1, words)
            for line in heading[1:]:
                self.take(line)
            return
        # The heading has as many lines as its source, and what follows its brace in the last one.
        title = [plain(part) for part in source[start.end() : end].split("\n")]
        above = source.count("\n", 0, start.end())
        row = "\n".join([""] * above + title)
        rest = plain(source[end + 1 :])
        self.rows.heading(f"{row} {rest}" if rest else row, LEVELS[start[1]], " ".join(title))

    def keep(self, line: str) -> None:
        """Take a line inside a verbatim environment."""
        if f"\\end{{{self.verbatim}" in line:
            self.verbatim = ""
            self.in_comment = False
            self.rows.between()
        elif self.verbatim != "comment":
            self.rows.take(line, "code")
        else:
            self.count(line)
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


def _group_end(source: str, start: int) -> int:
    """The offset of the brace that closes the group whose contents begin at `start`; 0 without."""
    depth = 1
    for brace in _BRACE.finditer(source, start):
        depth += 1 if brace[0] == "{" else -1 if brace[0] == "}" else 0
        if not depth:
            return brace.start()
    return 0


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
            words = _COMMENT.sub("", source[start:end])
            return " ".join(plain(words).split())
    return ""
