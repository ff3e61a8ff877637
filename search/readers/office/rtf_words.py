"""The control words of RTF that decide on a document's characters and on where its words go."""

from __future__ import annotations

SYMBOLS = {
    "tab": "\t",
    "line": "\n",
    "softline": "\n",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "~": "\u00a0",
    "_": "-",
    "{": "{",
    "}": "}",
    "\\": "\\",
}
"""The characters that control words and symbols stand for."""

BREAKS = frozenset({"par", "sect", "page", "column"})
"""Control words that end a paragraph."""

ASIDES = frozenset({"footnote", "annotation", "shptxt", "dptxbxtext"})
"""Destinations whose words come behind the paragraph that they stand in."""

MARGINS = {
    "header": "header",
    "headerl": "header",
    "headerr": "header",
    "headerf": "header",
    "footer": "footer",
    "footerl": "footer",
    "footerr": "footer",
    "footerf": "footer",
}
"""Destinations of the headers and footers of pages, and the margin that each stands for."""

LABELS = ("listtext", "pntext")
"""Destinations that hold the number or bullet of the paragraph that follows."""

DESTINATIONS = frozenset(
    {
        *("fonttbl", "stylesheet", "info", "title", "atnauthor", "fldinst", "objdata"),
        *(*LABELS, *ASIDES, *MARGINS),
    }
)
"""Destinations whose words are read, but do not belong to the text around them."""

TEXT_DESTINATIONS = frozenset({"shpinst", "do", "nesttableprops", "pgdsctbl"})
"""Starred destinations that hold text.

A starred destination that neither this set nor DESTINATIONS names is left out.
"""

SKIPPED = frozenset(
    {
        # Tables and settings at the beginning of a file.
        "colortbl",
        "filetbl",
        "listtable",
        "listoverridetable",
        "rsidtbl",
        "revtbl",
        "generator",
        "themedata",
        "template",
        # Pictures, the properties of shapes, and copies for older programs.
        "pict",
        "sp",
        "shprslt",
        "nonshppict",
        "nonesttables",
        # Bookmarks.
        "bkmkstart",
        "bkmkend",
        # Entries for an index or a table of contents.
        "xe",
        "tc",
        "txe",
        "rxe",
        # The separators between the text and its notes.
        "ftnsep",
        "ftnsepc",
        "ftncn",
        "aftnsep",
        "aftnsepc",
        "aftncn",
        # The properties of the document, and data of other programs.
        "author",
        "operator",
        "subject",
        "keywords",
        "comment",
        "doccomm",
        "company",
        "category",
        "manager",
        "private",
    }
)
"""Destinations that are left out with all that they hold."""

SYMBOL_CHARSET = 2
"""The character set of fonts whose bytes stand for signs."""

CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    255: "cp437",
}
"""Encodings by the character set of a font (RTF specification 1.9, font table).

A character set that is not listed uses the encoding of the document.
"""
