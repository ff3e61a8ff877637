"""The search page as the server makes it: it needs no script, and documents' HTML is text in it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from search.index import Index
from search.results import StoredPart
from tui.grouped import grouped
from tui.web.blocks import Layout
from tui.web.links import Place
from tui.web.marked import Piece

from .test_readers_pdf import pdf
from .web_server import TOKEN, Served, served

STATIC = Path(__file__).parent.parent / "tui/web/static"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} \u202e \x1b[31m'
HOSTILE = f"""# Harbour {EVIL}

The tide <b onclick=alert(3)>turns</b> {EVIL} in the harbour.

[link](javascript:alert(4)) ![picture](http://evil.example/x.png)

| harbour | <iframe src=http://evil.example> |
|---|---|
| tide | <style>*{{}}</style> |

```html
<script>alert(5)</script>
```
"""


@pytest.fixture
def root(notes: Path) -> Path:
    (notes / "house/manual.pdf").write_bytes(
        pdf(["The boiler is red."], ["The boiler is blue. The tenant paints the boiler."])
    )
    for number, path in enumerate(sorted(notes.rglob("*.*"))):
        os.utime(path, (1_760_000_000 + number, 1_760_000_000 + number))
    return notes


@pytest.fixture
def filled(index: Index, root: Path) -> Index:
    index.ingest([root])
    return index


@pytest.fixture
def web(filled: Index) -> Iterator[Served]:
    with served(lambda: nullcontext(filled)) as web:
        yield web


def page(web: Served, at: str = "/", status: int = 200, **parameters: object) -> LexborHTMLParser:
    response = web.get(at, params=parameters or None)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return LexborHTMLParser(response.text)


def words(node: LexborNode | None) -> str:
    assert node is not None
    return " ".join(node.text().split())


def test_without_a_question_there_are_the_newest_documents(web: Served, root: Path) -> None:
    tree = page(web)
    assert words(tree.css_first(".lead")) == (
        "5 documents, 6 passages. Nothing leaves this machine."
    )
    assert [words(item) for item in tree.css(".recent li")] == [
        "rst sea.rst notes 2025-10-09",
        "md bread.md notes/kitchen 2025-10-09",
        "pdf manual.pdf notes/house 2025-10-09",
        "txt lease.txt notes/house 2025-10-09",
        "md boiler.md notes/house 2025-10-09",
    ]
    assert tree.css_first("input[name=q]").attributes["value"] == ""
    assert [option.attributes["value"] for option in tree.css("select[name=type] option")] == [
        *("", "md", "pdf", "rst", "txt"),
    ]
    folders = {
        option.attributes["value"]: words(option) for option in tree.css("select[name=path] option")
    }
    assert folders == {
        "": "all folders",
        f"{root}/**": "notes",
        f"{root}/house/**": "notes/house",
        f"{root}/kitchen/**": "notes/kitchen",
    }


def test_a_form_without_a_script_lists_the_hits_by_file(web: Served, filled: Index) -> None:
    tree = page(web, q="boiler", type="", path="", after="", mode="")
    result = filled.query("boiler")
    groups = grouped(result.hits)
    shown = [
        (words(file.css_first(".name")), len(file.css(".hit")), words(file.css_first(".number")))
        for file in tree.css(".file")
    ]
    assert len(groups) == 5
    assert shown == [
        (Path(group.path).name, len(group.hits) + len(group.folded), f"{group.score:.2f}")
        for group in groups
    ]
    first = next(file for file in tree.css(".file") if words(file).startswith("md boiler.md"))
    assert (words(first.css_first(".heading")), words(first.css_first(".place"))) == (
        "Boiler",
        "line 3",
    )
    assert [words(mark) for mark in first.css("mark")] == ["boiler"]
    assert words(tree.css_first(".summary")).startswith("6 passages in 5 files, ")
    assert words(tree.css_first("title")) == "boiler · docsearch"
    assert tree.css_first("input[name=q]").attributes["value"] == "boiler"


def test_the_filters_narrow_and_stay_chosen(web: Served, root: Path) -> None:
    tree = page(web, q="boiler tide", type="rst", path=f"{root}/**", after="1y", mode="text")
    assert [words(name) for name in tree.css(".file .name")] == []
    assert [option.attributes["value"] for option in tree.css("option[selected]")] == [
        *("rst", f"{root}/**", "1y", "text"),
    ]
    assert "Try other words, or take off a filter." in words(tree.css_first("#results"))
    tree = page(web, q="boiler tide", type="rst", path=f"{root}/**")
    assert [words(name) for name in tree.css(".file .name")] == ["sea.rst"]
    # A filter that the form does not offer is shown as it is.
    tree = page(web, q="boiler", path="house/*.pdf")
    assert [words(name) for name in tree.css(".file .name")] == ["manual.pdf"]
    assert tree.css_first("select[name=path] option[selected]").attributes["value"] == "house/*.pdf"


def test_a_link_opens_the_document_at_its_answer(web: Served, root: Path) -> None:
    tree = page(web, q="tenant notice rent")
    link = next(
        link for link in tree.css("a[data-hit]") if "lease.txt" in (link.attributes["href"] or "")
    )
    href = link.attributes["href"] or ""
    assert href.endswith("#answer")
    opened = page(web, href.partition("#")[0])
    preview = opened.css_first("#preview")
    assert preview is not None
    shown = preview.css_first("[data-path]")
    assert shown is not None
    assert shown.attributes["data-path"] == words(shown) == f"{root}/house/lease.txt"
    assert words(preview.css_first("#answer .answer")) == ("The tenant gives two months notice.")
    assert {words(mark) for mark in preview.css("mark")} == {"rent", "tenant", "notice"}
    # The list and the question are still there, and a way back to them alone.
    assert len(opened.css(".file")) == len(tree.css(".file")) == 5
    back = preview.css_first("a.back")
    assert back is not None
    assert back.attributes["href"] == "/?q=tenant+notice+rent"


def test_a_path_below_the_home_folder_is_short(
    web: Served, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(root.parent))
    shown = page(web, "/preview", open=str(root / "sea.rst")).css_first("[data-path]")
    assert shown is not None
    assert (words(shown), shown.attributes["data-path"]) == (
        "~/notes/sea.rst",
        f"{root}/sea.rst",
    )


def test_a_pdf_shows_its_page_and_its_text(web: Served, root: Path) -> None:
    tree = page(web, q="tenant paints the boiler", type="pdf")
    href = (tree.css_first("a[data-hit]").attributes["href"] or "").partition("#")[0]
    opened = page(web, href).css_first("#preview")
    assert opened is not None
    picture = opened.css_first("img.page")
    assert picture is not None
    number = 2 if "page=2" in href else 1
    assert picture.attributes["alt"] == f"Page {number} of manual.pdf"
    drawn = web.get(picture.attributes["src"] or "")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")
    links = {words(link): link.attributes["href"] or "" for link in opened.css(".pager a")}
    text = page(web, links["Text"].partition("#")[0]).css_first("#preview")
    assert text is not None
    assert not text.css("img")
    assert "The tenant paints the boiler." in words(text.css_first(".text"))
    other = links.get("‹") or links["›"]
    turned = page(web, other.partition("#")[0]).css_first("#preview img")
    assert turned is not None
    assert turned.attributes["alt"] == f"Page {3 - number} of manual.pdf"


def test_a_long_document_is_opened_further_and_further(index: Index, tmp_path: Path) -> None:
    lines = [f"Line {number} of the log tells of the weather." for number in range(3000)]
    lines[1500] = "The tide turned at noon."
    (tmp_path / "log.txt").write_text("\n\n".join(lines))
    index.ingest([tmp_path / "log.txt"])
    with served(lambda: nullcontext(index)) as web:
        tree = page(web, q="tide")
        link = tree.css_first("a[data-hit]")
        counts = []
        while link is not None:
            href = (link.attributes["href"] or "").partition("#")[0]
            preview = page(web, "/preview" + href.removeprefix("/"))
            assert words(preview.css_first(".answer")) == "The tide turned at noon."
            counts.append(len(preview.css(".row")))
            link = preview.css_first(".more a")
        assert counts == sorted(set(counts))
        assert counts[-1] == 3000
        assert counts[0] < 400


def test_a_wrong_question_is_told_on_the_page(web: Served) -> None:
    tree = page(web, status=400, q="tide after:someday")
    assert "'someday' is no date" in words(tree.css_first("[role=alert]"))
    assert tree.css_first("input[name=q]").attributes["value"] == "tide after:someday"
    tree = page(web, status=404, q="tide", open="/etc/passwd")
    assert "the index holds no such document" in words(tree.css_first("[role=alert]"))
    assert "the query says only" in words(
        page(web, status=400, q="-tide").css_first("[role=alert]")
    )


def test_bytes_that_are_not_utf8_do_no_harm(web: Served) -> None:
    tree = page(web, "/?q=boiler+%FF&path=%FF**&type=%FF")
    assert "No passage answers that." in words(tree.css_first(".summary"))
    assert page(web, "/?q=a&open=%FF", status=404).css_first("[role=alert]") is not None


def test_a_range_without_end_gives_a_part(index: Index, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("The tide turns every six hours. " * 20_000)
    index.ingest([tmp_path / "long.txt"])
    with served(lambda: nullcontext(index)) as web:
        path = str(tmp_path / "long.txt")
        response = web.get("/preview", params={"open": path, "at": "0-999999999999"})
        assert 200_000 < len(response.text) < 300_000
        document = web.get("/document", params={"path": path, "chars": "0-999999999999"}).json()
        assert len(document["text"]) == 200_000


def test_an_index_that_is_gone_is_told_on_the_page(tmp_path: Path) -> None:
    with served(lambda: Index.open(tmp_path / "nothing")) as web:
        assert "there is no index" in words(page(web, status=503).css_first("[role=alert]"))
        assert "there is no index" in words(page(web, status=503, q="a").css_first("[role=alert]"))


def test_what_documents_say_is_never_live(index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "<script>alert(1)<"
    folder.mkdir()
    (folder / '"><img src=x onerror=alert(6)>.md').write_text(HOSTILE)
    (folder / "page.html").write_text(f"<title>{EVIL}</title><p>The harbour {EVIL} tide.</p>")
    (folder / "sea \udcff.txt").write_text("The tide of the north.")
    index.ingest([folder])
    with served(lambda: nullcontext(index)) as web:
        asked = page(web, q=f"harbour tide {EVIL}", type=EVIL, path=EVIL, status=200)
        trees = [
            page(web),
            asked,
            page(web, q="harbour tide"),
            page(web, status=400, nonsense=EVIL),
        ]
        trees.append(page(web, status=404, q="tide", open=EVIL))
        hits = [link.attributes["href"] or "" for link in trees[2].css("a[data-hit]")]
        trees += [page(web, href.partition("#")[0]) for href in hits]
        texts = [words(tree.css_first("#preview")) for tree in trees[5:]]
        assert len(texts) >= 3
        assert sum("<script>alert(1)</script>" in text for text in texts) >= 2
        assert any("<script>alert(5)</script>" in text for text in texts)
        for tree in trees:
            assert [script.attributes for script in tree.css("script")] == [
                {"src": "/static/page.js", "defer": None}
            ]
            assert tree.css("iframe, style, object, embed, base, b") == []
            sources = {image.attributes["src"] for image in tree.css("img")}
            assert sources == {"/static/icon.svg"}
            for node in tree.css("*"):
                names = set(node.attributes)
                assert not {name for name in names if name.startswith("on") or name == "style"}
                assert (node.attributes.get("href") or "/").startswith(("/", "#"))
            text = tree.text()
            assert not set(text) & {"\u202e", "\x1b"}
            assert " 49 " not in text


def test_the_parts_for_the_script_are_those_of_the_page(web: Served) -> None:
    whole = page(web, q="boiler").css_first("#results .files")
    assert whole is not None
    events = web.get("/results", params={"q": "boiler"})
    assert events.headers["content-type"] == "text/event-stream; charset=utf-8"
    name, data = events.text.strip().split("\n")
    assert name == "event: answer"
    part = json.loads(data.removeprefix("data: "))
    assert set(part) == {"html", "summary"}
    assert words(LexborHTMLParser(part["html"]).css_first(".files")) == words(whole)
    assert part["summary"].startswith("6 passages in 5 files, ")
    assert web.get("/preview").text == ""


@pytest.mark.parametrize(
    ("name", "kind"),
    [("page.js", "text/javascript"), ("page.css", "text/css"), ("icon.svg", "image/svg+xml")],
)
def test_the_files_of_the_page(web: Served, name: str, kind: str) -> None:
    response = web.get(f"/static/{name}")
    assert response.headers["content-type"].partition(";")[0] == kind
    assert response.content == (STATIC / name).read_bytes()


def test_the_page_names_nothing_outside_and_no_token(web: Served) -> None:
    tree = page(web, q="boiler")
    assert TOKEN not in (tree.html or "")
    for file in STATIC.iterdir():
        addresses = re.findall(r"(?:https?:)?//[\w.]+", file.read_text())
        assert set(addresses) <= {"http://www.w3.org"}


def test_everything_on_the_page_has_a_name(web: Served) -> None:
    tree = page(web, q="boiler")
    assert tree.css_first("html").attributes["lang"] == "en"
    for field in tree.css("input, select"):
        parent = field.parent
        assert parent is not None and parent.tag == "label"
        assert words(parent.css_first("span"))
    for button in tree.css("button, a"):
        assert words(button) or button.attributes.get("aria-label")
    for image in tree.css("img"):
        assert "alt" in image.attributes
    for section in tree.css("section"):
        assert section.attributes["aria-label"]
    assert tree.css_first("form[role=search]") is not None
    assert tree.css_first("[role=status]").attributes["aria-live"] == "polite"
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))


def blocks(text: str, kind: str = "markdown", **place: object) -> list[tuple[str, int, str]]:
    """The kind, the line and the text of each block."""
    part = StoredPart("/a", kind, "", text, 0, 1, (), len(text), text.count("\n") + 1, 0)
    return [
        (
            block.kind,
            block.number,
            " / ".join(
                " | ".join("".join(piece.text for piece in cell) for cell in row)
                for row in block.rows
            ),
        )
        for block in Layout(part, Place("/a", **place)).blocks()  # type: ignore[arg-type]
    ]


def test_markdown_is_shown_without_its_signs() -> None:
    text = (
        "# The *boiler*\n\n"
        "The radiators stay cold when the **boiler** loses its\npressure at night.\n"
        "- first\n- second\n\n"
        "| code | meaning |\n|---|---|\n| F22 | low `water` |\n\n"
        "```sh\nls  -l\n# no title\n```\n"
        "the end"
    )
    assert blocks(text) == [
        ("title", 1, "The boiler"),
        (
            "paragraph",
            3,
            "The radiators stay cold when the boiler loses its pressure at night.",
        ),
        ("paragraph", 5, "- first"),
        ("paragraph", 6, "- second"),
        ("table", 8, " code  |  meaning  /  F22  |  low water "),
        ("code", 13, "ls  -l\n# no title"),
        ("paragraph", 16, "the end"),
    ]


def test_a_hostile_line_takes_little_time() -> None:
    for line in ("`a``b```c" * 20_000, "-" * 200_000 + "x", "[" * 200_000, "|-" * 100_000):
        assert blocks(f"| a |\n{line}\n\n{line}")


def test_other_texts_keep_all_their_signs_and_code_its_lines() -> None:
    text = "# one *two*\n\nthree"
    assert blocks(text, "text") == [("paragraph", 1, "# one *two*"), ("paragraph", 3, "three")]
    assert blocks(text, "code") == [
        ("code", 1, "# one *two*"),
        ("code", 2, ""),
        ("code", 3, "three"),
    ]


def test_marks_stay_with_their_words() -> None:
    text = (
        "# Boiler\n\nWhen the **radiators** stay cold for two days, then the\nboiler lacks water."
    )
    start, end = text.index("**radiators") + 2, text.index("** stay")
    sentence = (text.index("When"), len(text))
    part = StoredPart("/a", "markdown", "", text, 0, 1, (), len(text), 4, 0)
    place = Place("/a", at=sentence, answer=sentence, marks=((start, end),))
    title, paragraph = Layout(part, place).blocks()
    assert (title.is_passage, title.has_answer) == (False, False)
    assert (paragraph.is_passage, paragraph.has_answer) == (True, True)
    assert paragraph.rows[0][0] == (
        Piece("When the ", False, True),
        Piece("radiators", True, True),
        Piece(" stay cold for two days, then the", False, True),
        Piece(" ", False, True),
        Piece("boiler lacks water.", False, True),
    )


def test_a_place_survives_its_address() -> None:
    place = Place("/a \udcff&é.md", (3, 9), (4, 8), ((4, 5), (6, 8)), "text", 2, 16_000)
    query = urlencode(place.pairs, errors="surrogateescape").encode()
    from tui.web.links import OPEN
    from tui.web.parameters import values

    assert Place.of(values(OPEN, query)) == place


def colours(dark: bool) -> dict[str, str]:
    """The colours of the page by their names."""
    css = (STATIC / "page.css").read_text()
    light, night = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    found = dict(re.findall(r"--([\w-]+): (#\w{6});", light))
    return found | dict(re.findall(r"--([\w-]+): (#\w{6});", night)) if dark else found


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(dark: bool) -> None:
    named = colours(dark)
    pairs = [
        *((text, ground) for text in ("text", "quiet", "accent") for ground in GROUNDS),
        *(("on-accent", "accent"), ("mark-text", "mark"), ("text", "answer"), ("alert", "raised")),
    ]
    pale = {}
    for text, ground in pairs:
        one, other = sorted((luminance(named[text]), luminance(named[ground])))
        ratio = (other + 0.05) / (one + 0.05)
        if ratio < 4.5:
            pale[text, ground] = round(ratio, 2)
    assert pale == {}


GROUNDS = ("ground", "surface", "raised", "accent-ground")
