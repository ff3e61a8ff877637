"""Files that break indexers: each with what must become of it."""

from __future__ import annotations

import base64
import gzip
import io
import os
import random
import socket
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from .test_readers_pdf import pdf

WORDS = ("river", "budget", "meeting", "garden", "engine", "winter", "recipe", "harbour", "pencil", "mountain")


@dataclass(frozen=True, slots=True)
class Hard:
    """A file and what is expected of it.

    find: it is in the index, and `marker` brings it. meta: nothing of it can be read; it is reported with a reason. either: both are right, without a
    crash. `absent` are words that must not be found.
    """

    path: str
    data: bytes
    expect: str
    marker: str = ""
    absent: tuple[str, ...] = ()


def hard_files() -> Iterator[Hard]:
    """All hard files with contents; what is hard about the rest is made by `make_hard_places`."""
    yield from texts()
    yield from markdown()
    yield from large()
    yield from pages()
    yield from pdfs()
    yield from names()


def prose(count: int, seed: int = 1) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def texts() -> Iterator[Hard]:
    for name, text, codec, marker, mark in (
        ("utf8_bom", "zanzibarone. Äpfel und Birnen.", "utf-8", "zanzibarone", b"\xef\xbb\xbf"),
        ("utf16le_bom", "Notes on beekeeping zanzibartwo.\r\nSecond.", "utf-16-le", "zanzibartwo", b"\xff\xfe"),
        ("utf16be_bom", "Notes on lighthouse repair zanzibarthree.", "utf-16-be", "zanzibarthree", b"\xfe\xff"),
        ("utf16le_nobom", "Plain notes on canoes zanzibarfour. " * 20, "utf-16-le", "zanzibarfour", b""),
        ("utf32le_bom", "Notes on kite making zanzibarfive.", "utf-32-le", "zanzibarfive", b"\xff\xfe\0\0"),
        ("latin1", "Les élèves ont mangé près du château zanzibarsix. " * 5, "latin-1", "château zanzibarsix", b""),
        ("cp1252", "“Smart quotes” – and the euro sign € cost zanzibarseven. " * 5, "cp1252", "zanzibarseven", b""),
        ("cp1251", "Договор аренды квартиры и коммунальные платежи. " * 8, "cp1251", "коммунальные платежи", b""),
        ("koi8r", "Рецепт борща со сметаной и чесноком для семьи. " * 8, "koi8-r", "Рецепт борща", b""),
        ("shift_jis", "京都の紅葉を見に行く旅行計画。新幹線の切符を予約する。" * 8, "shift_jis", "京都の紅葉", b""),
        ("euc_jp", "味噌汁の作り方と豆腐の切り方。" * 8, "euc_jp", "味噌汁の作り方", b""),
        ("gb18030", "会议纪要：讨论了明年的预算和招聘计划。" * 8, "gb18030", "预算和招聘计划", b""),
        ("big5", "租賃契約與押金返還的相關規定。" * 8, "big5", "押金返還", b""),
        ("euc_kr", "김치찌개 끓이는 방법과 재료 목록. " * 8, "euc_kr", "김치찌개", b""),
    ):
        yield Hard(f"text/{name}.txt", mark + text.encode(codec), "find", marker)
    combining = "a" + "\u0301" * 5_000
    noise = random.Random(2).randbytes(20_000)
    for name, data, expect, marker in (
        ("invalid_utf8.txt", b"Mostly valid \xff\xfe\x80 bytes and caf\xc3\xa9 zanzibarsixteen.", "find", "zanzibarsixteen"),
        ("cesu8.txt", b"overlong \xc0\xaf, lone \xed\xa0\x80, \xed\xa0\xbd\xed\xb8\x80 zanzibarseventeen", "find", "zanzibarseventeen"),
        ("cr_only.txt", b"First line\rSecond about violins zanzibarnineteen\rThird\r", "find", "zanzibarnineteen"),
        ("newlines.txt", "a\r\nb\nc\rd\u2028e\u2029f\x85g\x0bh\x0cend zanzibartwenty\n".encode(), "find", "zanzibartwenty"),
        ("nuls.txt", b"before the nul \0 after marmaladeone \0\0 end", "find", "marmaladeone"),
        ("no_extension", b"Text about umbrellas marmaladethree\n", "find", "marmaladethree"),
        ("emoji.txt", "Party 🎉🎂 👨‍👩‍👧‍👦 🇫🇷 👍🏽 marmaladefour 🥳".encode() * 50, "find", "marmaladefour"),
        ("zalgo.txt", f"Z̷̢̛͔a̸̡l̶g̷o̸ text marmaladefive {combining}".encode(), "find", "marmaladefive"),
        ("rtl.txt", "\u202bתקציב המשרד לשנת 2024\u202c\nميزانية المكتب\n".encode(), "find", "תקציב המשרד"),
        ("zero_width.txt", "pass\u200bword re\u00adset pro\u2060cedure".encode(), "find", "password reset procedure"),
        ("ligatures.txt", "The ﬁnal oﬃcial ﬂow chart. ＡＢＣ１２３".encode(), "find", "final official flow chart"),
        ("nfc.txt", unicodedata.normalize("NFC", "Crème brûlée façade nfcfile").encode(), "find", unicodedata.normalize("NFD", "brûlée nfcfile")),
        ("nfd.txt", unicodedata.normalize("NFD", "Crème brûlée façade nfdfile").encode(), "find", unicodedata.normalize("NFC", "brûlée nfdfile")),
        ("thai.txt", ("วิธีการปลูกข้าวในนาและการดูแลต้นข้าวในฤดูฝน" * 40).encode(), "find", "การปลูกข้าว"),
        ("chinese.txt", ("本合同自双方签字盖章之日起生效。甲方应在每月五日前支付租金。" * 300).encode(), "find", "每月五日前支付租金"),
        ("ansi.log", b"\x1b[31mERROR\x1b[0m disk marmaladeeleven full\x1b[K\r\n" * 2_000, "find", "disk marmaladeeleven full"),
        ("long_word.txt", b"start marmaladetwelve " + b"x" * 1_000_000 + b" end", "find", "marmaladetwelve"),
        ("only_nuls.txt", b"\0" * 100_000, "meta", ""), ("png_named.txt", b"\x89PNG\r\n\x1a\n" + noise, "meta", ""),
        ("random.md", noise, "meta", ""), ("gzip_named.txt", gzip.compress(b"marmaladetwo"), "meta", ""),
        ("empty.txt", b"", "meta", ""), ("empty.md", b"", "meta", ""), ("empty.pdf", b"", "meta", ""), ("empty.docx", b"", "meta", ""),
        ("white.txt", (" \t\n" * 5_000 + "\u00a0\u3000\u200b\n").encode(), "meta", ""), ("bom_only.txt", b"\xef\xbb\xbf", "meta", ""),
        ("one_character.txt", b"x", "either", ""), ("secrets.env", b"API_KEY=not-a-real-key\n", "either", ""),
        ("minified.js", b"!function(){" + b";".join(b"var a%d=%d" % (n, n) for n in range(50_000)) + b"}();", "either", ""),
        ("deep.json", b"[" * 100_000 + b"]" * 100_000, "either", ""),
        ("rows.tsv", b"name\tcity\n" + b"".join(b"person%d\ttown%d\n" % (n, n) for n in range(2_000)) + b"Quincy\tPortmeirion\n", "find",
         "Quincy Portmeirion"),
        ("quoted.csv", b'id,note\n1,"one\ntwo ""quoted"", tangerineone"\n2,"=HYPERLINK(""http://x"")"\n', "find", "tangerineone"),
    ):  # fmt: skip
        yield Hard(f"text/{name}", data, expect, marker)


def markdown() -> Iterator[Hard]:
    bomb = '---\na: &a ["lol","lol"]\n' + "".join(
        f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    image = base64.b64encode(random.Random(3).randbytes(300_000)).decode()
    headings = "\n\n".join(f"## Heading {n}\n\nbody {n} {prose(6, n)}" for n in range(2_000))
    for name, text, marker in (
        ("crlf", "# Title\r\n\r\nAbout turnips zanzibareighteen.\r\n\r\n## Second\r\n\r\nMore.\r\n", "zanzibareighteen"),
        ("unclosed_fence", "# Alpha\n\n```python\n# not a heading\n\n## nor this marmaladethirteen\n", "marmaladethirteen"),
        ("bad_front_matter", '---\ntitle: "unclosed\ntags: [a, b\n  - : :\n---\n\n# Body marmaladefourteen\n', "marmaladefourteen"),
        ("yaml_bomb", f"{bomb}---\n\nbody marmaladesixteen\n", "marmaladesixteen"),
        ("base64_image", f"# List marmaladeseventeen\n\n![x](data:image/png;base64,{image})\n\nmilk\n", "marmaladeseventeen"),
        ("many_headings", f"{headings}\n\n## Last marmaladeeighteen\n", "Last marmaladeeighteen"),
        ("obsidian", "---\naliases: [Review]\n---\n[[Note|alias marmaladenineteen]] ![[e.png]] ==x== #tag ^id\n\n> [!note]- T\n> body\n",
         "marmaladenineteen"),
    ):  # fmt: skip
        yield Hard(f"markdown/{name}.md", text.encode(), "find", marker)
    yield Hard("markdown/front_matter_only.md", b"---\ntitle: Only marmaladefifteen\ntags: [x]\n---\n", "either")


def large() -> Iterator[Hard]:
    line = prose(2_000) + " "
    yield Hard(
        "large/single_line.txt",
        (line * 40 + " tangerinetwo needle " + line * 40).encode(),
        "find",
        "tangerinetwo needle",
    )
    yield Hard("large/no_spaces.txt", base64.b64encode(random.Random(4).randbytes(500_000)), "either")
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
    entities = "".join(f'<!ENTITY {name} "{inner * 10}">' for name, inner in (("b", "&a;"), ("c", "&b;"), ("d", "&c;")))
    for name, page, marker, absent in (
        ("charset_conflict.html", '<html><head><meta charset="iso-8859-1"><title>Café tangerinesix</title></head><body>façade'.encode(),
         "tangerinesix", ()),
        ("latin1.html", "<html><body>Les élèves près du château tangerineseven</body></html>".encode("latin-1"), "château tangerineseven", ()),
        ("utf16.html", b"\xff\xfe" + "<html><body>utf sixteen tangerineeight</body></html>".encode("utf-16-le"), "tangerineeight", ()),
        ("script.html", b"<html><head><style>.tangerinestyle{}</style><script>var tangerinescript=1</script></head><body><p>visible tangerinenine"
         b"<!-- tangerinecomment --></body></html>", "visible tangerinenine", ("tangerinestyle", "tangerinescript", "tangerinecomment")),
        ("entities.html", b"<p>AT&amp;T caf&eacute; &#8364; &bogus; &#0; &#xD800; &#99999999; tangerineten", "café tangerineten", ()),
        ("deep.html", b"<html><body>" + b"<div>" * 20_000 + b"deep tangerineeleven" + b"</div>" * 20_000, "tangerineeleven", ()),
        ("unclosed.html", b'<table><tr><td>cell<ul><li>item<b>bold<i>it</b>al tangerinetwelve<p><a href="x', "tangerinetwelve", ()),
        ("inline.html", b"<p>super<b>cali</b>fragil<i>istic</i> and", "supercalifragilistic", ()),
        ("data_uri.html",
         b"before <img src='data:image/png;base64," + base64.b64encode(noise) + b"'> tangerinefourteen", "tangerinefourteen", ()),
        ("nul.html", b"<html><body>nul \0 here tangerinefifteen</body></html>", "tangerinefifteen", ()),
        ("cdata.xhtml",
         xhtml + b"<p><![CDATA[raw tangerinesixteen & stuff]]></p></html>", "tangerinesixteen", ()),
        ("ruby.html",
         "<p><ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt></ruby>駅 tangerineseventeen".encode(), "東京駅 tangerineseventeen", ()),
        ("pre.html", b"<pre><code>def f(x):\n    return x  # tangerineeighteen\n</code></pre>", "tangerineeighteen", ()),
        ("text_named.htm", b"just plain text, tangerinenineteen & <not a tag", "tangerinenineteen", ()),
        ("xxe.xhtml", f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "AAAAAAAAAA">{entities}]>'
         "<html><body>&x; &d; tangerinetwenty</body></html>".encode(), "tangerinetwenty", ("AAAAAAAAAA", "nologin")),
        ("big_table.html", b"<table>" + b"".join(b"<tr><td>row %d<td>pencil</tr>" % n for n in range(5_000)) + b"<tr><td>papayaone last row",
         "papayaone last row", ()),
    ):  # fmt: skip
        yield Hard(f"html/{name}", page, "find", marker, absent)
    shell = b'<!doctype html><title>App</title><body><div id="root"></div><script src="a.js"></script>'
    yield Hard("html/app_shell.html", shell, "either")


def pdfs() -> Iterator[Hard]:
    report = [[f"Page {number} about coffee roasting."] for number in range(1, 6)]
    base = pdf(*report, ["Final page papayatwo summary"])
    flood = b"BT /F1 12 Tf 50 700 Td (papayaeight) Tj ET "
    deep = b"".join(
        b"%d 0 obj\n<< /Type /Pages /Kids [%d 0 R] /Count 1 >>\nendobj\n" % (n, n + 1) for n in range(100, 3_100)
    )
    private = "/Type /Font /Subtype /Type1 /BaseFont /AAAAAA+X"
    for name, data, expect, marker in (
        ("plain.pdf", base, "find", "papayatwo summary"), ("UPPER.PDF", pdf(["upper papayathree"]), "find", "papayathree"),
        ("truncated_half.pdf", base[: len(base) // 2], "either", ""), ("header.pdf", base[:20], "meta", ""),
        ("zero_tail.pdf", base[: len(base) // 2] + b"\0" * 5_000, "either", ""),
        ("html_named.pdf", b"<!DOCTYPE html><html><body>404 papayafour not found", "find", "papayafour"),
        ("text_named.pdf", b"this is text papayafive\n", "find", "papayafive"),
        ("junk_before.pdf", b"HTTP/1.1 200 OK\r\n\r\n" + b"\n" * 900 + base, "find", "papayatwo summary"),
        ("junk_behind.pdf", base + b"\0" * 5_000 + b"garbage" * 500, "find", "papayatwo summary"),
        ("startxref.pdf", base[: base.rfind(b"startxref")] + b"startxref\n99999999\n%%EOF\n", "find", "papayatwo summary"),
        ("no_end.pdf", base[: base.rfind(b"xref\n", 0, -40)], "either", ""),
        ("prev_loop.pdf", base.replace(b"trailer\n<<", b"trailer\n<< /Prev %d" % base.rfind(b"xref\n", 0, -40)), "either", ""),
        ("kids_cycle.pdf", base.replace(b"/Kids [10 0 R", b"/Kids [2 0 R 10 0 R"), "either", ""),
        ("parent_cycle.pdf", base.replace(b"/Page /Parent 2 0 R", b"/Page /Parent 10 0 R"), "either", ""),
        ("bomb.pdf", pdf(flood + b" " * 120_000_000), "either", ""), ("operators.pdf", pdf(flood + b"0 0 m 1 1 l S\n" * 200_000), "either", ""),
        ("count_lie.pdf", base.replace(b"/Count 6", b"/Count 2000000000"), "find", "papayatwo summary"),
        ("many_pages.pdf", pdf(*[[f"page {n} papayanine needle" if n == 301 else f"page {n}"] for n in range(1, 401)]), "find", "papayanine needle"),
        ("deep_tree.pdf", base.replace(b"/Kids [10 0 R", b"/Kids [100 0 R 10 0 R").replace(b"xref\n", deep + b"xref\n", 1), "either", ""),
        ("nested_arrays.pdf",
         b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Foo " + b"[" * 20_000 + b">>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF", "meta", ""),
        ("broken_pages.pdf", base.replace(b"/Contents 13 0 R", b"/Contents [4 0 R]").replace(b"/Contents 15 0 R", b""), "find", "papayatwo summary"),
        ("scan.pdf", pdf(b"q 595 0 0 842 0 0 cm /Im0 Do Q"), "meta", ""),
        ("scan_with_layer.pdf", pdf(b"BT /F1 12 Tf 3 Tr 50 700 Td (invoice papayatwelve invisible layer) Tj ET"), "find",
         "papayatwelve invisible layer"),
        ("rotated.pdf", pdf(b"BT /F1 12 Tf 0 1 -1 0 300 100 Tm (rotated landscape table) Tj ET"), "find", "rotated landscape table"),
        ("letters.pdf", pdf([*"ANNUAL", " ", *"REPORT", "papayaseventeen"]), "find", "annual papayaseventeen"),
        ("no_pages.pdf", base.replace(b"/Kids [", b"/Kids [] /Old ["), "either", ""), ("null_root.pdf", base.replace(b"/Type /Catalog /Pages",
         b"/Pages"), "either", ""),
        ("title.pdf", pdf(["odd kumquatfive"], title="\\376\\377\\330\\000\\000") , "find", "odd kumquatfive"),
        ("gibberish.pdf", pdf([r"\001\002\003\004"], font=private), "meta", ""),
        ("password.pdf", locked("secret", "AES-256"), "meta", ""), ("password_rc4.pdf", locked("secret", "RC4-128"), "meta", ""),
        ("owner_aes256.pdf", locked("", "AES-256"), "find", "papayasix"), ("owner_aes128.pdf", locked("", "AES-128"), "find", "papayasix"),
        ("owner_rc4.pdf", locked("", "RC4-40"), "find", "papayasix"), ("outline_cycle.pdf", _outline_cycle(base), "find", "papayatwo summary"),
    ):  # fmt: skip
        yield Hard(f"pdf/{name}", data, expect, marker)
    for collection, text in (("GB1", "房屋租赁合同"), ("Japan1", "確定申告の書類"), ("Korea1", "연말정산 서류")):
        yield Hard(f"pdf/cjk_{collection}.pdf", _cjk(collection, text), "find", text)


def locked(user: str, algorithm: str) -> bytes:
    """A PDF that needs the password `user`."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(["Encrypted papayasix about pensions"]))))
    writer.encrypt(user, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _outline_cycle(base: bytes) -> bytes:
    """The outline's entries follow each other in a circle."""
    circle = b"90 0 obj\n<< /First 91 0 R /Last 91 0 R >>\nendobj\n91 0 obj\n<< /Title (one) /Next 91 0 R /First 91 0 R >>\nendobj\n"
    return base.replace(b"/Type /Catalog", b"/Type /Catalog /Outlines 90 0 R").replace(b"xref\n", circle + b"xref\n", 1)


def _cjk(collection: str, text: str) -> bytes:
    """Text in a font that is not in the file, in one of the encodings that every viewer knows, without a table of its characters."""
    encoding = {"GB1": "UniGB-UCS2-H", "Japan1": "UniJIS-UCS2-H", "Korea1": "UniKS-UCS2-H"}[collection]
    info = f"/CIDSystemInfo << /Registry (Adobe) /Ordering ({collection}) /Supplement 0 >>"
    below = f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song {info} /FontDescriptor << /Type /FontDescriptor /FontName /Song /Flags 4 >> >>"
    font = f"/Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /{encoding} /DescendantFonts [{below}]"
    return pdf(f"BT /F1 14 Tf 60 700 Td <{text.encode('utf-16-be').hex()}> Tj ET".encode(), font=font)


def names() -> Iterator[Hard]:
    odd = {
        "with space .md": "guavaone", " leading.md": "guavatwo", "it's \"quoted\".md": "guavathree", "new\nline.md": "guavafour",
        "tab\there.md": "guavafive", "back\\slash.md": "guavasix", "-rf.md": "guavaseven", "star*?[x].md": "guavaeight",
        "percent%20#frag?q=1&x.md": "guavanine", "<script>alert(1).md": "guavaten", "\x1b[31mred\x1b[0m.md": "guavaeleven",
        unicodedata.normalize("NFC", "résumé.md"): "guavatwelve", "📓 日本語.md": "guavafourteen", "gpj.\u202efdp.md": "guavafifteen",
        "n" * 252 + ".md": "guavaseventeen", "dir.pdf/inner.md": "guavatwenty", "archive.tar.gz.txt": "lycheefour",
        "/".join(f"d{n}" for n in range(300)) + "/bottom.md": "lycheetwenty",
    }  # fmt: skip
    if os.uname().sysname == "Linux":
        # Other systems fold case and composition, or refuse bytes that are no UTF-8.
        odd |= {
            unicodedata.normalize("NFD", "résumé.md"): "guavathirteen", "latin1-\udce9\udcff.md": "guavasixteen",
            "README.md": "guavaeighteen", "readme.md": "guavanineteen",
        }  # fmt: skip
    for name, marker in odd.items():
        yield Hard(f"names/{name}", f"{marker} of {len(marker)} letters".encode(), "find", marker)
    for number in range(5):
        yield Hard(
            f"twins/{number}.md",
            b"The same minutes of the allotment society, lycheenineteen.",
            "find",
            "lycheenineteen",
        )


def make_hard_places(root: Path) -> None:
    """Links, pipes, sockets and odd times under `root`, none of which may be read but the one real file."""
    links = root / "links"
    (links / "real").mkdir(parents=True)
    (links / "real/target.md").write_text("lycheeeleven real file")
    for name, target in {
        "to_file.md": "real/target.md", "to_folder": "real", "real/parent": "../../links", "loop_a": "loop_b", "loop_b": "loop_a",
        "self": "self", "dangling.md": "/nonexistent/nowhere.md", "outside.txt": "/etc/passwd", "proc": "/proc", "zero.txt": "/dev/zero",
    }.items():  # fmt: skip
        (links / name).symlink_to(target)
    special = root / "special"
    special.mkdir()
    os.mkfifo(special / "fifo.md")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(".", os.O_RDONLY)
        try:
            # The names of sockets are short.
            os.chdir(special)
            listener.bind("socket.txt")
        finally:
            os.chdir(here)
            os.close(here)
    for name, moment in (("future", 4_291_747_200), ("epoch", 0), ("before", -300_000_000)):
        file = root / "times" / f"{name}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"lychee{name} of its time")
        os.utime(file, (moment, moment))
