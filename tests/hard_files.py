"""Files that break indexers, each with what an ingest must make of it."""

from __future__ import annotations

import base64
import gzip
import os
import random
import socket
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from .hard_documents import Hard, notebooks_and_mail, office, pdfs

WORDS = (
    "river",
    "budget",
    "meeting",
    "garden",
    "engine",
    "winter",
    "recipe",
    "harbour",
    "pencil",
    "mountain",
)


def hard_files() -> Iterator[Hard]:
    """All hard files that have contents; `make_hard_places` makes links, pipes and odd times."""
    yield from texts()
    yield from markdown()
    yield from large()
    yield from pages()
    yield from pdfs()
    yield from office()
    yield from notebooks_and_mail()
    yield from names()


def prose(count: int, seed: int = 1) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def texts() -> Iterator[Hard]:
    for name, text, codec, marker, mark in (
        ("utf8_bom", "zanzibarone. Äpfel und Birnen.", "utf-8", "zanzibarone", b"\xef\xbb\xbf"),
        (
            "utf16le_bom",
            "Notes on beekeeping zanzibartwo.\r\nSecond.",
            "utf-16-le",
            "zanzibartwo",
            b"\xff\xfe",
        ),
        (
            "utf16be_bom",
            "Notes on lighthouse repair zanzibarthree.",
            "utf-16-be",
            "zanzibarthree",
            b"\xfe\xff",
        ),
        (
            "utf16le_nobom",
            "Plain notes on canoes zanzibarfour. " * 20,
            "utf-16-le",
            "zanzibarfour",
            b"",
        ),
        (
            "utf32le_bom",
            "Notes on kite making zanzibarfive.",
            "utf-32-le",
            "zanzibarfive",
            b"\xff\xfe\0\0",
        ),
        (
            "latin1",
            "Les élèves ont mangé près du château zanzibarsix. " * 5,
            "latin-1",
            "château zanzibarsix",
            b"",
        ),
        (
            "cp1252",
            "“Smart quotes” – and the euro sign € cost zanzibarseven. " * 5,
            "cp1252",
            "zanzibarseven",
            b"",
        ),
        (
            "cp1251",
            "Договор аренды квартиры и коммунальные платежи. " * 8,
            "cp1251",
            "коммунальные платежи",
            b"",
        ),
        (
            "koi8r",
            "Рецепт борща со сметаной и чесноком для семьи. " * 8,
            "koi8-r",
            "Рецепт борща",
            b"",
        ),
        (
            "shift_jis",
            "京都の紅葉を見に行く旅行計画。新幹線の切符を予約する。" * 8,
            "shift_jis",
            "京都の紅葉",
            b"",
        ),
        ("euc_jp", "味噌汁の作り方と豆腐の切り方。" * 8, "euc_jp", "味噌汁の作り方", b""),
        ("gb18030", "会议纪要：讨论了明年的预算和招聘计划。" * 8, "gb18030", "预算和招聘计划", b""),
        ("big5", "租賃契約與押金返還的相關規定。" * 8, "big5", "押金返還", b""),
        ("euc_kr", "김치찌개 끓이는 방법과 재료 목록. " * 8, "euc_kr", "김치찌개", b""),
    ):
        yield Hard(f"text/{name}.txt", mark + text.encode(codec), "find", marker)
    combining = "a" + "\u0301" * 5_000
    noise = random.Random(2).randbytes(20_000)
    for name, data, expect, marker in (
        (
            "invalid_utf8.txt",
            b"Mostly valid \xff\xfe\x80 bytes and caf\xc3\xa9 zanzibarsixteen.",
            "find",
            "zanzibarsixteen",
        ),
        (
            "cesu8.txt",
            b"overlong \xc0\xaf, lone \xed\xa0\x80, \xed\xa0\xbd\xed\xb8\x80 zanzibarseventeen",
            "find",
            "zanzibarseventeen",
        ),
        (
            "cr_only.txt",
            b"First line\rSecond about violins zanzibarnineteen\rThird\r",
            "find",
            "zanzibarnineteen",
        ),
        (
            "newlines.txt",
            "a\r\nb\nc\rd\u2028e\u2029f\x85g\x0bh\x0cend zanzibartwenty\n".encode(),
            "find",
            "zanzibartwenty",
        ),
        ("nuls.txt", b"before the nul \0 after marmaladeone \0\0 end", "find", "marmaladeone"),
        ("no_extension", b"Text about umbrellas marmaladethree\n", "find", "marmaladethree"),
        (
            "emoji.txt",
            "Party 🎉🎂 👨‍👩‍👧‍👦 🇫🇷 👍🏽 marmaladefour 🥳".encode() * 50,
            "find",
            "marmaladefour",
        ),
        ("zalgo.txt", f"Z̷̢̛͔a̸̡l̶g̷o̸ text marmaladefive {combining}".encode(), "find", "marmaladefive"),
        (
            "rtl.txt",
            "\u202bתקציב המשרד לשנת 2024\u202c\nميزانية المكتب\n".encode(),
            "find",
            "תקציב המשרד",
        ),
        (
            "zero_width.txt",
            "pass\u200bword re\u00adset pro\u2060cedure".encode(),
            "find",
            "password reset procedure",
        ),
        (
            "ligatures.txt",
            "The ﬁnal oﬃcial ﬂow chart. ＡＢＣ１２３".encode(),
            "find",
            "final official flow chart",
        ),
        (
            "nfc.txt",
            unicodedata.normalize("NFC", "Crème brûlée façade nfcfile").encode(),
            "find",
            unicodedata.normalize("NFD", "brûlée nfcfile"),
        ),
        (
            "nfd.txt",
            unicodedata.normalize("NFD", "Crème brûlée façade nfdfile").encode(),
            "find",
            unicodedata.normalize("NFC", "brûlée nfdfile"),
        ),
        ("thai.txt", ("วิธีการปลูกข้าวในนาและการดูแลต้นข้าวในฤดูฝน" * 40).encode(), "find", "การปลูกข้าว"),
        (
            "chinese.txt",
            ("本合同自双方签字盖章之日起生效。甲方应在每月五日前支付租金。" * 300).encode(),
            "find",
            "每月五日前支付租金",
        ),
        (
            "ansi.log",
            b"\x1b[31mERROR\x1b[0m disk marmaladeeleven full\x1b[K\r\n" * 2_000,
            "find",
            "disk marmaladeeleven full",
        ),
        (
            "long_word.txt",
            b"start marmaladetwelve " + b"x" * 1_000_000 + b" end",
            "find",
            "marmaladetwelve",
        ),
        ("only_nuls.txt", b"\0" * 100_000, "meta", ""),
        ("png_named.txt", b"\x89PNG\r\n\x1a\n" + noise, "meta", ""),
        ("random.md", noise, "meta", ""),
        ("gzip_named.txt", gzip.compress(b"marmaladetwo"), "meta", ""),
        ("empty.txt", b"", "meta", ""),
        ("empty.md", b"", "meta", ""),
        ("empty.pdf", b"", "meta", ""),
        ("empty.docx", b"", "meta", ""),
        ("white.txt", (" \t\n" * 5_000 + "\u00a0\u3000\u200b\n").encode(), "meta", ""),
        ("bom_only.txt", b"\xef\xbb\xbf", "meta", ""),
        ("one_character.txt", b"x", "either", ""),
        ("secrets.env", b"API_KEY=not-a-real-key\n", "either", ""),
        (
            "minified.js",
            b"!function(){" + b";".join(b"var a%d=%d" % (n, n) for n in range(50_000)) + b"}();",
            "either",
            "",
        ),
        ("deep.json", b"[" * 100_000 + b"]" * 100_000, "either", ""),
        (
            "rows.tsv",
            b"name\tcity\n"
            + b"".join(b"person%d\ttown%d\n" % (n, n) for n in range(2_000))
            + b"Quincy\tPortmeirion\n",
            "find",
            "Quincy Portmeirion",
        ),
        (
            "quoted.csv",
            b'id,note\n1,"one\ntwo ""quoted"", tangerineone"\n2,"=HYPERLINK(""http://x"")"\n',
            "find",
            "tangerineone",
        ),
    ):
        yield Hard(f"text/{name}", data, expect, marker)


def markdown() -> Iterator[Hard]:
    bomb = '---\na: &a ["lol","lol"]\n' + "".join(
        f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    image = base64.b64encode(random.Random(3).randbytes(300_000)).decode()
    headings = "\n\n".join(f"## Heading {n}\n\nbody {n} {prose(6, n)}" for n in range(2_000))
    for name, text, marker in (
        (
            "crlf",
            "# Title\r\n\r\nAbout turnips zanzibareighteen.\r\n\r\n## Second\r\n\r\nMore.\r\n",
            "zanzibareighteen",
        ),
        (
            "unclosed_fence",
            "# Alpha\n\n```python\n# not a heading\n\n## nor this marmaladethirteen\n",
            "marmaladethirteen",
        ),
        (
            "bad_front_matter",
            '---\ntitle: "unclosed\ntags: [a, b\n  - : :\n---\n\n# Body marmaladefourteen\n',
            "marmaladefourteen",
        ),
        ("yaml_bomb", f"{bomb}---\n\nbody marmaladesixteen\n", "marmaladesixteen"),
        (
            "base64_image",
            f"# List marmaladeseventeen\n\n![x](data:image/png;base64,{image})\n\nmilk\n",
            "marmaladeseventeen",
        ),
        ("many_headings", f"{headings}\n\n## Last marmaladeeighteen\n", "Last marmaladeeighteen"),
        (
            "obsidian",
            (
                "---\naliases: [Review]\n---\n"
                "[[Note|alias marmaladenineteen]] ![[e.png]] ==x== #tag ^id\n\n"
                "> [!note]- T\n> body\n"
            ),
            "marmaladenineteen",
        ),
    ):
        yield Hard(f"markdown/{name}.md", text.encode(), "find", marker)
    yield Hard(
        "markdown/front_matter_only.md",
        b"---\ntitle: Only marmaladefifteen\ntags: [x]\n---\n",
        "either",
    )


def large() -> Iterator[Hard]:
    line = prose(2_000) + " "
    yield Hard(
        "large/single_line.txt",
        (line * 40 + " tangerinetwo needle " + line * 40).encode(),
        "find",
        "tangerinetwo needle",
    )
    yield Hard(
        "large/no_spaces.txt", base64.b64encode(random.Random(4).randbytes(500_000)), "either"
    )
    beat = b"2024-01-01 00:00:00 INFO heartbeat ok, queue length 0, latency 12 ms, shard a\n"
    yield Hard(
        "large/repeated.log",
        beat * 5_000 + b"ERROR tangerinefour mismatch on volume seven\n" + beat * 5_000,
        "find",
        "tangerinefour mismatch",
    )


def pages() -> Iterator[Hard]:
    noise = random.Random(5).randbytes(300_000)
    xhtml = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'
    entities = "".join(
        f'<!ENTITY {name} "{inner * 10}">'
        for name, inner in (("b", "&a;"), ("c", "&b;"), ("d", "&c;"))
    )
    for name, page, marker, absent in (
        (
            "charset_conflict.html",
            (
                '<html><head><meta charset="iso-8859-1"><title>Café tangerinesix</title></head>'
                "<body>façade"
            ).encode(),
            "tangerinesix",
            (),
        ),
        (
            "latin1.html",
            "<html><body>Les élèves près du château tangerineseven</body></html>".encode("latin-1"),
            "château tangerineseven",
            (),
        ),
        (
            "utf16.html",
            b"\xff\xfe"
            + "<html><body>utf sixteen tangerineeight</body></html>".encode("utf-16-le"),
            "tangerineeight",
            (),
        ),
        (
            "script.html",
            b"<html><head><style>.tangerinestyle{}</style><script>var tangerinescript=1</script>"
            b"</head><body><p>visible tangerinenine<!-- tangerinecomment --></body></html>",
            "visible tangerinenine",
            ("tangerinestyle", "tangerinescript", "tangerinecomment"),
        ),
        (
            "entities.html",
            b"<p>AT&amp;T caf&eacute; &#8364; &bogus; &#0; &#xD800; &#99999999; tangerineten",
            "café tangerineten",
            (),
        ),
        (
            "deep.html",
            b"<html><body>" + b"<div>" * 20_000 + b"deep tangerineeleven" + b"</div>" * 20_000,
            "tangerineeleven",
            (),
        ),
        (
            "unclosed.html",
            b'<table><tr><td>cell<ul><li>item<b>bold<i>it</b>al tangerinetwelve<p><a href="x',
            "tangerinetwelve",
            (),
        ),
        ("inline.html", b"<p>super<b>cali</b>fragil<i>istic</i> and", "supercalifragilistic", ()),
        (
            "data_uri.html",
            b"before <img src='data:image/png;base64,"
            + base64.b64encode(noise)
            + b"'> tangerinefourteen",
            "tangerinefourteen",
            (),
        ),
        (
            "nul.html",
            b"<html><body>nul \0 here tangerinefifteen</body></html>",
            "tangerinefifteen",
            (),
        ),
        (
            "cdata.xhtml",
            xhtml + b"<p><![CDATA[raw tangerinesixteen & stuff]]></p></html>",
            "tangerinesixteen",
            (),
        ),
        (
            "ruby.html",
            (
                "<p><ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt>"
                "</ruby>駅 tangerineseventeen"
            ).encode(),
            "東京駅 tangerineseventeen",
            (),
        ),
        (
            "pre.html",
            b"<pre><code>def f(x):\n    return x  # tangerineeighteen\n</code></pre>",
            "tangerineeighteen",
            (),
        ),
        (
            "text_named.htm",
            b"just plain text, tangerinenineteen & <not a tag",
            "tangerinenineteen",
            (),
        ),
        (
            "xxe.xhtml",
            '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">'
            f'<!ENTITY a "AAAAAAAAAA">{entities}]>'
            "<html><body>&x; &d; tangerinetwenty</body></html>".encode(),
            "tangerinetwenty",
            ("AAAAAAAAAA", "nologin"),
        ),
        (
            "big_table.html",
            b"<table>"
            + b"".join(b"<tr><td>row %d<td>pencil</tr>" % n for n in range(5_000))
            + b"<tr><td>papayaone last row",
            "papayaone last row",
            (),
        ),
    ):
        yield Hard(f"html/{name}", page, "find", marker, absent)
    shell = (
        b'<!doctype html><title>App</title><body><div id="root"></div><script src="a.js"></script>'
    )
    yield Hard("html/app_shell.html", shell, "either")


def names() -> Iterator[Hard]:
    odd = {
        "with space .md": "guavaone",
        " leading.md": "guavatwo",
        'it\'s "quoted".md': "guavathree",
        "new\nline.md": "guavafour",
        "tab\there.md": "guavafive",
        "back\\slash.md": "guavasix",
        "-rf.md": "guavaseven",
        "star*?[x].md": "guavaeight",
        "percent%20#frag?q=1&x.md": "guavanine",
        "<script>alert(1).md": "guavaten",
        "\x1b[31mred\x1b[0m.md": "guavaeleven",
        unicodedata.normalize("NFC", "résumé.md"): "guavatwelve",
        "📓 日本語.md": "guavafourteen",
        "gpj.\u202efdp.md": "guavafifteen",
        "n" * 252 + ".md": "guavaseventeen",
        "dir.pdf/inner.md": "guavatwenty",
        "archive.tar.gz.txt": "lycheefour",
        "/".join(f"d{n}" for n in range(300)) + "/bottom.md": "lycheetwenty",
    }
    if os.uname().sysname == "Linux":
        # Other systems fold case and composition, or refuse bytes that are not UTF-8.
        odd |= {
            unicodedata.normalize("NFD", "résumé.md"): "guavathirteen",
            "latin1-\udce9\udcff.md": "guavasixteen",
            "README.md": "guavaeighteen",
            "readme.md": "guavanineteen",
        }
    for name, marker in odd.items():
        yield Hard(
            f"names/{name}", f"{marker} of letters \x1b]0;title\x07".encode(), "find", marker
        )
    for number in range(5):
        yield Hard(
            f"twins/{number}.md",
            b"The same minutes of the allotment society, lycheenineteen.",
            "find",
            "lycheenineteen",
        )


def make_hard_places(root: Path) -> None:
    """Make links, pipes, sockets and files of odd times under `root`.

    Of the links, pipes and sockets an ingest may read only the one real file, links/real/target.md.
    """
    links = root / "links"
    (links / "real").mkdir(parents=True)
    (links / "real/target.md").write_text("lycheeeleven real file")
    for name, target in {
        "to_file.md": "real/target.md",
        "to_folder": "real",
        "real/parent": "../../links",
        "loop_a": "loop_b",
        "loop_b": "loop_a",
        "self": "self",
        "dangling.md": "/nonexistent/nowhere.md",
        "outside.txt": "/etc/passwd",
        "proc": "/proc",
        "zero.txt": "/dev/zero",
    }.items():
        (links / name).symlink_to(target)
    special = root / "special"
    special.mkdir()
    os.mkfifo(special / "fifo.md")
    with socket.socket(socket.AF_UNIX) as listener:
        working_folder = os.open(".", os.O_RDONLY)
        try:
            # A socket's path may have about 100 bytes only, so its name is given alone.
            os.chdir(special)
            listener.bind("socket.txt")
        finally:
            os.chdir(working_folder)
            os.close(working_folder)
    for name, moment in (("future", 4_291_747_200), ("epoch", 0), ("before", -300_000_000)):
        file = root / "times" / f"{name}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"lychee{name} of its time")
        os.utime(file, (moment, moment))
