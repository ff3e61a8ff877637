"""Source code: the lines that define something become headings, what blank lines part becomes blocks of code.

A heading is the line of a top-level definition, or of one directly inside a class or the like, together with the
comments and decorators right above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ...documents import Block, Document
from ..decoding import decode
from ..lines import Line, lines
from ..title import file_name

MAX_LINE = 300
"""Longer lines are data or minified; no definition is looked for in them."""

MAX_HEADING = 120

_MODIFIERS = (
    r"(?:(?:public|private|protected|internal|static|final|abstract|virtual|override|async|sealed|partial|readonly|open|"
    r"data|inline|suspend|export|default|declare|pub(?:\([\w: ]{1,40}\))?|unsafe|extern|const|case|implicit|lazy|local|fileprivate|"
    r"mutating|synchronized|native|get|set) +){0,6}"
)
_CALL = r"[\w$#~]{1,80} *\([^;=]{0,200}\)? *(?:[\w<>\[\]:?, .|&-]{0,80})\{?$"
_NO_KEYWORD = r"(?!(?:if|for|while|switch|catch|return|else|do|with|new|throw|case|await|yield|using|lock|foreach|elif|super|function)\b)"

# For each language: what a line that defines something begins with.
DEFINITIONS: dict[str, str] = {
    "python": r"(?:async +)?def +\w|class +\w",
    "script": rf"{_MODIFIERS}(?:function\b|class +\w|interface +\w|enum +\w|namespace +\w|type +\w+ *=|"
    rf"(?:const|let|var) +\w+ *=[^;]{{0,80}}(?:=>|\bfunction\b))|{_MODIFIERS}{_NO_KEYWORD}{_CALL}(?<=\{{)",
    "go": r"func\b|type +\w",
    "rust": rf"{_MODIFIERS}(?:fn|struct|enum|trait|impl|mod|union|macro_rules!)[ <]",
    "java": rf"{_MODIFIERS}(?:(?:class|interface|enum|record|struct|namespace|@interface) +\w|"
    rf"{_NO_KEYWORD}[\w<>\[\],.?]{{1,80}} +{_NO_KEYWORD}{_CALL})",
    "kotlin": rf"{_MODIFIERS}(?:fun|class|interface|object|trait|enum|func|struct|protocol|extension|def|init)\b",
    "c": rf"(?:struct|class|enum|union|namespace|template|typedef +struct)\b|"
    rf"{_NO_KEYWORD}[\w:*&<>~, ]{{1,120}}[ *&]{_NO_KEYWORD}[\w:~]{{1,80}} *\([^;]{{0,200}}$",
    "ruby": r"(?:def|class|module) +\w",
    "php": rf"{_MODIFIERS}(?:function|class|interface|trait|enum) +\w",
    "shell": r"(?:function +)?[\w:.-]{1,80} *\(\)|function +\w",
    "sql": r"(?i:create|alter|drop|insert +into|with|merge|grant)\b",
    "lua": r"(?:local +)?function\b",
    "perl": r"(?:sub|package) +\w",
    "elixir": r"(?:defmodule|defp?|defmacro|defprotocol|defimpl) +\w",
    "erlang": r"[a-z]\w{0,80}\([^)]{0,200}\) *(?:when\b.{0,100})?->|-module\b",
    "haskell": r"(?:data|newtype|class|instance|type|module) +\w|[\w']{1,80} +::",
    "ocaml": r"(?:let|module|type|and) +\w",
    "lisp": r"\((?:def|ns)[\w-]{0,40}\b",
    "r": r"[\w.]{1,80} *(?:<-|=) *function\b",
    "sections": r"\[[^\]]{1,100}\]",
    "blocks": r"(?:message|service|enum|resource|module|variable|output|data|provider|type|interface|input|query|mutation)\b[^=;]{0,100}\{",
    "plain": r"(?!)",
}

# For each language: what may hold further definitions.
_CONTAINER = re.compile(
    r"\b(?:class|interface|enum|record|struct|namespace|impl|trait|mod|module|object|extension|protocol|defmodule|defprotocol)\b"
)

LANGUAGES: dict[str, str] = {
    **dict.fromkeys((".py", ".pyi", ".pyx"), "python"),
    **dict.fromkeys(
        (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte"), "script"
    ),
    **dict.fromkeys((".java", ".cs", ".dart", ".groovy", ".gradle"), "java"),
    **dict.fromkeys((".kt", ".kts", ".scala", ".sc", ".swift"), "kotlin"),
    **dict.fromkeys(
        (".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".m", ".mm", ".cu", ".glsl"), "c"
    ),
    **dict.fromkeys((".sh", ".bash", ".zsh", ".fish", ".ksh"), "shell"),
    **dict.fromkeys((".ex", ".exs"), "elixir"),
    **dict.fromkeys((".erl", ".hrl"), "erlang"),
    **dict.fromkeys((".ml", ".mli", ".fs", ".fsx"), "ocaml"),
    **dict.fromkeys((".clj", ".cljs", ".el", ".lisp", ".scm"), "lisp"),
    **dict.fromkeys((".pl", ".pm"), "perl"),
    **dict.fromkeys((".toml", ".ini", ".cfg", ".conf"), "sections"),
    **dict.fromkeys((".proto", ".tf", ".hcl", ".graphql", ".gql"), "blocks"),
    **dict.fromkeys((".css", ".scss", ".less", ".properties"), "plain"),
    **dict.fromkeys(
        (
            ".cmake",
            ".mk",
            ".bat",
            ".ps1",
            ".vim",
            ".asm",
            ".s",
            ".jl",
            ".zig",
            ".nim",
            ".sol",
            ".tcl",
        ),
        "plain",
    ),
    ".go": "go",
    ".rs": "rust",
    ".rb": "ruby",
    ".php": "php",
    ".sql": "sql",
    ".lua": "lua",
    ".hs": "haskell",
    ".r": "r",
}
SUFFIXES = tuple(LANGUAGES)


def read(data: bytes, path: str) -> Document:
    """The document in a source file; its title is the file's name. Raises Unreadable where it is binary or empty."""
    return by_lines(decode(data), path)


def by_lines(text: str, path: str) -> Document:
    """The document of source code in which definitions are known by the words that their lines begin with."""
    return document(text, path, _Finder(_definition(path)))


def defining_lines(text: str, path: str) -> int:
    """How many lines of source code, however far they are indented, begin as a definition does."""
    definition = _definition(path)
    return sum(
        bool(definition.match(line.words))
        for line in lines(text)
        if 0 < len(line.words) <= MAX_LINE
    )


def _definition(path: str) -> re.Pattern[str]:
    suffix = "." + file_name(path).lower().rpartition(".")[2]
    return re.compile(DEFINITIONS[LANGUAGES.get(suffix, "plain")])


def document(text: str, path: str, find: Callable[[Line], Heading | None]) -> Document:
    """The document of source code in which `find`, asked for each line in turn, says what it is as a heading."""
    parser = _Parser(find)
    for line in lines(text):
        parser.take(line)
    parser.close()
    return Document(path, "code", file_name(path), text, tuple(parser.blocks))


@dataclass(frozen=True, slots=True)
class Heading:
    """A definition as a heading: what it defines, and how many definitions it is in, itself counted."""

    words: str
    level: int


@dataclass
class _Finder:
    """Finds definitions line by line. `around` holds the indents of those that are open and whether they may hold others."""

    definition: re.Pattern[str]
    around: list[tuple[int, bool]] = field(default_factory=list)

    def __call__(self, line: Line) -> Heading | None:
        """The heading where the line defines something at the top or directly in what may hold it."""
        words = line.words
        if not words or len(words) > MAX_LINE or not self.definition.match(words):
            return None
        around = [(indent, holds) for indent, holds in self.around if indent < line.indent]
        if (around and not around[-1][1]) or (line.indent and not around) or len(around) >= 6:
            return None
        self.around = [*around, (line.indent, bool(_CONTAINER.search(words)))]
        return Heading(words[:MAX_HEADING].rstrip(" {:("), len(self.around))


@dataclass
class _Parser:
    """One pass over the lines. The open block is text[start:end], -1 where none is open.

    `lead` is where the comments and decorators begin that stand right above the line, -1 where none do.
    """

    find: Callable[[Line], Heading | None]
    blocks: list[Block] = field(default_factory=list)
    start: int = -1
    end: int = -1
    lead: int = -1

    def take(self, line: Line) -> None:
        words = line.words
        heading = self.find(line)
        if not words:
            self.close()
            self.lead = -1
        elif heading:
            above = self.lead
            if above >= 0 and self.start >= 0:
                self.end = above - 1
            self.close()
            begin = above if above >= 0 else line.start
            self.blocks.append(Block(begin, line.end, "heading", heading.level, heading.words))
            self.lead = -1
        else:
            if self.start < 0:
                self.start = line.start
            self.end = line.end
            if not _is_remark(words):
                self.lead = -1
            elif self.lead < 0:
                self.lead = line.start

    def close(self) -> None:
        if 0 <= self.start < self.end:
            self.blocks.append(Block(self.start, self.end, "code"))
        self.start = -1


def _is_remark(words: str) -> bool:
    """True for a comment, decorator or attribute, which belongs to the definition below it."""
    return words.startswith(
        ("#", "//", "/*", "*", "@", "--", ";", "%", '"""', "template<", "template <")
    ) and not words.startswith(("#include", "#define"))
