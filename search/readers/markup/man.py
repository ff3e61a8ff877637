"""Manual pages in man and mdoc: the words that the formatter shows, line by line.

Their sections are headings. Comments are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...documents import Document, Reason
from ...errors import Unreadable
from .. import text
from ..decoding import decode
from ..left_out import LeftOut, Part
from ..lines import lines
from ..rows import Rows
from ..title import MAX_TITLE, stem

SUFFIXES = (
    *(f".{number}" for number in range(1, 10)),
    ".1m",
    ".3p",
    ".3pm",
    ".man",
    ".mdoc",
    ".roff",
)

_REQUEST = re.compile(r"[.'][ \t]*([A-Za-z%]\w{0,30}|\\\"|\\#)(?:[ \t]+(.*))?")
_COMMENT = re.compile(r"\\[\"#](.*)")
_KNOWN = re.compile(r"^[.'](?:TH|SH|Dd|Dt|so)[ \t]", re.MULTILINE)
_FONT = re.compile(
    r"\\f(?:\[[^\]\n]{0,20}\]|\(..|.)|\\[smn*](?:\[[^\]\n]{0,30}\]|\(..|[+-]?\d|.)|"
    r"\\[&|^/,:%{}!]|\\[hvwz]'[^'\n]{0,40}'|\\\"[^\n]*$"
)
_CHARACTER = re.compile(r"\\(?:\((..)|\[(\w{1,20})\]|([-e ~0'`tc.]))")
_CHARACTERS = {
    **dict(
        re.findall(
            r"(\S\S)=(\S)",
            "aq=' dq=\" lq=“ rq=” oq=‘ cq=’ em=— en=– hy=- bu=• co=© rs=\\ ti=~ ha=^ ga=`",
        )
    ),
    **dict(
        re.findall(
            r"(\S\S)=(\S)",
            "mu=× ge=≥ le=≤ +-=± ->=→ <-=← de=° ss=ß :a=ä :o=ö :u=ü 'e=é `e=è ,c=ç",
        )
    ),
    **dict(zip("-e ~0'`t.", "-\\   '`\t.", strict=True)),
}

HEADINGS = {"SH": 1, "SS": 2, "Sh": 1, "Ss": 2}
DEFINITIONS = frozenset({"de", "de1", "am", "am1", "ig"})
PARTS = frozenset({"PP", "P", "LP", "Pp", "sp", "HP", "RS", "RE", "Bl", "El", "Bd", "Ed"})
ITEMS = frozenset({"TP", "IP", "It", "TQ"})
VERBATIM = {"nf": True, "EX": True, "TS": True, "fi": False, "EE": False, "TE": False}

# Requests that show their words as they are, and requests of alternating fonts, which join their
# words.
PLAIN = frozenset({"B", "I", "SM", "SB", "MT", "UR"})
JOINED = frozenset({"BR", "RB", "BI", "IB", "IR", "RI"})

# The macros of mdoc that show words, alone or inside the line of another macro. Each has a mark
# that stands before its words and a mark that ends the line.
MACROS = {
    **dict.fromkeys(
        re.findall(r"\w+", "Nm Nd Em Sy Li Ar Va Fa Pa Cm Ev Er Fn Ft Ic It D1 Ns No Dv Ad"),
        ("", ""),
    ),
    **dict.fromkeys(re.findall(r"\w+", "Xr Fd In An Sx Tn Vt Lk Mt Fo Ux Cd"), ("", "")),
    **{
        macro: (before, after)
        for macro, before, after in re.findall(
            r"(\w+)=(\S)(\S)", 'Op=[] OP=[] Bq=[] Aq=<> Brq={} Dq=“” Qq="" Sq=‘’ Ql=‘’ Pq=()'
        )
    },
    "Fl": ("-", ""),
}

SILENT = frozenset(
    re.findall(
        r"\S+",
        "ad af aln als am ami as asciify backtrace bd blm bp br break brp c2 cc ce cf cflags ch "
        "char chop class close color composite continue cp cs cu da dei defcolor di ds dt ec ecr "
        "ecs el em eo ev evc ex fam fc fchar fcolor fp fschar fspecial ft ftr fzoom gcolor hc "
        "hcode hla hlm hpf hw hy hym hys ie if in it itc kern lc length lf lg linetabs ll ls lt mc "
        "mk mso na ne nh nm nn nr nroff ns nx open opena os output pc pev pi pl pm pn po ps psbb "
        "pso ptr pvs rchar rd return rfschar rj rm rn rnn rr rs rt schar shc shift sizes so ss "
        "stringdown sty substring sv sy ta tag tc ti tkf tm tm1 tmc tr trf trin trnt troff uf ul "
        "unformat vpt vs warn warnscale wh while write writec writem "
        "TH PD DT AT UC ME UE YS Dd Dt Os Sm Bk Ek Rs Re Rv Ex Hf Tg IX Vb Ve Sp "
        '\\" \\#',
    )
)
"""Requests and macros that show none of their arguments. Other macros may be the author's own."""

NESTED = frozenset(
    re.findall(
        r"\w+",
        "Oo Oc Ao Ac Bo Bc Bro Brc Do Dc Po Pc Qo Qc So Sc Xo Xc Eo Ec Fc Ap Ot Ms Es En Pf Fr Lb "
        "St Bx Bsx Fx Nx Ox Dx At",
    )
)
"""Further macros of mdoc whose arguments may hold macros."""

_CLOSING = frozenset(".,;:!?)]")
_ARGUMENT = re.compile(r'"((?:[^"]|"")*)"?|((?:[^\s\\]|\\.)+)')


def is_page(data: bytes) -> bool:
    """True where the file begins as a manual page does; its suffixes are too many to list."""
    return data.startswith((b'.\\"', b"'\\\"", b".TH ", b".Dd ", b".so man"))


def read(data: bytes, path: str) -> Document:
    """The document in a manual page, or in a plain text with the suffix of one.

    Raises Unreadable where it is binary, empty or only names another page.
    """
    source = decode(data)
    if not _KNOWN.search(source):
        return text.read(data, path)
    page = _Page({line.words: line.start for line in lines(source) if line.words[:1] == "."})
    for line in lines(source):
        page.take(source[line.start : line.end], line.start)
    rows = page.rows
    rows.close()
    page.left_out.add_undecoded(rows.text)
    if not rows.blocks:
        raise Unreadable(Reason.NO_TEXT, "the manual page has no text of its own")
    return Document(
        path,
        "man",
        page.title[:MAX_TITLE] or stem(path),
        rows.text,
        tuple(rows.blocks),
        warnings=page.left_out.warnings(),
    )


@dataclass
class _Page:
    """One pass over the lines.

    `name` is the command that the page describes, and `section` the heading in force.
    `pending_level` is the level of a heading whose words are on the next line, 0 without one.
    `until` is the line that ends the definition of a macro or a comment, empty outside one;
    `last_lines` has the offset of the last line of each kind that may. `verbatim` is true inside
    lines that are kept as they are, `ignoring` inside a comment, `in_comment` in and right after
    one, and `item` where the next line begins a list item.
    """

    last_lines: dict[str, int]
    rows: Rows = field(default_factory=Rows)
    title: str = ""
    name: str = ""
    section: str = ""
    pending_level: int = 0
    until: str = ""
    verbatim: bool = False
    ignoring: bool = False
    in_comment: bool = False
    item: bool = False
    left_out: LeftOut = field(default_factory=LeftOut)

    def take(self, line: str, start: int) -> None:
        """Take one line, which begins at the offset `start`."""
        request = _REQUEST.fullmatch(line.rstrip())
        comment = _COMMENT.search(line)
        if self.until:
            self.until = "" if line.strip() == self.until else self.until
            self.count(line if self.ignoring else "")
            self.rows.between()
            return
        self.count(comment[1] if comment else "")
        if request and request[1] in DEFINITIONS:
            self.define(request[1], request[2] or "", start)
        elif request:
            self.request(request[1], request[2] or "")
        elif line.startswith((".", "'")):
            self.words("")
        else:
            self.words(shown(line).rstrip())

    def count(self, comment: str) -> None:
        """Count a comment with words; comments in neighbouring lines are one comment."""
        has_words = any(map(str.isalpha, comment))
        self.left_out.add(Part.COMMENT, has_words and not self.in_comment)
        self.in_comment = bool(comment) and (has_words or self.in_comment)

    def define(self, name: str, rest: str, start: int) -> None:
        """Begin the definition of a macro or a comment, if it ends anywhere below."""
        words = rest.split()
        place = 0 if name == "ig" else 1
        until = f".{words[place]}" if len(words) > place else ".."
        if self.last_lines.get(until, -1) > start:
            self.until, self.ignoring = until, name == "ig"
        self.rows.between()

    def request(self, name: str, rest: str) -> None:
        """Take a request to the formatter or a call of a macro."""
        # Requests that show nothing or begin a section.
        if name in HEADINGS and not rest:
            # The words of the heading are on the next line.
            self.pending_level = HEADINGS[name]
            self.rows.between()
        elif name in HEADINGS:
            self.heading(" ".join(_arguments(rest)), HEADINGS[name])
        elif name in VERBATIM:
            self.verbatim = VERBATIM[name]
            self.rows.between()
        # Requests of lists and paragraphs.
        elif name in ITEMS:
            self.item = True
            tag = (
                _arguments(rest)[:1]
                if name == "IP"
                else [_macro_words(name, rest, "")]
                if name == "It"
                else []
            )
            self.words(tag[0] if tag else "")
        elif name in PARTS:
            self.rows.between()
        # Requests and macros that show words.
        elif name in PLAIN:
            self.words(" ".join(_arguments(rest)))
        elif name in JOINED:
            self.words("".join(_arguments(rest)))
        elif name in MACROS:
            words = _macro_words(name, rest, self.name)
            self.name = self.name or (words.split()[0] if name == "Nm" and words else "")
            # The macro `Nd` describes the command in one line.
            if name == "Nd":
                self.title = self.title or f"{self.name} - {words}"
                words = f"- {words}"
            self.words(words)
        elif name in NESTED:
            self.words(_macro_words(name, rest, self.name))
        elif name in SILENT or not any(map(str.isalpha, words := " ".join(_arguments(rest)))):
            self.words("")
        else:
            self.words(words)

    def words(self, words: str) -> None:
        """Take the words that a line shows; they are empty where it shows none."""
        if self.pending_level and words:
            self.heading(words, self.pending_level)
            return
        kind = (
            "code"
            if self.verbatim
            else "list"
            if self.item or self.rows.kind == "list"
            else "paragraph"
        )
        self.rows.take(words, kind, begins=self.item and bool(words))
        if words:
            self.item = False
            if not self.title and self.section.upper() == "NAME" and " - " in words:
                self.title = words

    def heading(self, words: str, level: int) -> None:
        """Begin a section with that heading."""
        self.section, self.pending_level, self.item, self.verbatim = words, 0, False, False
        self.rows.heading(words, level, words)


def shown(words: str) -> str:
    """Words without the formatter's escapes.

    >>> shown(r"\\fBgrep\\fR \\-\\-color matches \\(lqlines\\(rq")
    'grep --color matches “lines”'
    """
    return _CHARACTER.sub(
        lambda escape: _CHARACTERS.get(escape[1] or escape[2] or escape[3], ""),
        _FONT.sub("", words),
    )


def _arguments(rest: str) -> list[str]:
    """The arguments of a request as they are shown; one in quotes may hold spaces."""
    return [shown(quoted.replace('""', '"') or bare) for quoted, bare in _ARGUMENT.findall(rest)]


def _macro_words(name: str, rest: str, page: str) -> str:
    """The words of the line of an mdoc macro, in which further macros may stand.

    `page` is the name of the page's command, which the macro `Nm` shows where it has no words.
    """
    line, end_marks = "", ""
    separator = ""
    for macro, words in _macros(name, rest):
        before, after = MACROS.get(macro, ("", ""))
        if not words and macro in ("Nm", "Fl"):
            words = [page if macro == "Nm" else ""]
        if macro == "Ns":
            separator = ""
        if after:
            # A macro with an end mark encloses the rest of the line.
            line += separator + before
            separator, before, end_marks = "", "", after + end_marks
        for word in words:
            line += (
                (separator if word not in _CLOSING else "")
                + (before if word not in _CLOSING else "")
                + word
            )
            separator = " "
    return line + end_marks


def _macros(name: str, rest: str) -> Iterator[tuple[str, list[str]]]:
    """The macros in a line, each with the words up to the next macro."""
    words: list[str] = []
    for argument in _arguments(rest):
        if argument in MACROS or argument in NESTED:
            yield name, words
            name, words = argument, []
        else:
            words.append(argument)
    yield name, words
