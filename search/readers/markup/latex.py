r"""LaTeX: sections, paragraphs, list items and tables without commands and comments.

Every line keeps its number. Comments are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...documents import Document, Reason
from ...errors import Unreadable
from ..decoding import decode
from ..left_out import LeftOut, Part
from ..lines import lines
from ..rows import Rows
from ..title import MAX_TITLE, stem
from .latex_words import MASK_PERCENT, plain

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
    parser.left_out.add_undecoded(rows.text)
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
            before, begin, line = line.partition("\\begin{document}")
            if not begin or not line.strip():
                self.preamble = not begin
                self.state(before)
                return
            self.preamble = False
        if self.heading:
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
        masked = _URL.sub(lambda url: url[0].translate(MASK_PERCENT), line)
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
