"""The control words of RTF that decide which characters a document has, and where its words go."""

from __future__ import annotations

SYMBOLS = {
    "tab": "\t", "line": "\n", "softline": "\n", "emdash": "—", "endash": "–", "bullet": "•", "emspace": " ", "enspace": " ",
    "qmspace": " ", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "~": "\u00a0", "_": "-",
    "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
BREAKS = frozenset({"par", "sect", "page", "column"})

ASIDES = frozenset({"footnote", "annotation", "shptxt", "dptxbxtext"})
"""Destinations whose words hang on the paragraph that they stand in."""

MARGINS = {
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header",
    "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
}  # fmt: skip

DESTINATIONS = frozenset({"fonttbl", "stylesheet", "info", "title", "atnauthor", *ASIDES, *MARGINS})
"""Destinations whose words are looked at, but are not of the text around."""

READ = frozenset({"shpinst", "do", "nesttableprops", "pgdsctbl"})
"""Starred destinations that hold text all the same; the others that are not known here are left out."""

SKIPPED = frozenset(
    {
        *("colortbl", "pict", "objdata", "fldinst", "listtext", "pntext", "sp", "shprslt", "nonshppict", "filetbl", "listtable"),
        *("listoverridetable", "rsidtbl", "revtbl", "generator", "themedata", "xe", "tc", "txe", "rxe", "ftnsep", "ftnsepc"),
        *("aftnsep", "aftnsepc", "ftncn", "aftncn", "private", "nonesttables", "template", "bkmkstart", "bkmkend", "author"),
        *("operator", "subject", "keywords", "comment", "doccomm", "company", "category", "manager"),
    }
)  # fmt: skip

# Font character sets to encodings; those not named are the document's own (RTF specification 1.9, font table).
CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 255: "cp437",
}  # fmt: skip
