"""The search page in a real browser: its script, its keys, its colours, and its walls."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from search.index import Index

from .test_readers_pdf import pdf
from .test_web_hostile import WarmIndex
from .test_web_page import HOSTILE
from .web_server import TOKEN, Served, served, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CODE = "def turn_tide(hours):\n    '''The tide turns.'''\n    return hours * 6\n"
PALE = """() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => {
      part /= 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(node).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility()) continue;
    const [one, other] = [channels(getComputedStyle(parent).color), ground(parent)]
      .map(luminance).sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) found.push([node.data.trim(), parent.className, ratio]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium from the system, else the one that Playwright has downloaded."""
    reason = "install them with: make browser"
    api = pytest.importorskip("playwright.sync_api", reason=f"no Playwright; {reason}")
    pytest.importorskip("axe_playwright_python", reason=f"no axe; {reason}")
    with api.sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        program = program or playwright.chromium.executable_path
        if not Path(program).exists():
            pytest.skip(f"no Chromium; {reason}")
        # The tests may run as root, where Chromium has no sandbox, and open their own page alone.
        browser = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=os.getuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture
def root(notes: Path) -> Path:
    (notes / "house/manual.pdf").write_bytes(
        pdf(["The landlord of the house", "is Mr Reed."], ["The tenant paints the radiators."])
    )
    (notes / "tide.py").write_text(CODE)
    (notes / "table.md").write_text(
        "# Heating\n\n## Codes\n\n| code | meaning |\n|---|---|\n| F22 | Cold radiators. |\n"
    )
    for number, path in enumerate(sorted(notes.rglob("*.*"))):
        os.utime(path, (1_760_000_000 + number, 1_760_000_000 + number))
    return notes


@pytest.fixture
def web(index: Index, root: Path) -> Iterator[Served]:
    index.ingest([root])
    with served(lambda: nullcontext(index)) as web:
        yield web


@contextmanager
def opened(
    browser: Browser, web: Served, query: str = "", complaint: str = "", **context: Any
) -> Iterator[Page]:
    """The page in a new profile of the browser, which asks nobody else.

    Each complaint of the browser has the words `complaint`; without them there are none.
    """
    with browser.new_context(**context) as profile:
        page = profile.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://{web.address.name}/?token={TOKEN}{query}")
        yield page
        assert [each for each in complaints if not complaint or complaint not in each] == []
        assert {url for url in asked if not url.startswith(f"http://{web.address.name}/")} == set()


def ask(page: Page, words: str) -> None:
    page.get_by_label("Question").fill(words)
    page.keyboard.press("Enter")
    page.locator("#results[aria-busy=false]").wait_for()


def chosen(page: Page) -> str:
    return page.locator("a[aria-current]").inner_text()


def path_of(page: Page) -> str:
    return Path(page.locator("#preview [data-path]").inner_text()).name


def focused(page: Page) -> str:
    """The class, or else the tag, of what has the focus."""
    found: str = page.evaluate("document.activeElement.className || document.activeElement.tagName")
    return found


def test_it_answers_while_one_types(browser: Browser, web: Served) -> None:
    with opened(browser, web) as page:
        assert page.url == f"http://{web.address.name}/"
        assert page.evaluate("document.cookie") == ""
        [cookie] = page.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        assert focused(page) == "INPUT"
        page.keyboard.type("radiators cold", delay=10)
        page.locator(".file", has_text="boiler.md").wait_for()
        assert page.url.endswith("/?q=radiators+cold")
        assert page.title() == "radiators cold · docsearch"
        until(lambda: "passages in" in page.locator("#status").inner_text())
        # Without a question, the newest documents are there again.
        page.get_by_label("Question").fill("")
        page.locator(".recent").wait_for()
        assert page.url == f"http://{web.address.name}/"
        page.reload()
        page.locator(".recent").wait_for()


def test_the_keys_lead_through_the_hits(browser: Browser, web: Served) -> None:
    with opened(browser, web) as page:
        ask(page, "radiators cold")
        page.keyboard.press("ArrowDown")
        first = chosen(page)
        until(lambda: page.locator("#preview .answer, #preview mark").count() > 0)
        page.keyboard.press("j")
        second = chosen(page)
        assert first != second
        page.keyboard.press("k")
        assert chosen(page) == first
        page.keyboard.press("Enter")
        until(lambda: focused(page) == "document")
        assert page.locator("#preview .row.passage").count() > 0
        # The document's own scrolling has the arrows now.
        page.keyboard.press("ArrowDown")
        assert chosen(page) == first
        page.keyboard.press("Escape")
        assert page.locator("#preview").is_hidden()
        assert chosen(page) == first
        page.keyboard.press("/")
        assert focused(page) == "INPUT"
        # In the question, letters are letters.
        page.keyboard.type("j?")
        assert page.get_by_label("Question").input_value() == "j?"
        assert page.locator("dialog").is_hidden()
        page.keyboard.press("Tab")
        page.keyboard.press("?")
        assert page.locator("dialog").is_visible()
        page.keyboard.press("Escape")
        assert page.locator("dialog").is_hidden()


class SlowIndex(WarmIndex):
    """An index of which the page is shown at once, and whose hits take long."""

    def __init__(self, index: Index) -> None:
        super().__init__()
        self.status, self.newest, self.home = index.status, index.newest, index.home


def test_another_question_ends_the_one_before(browser: Browser, index: Index, root: Path) -> None:
    index.ingest([root])
    slow = SlowIndex(index)
    with served(lambda: nullcontext(slow)) as web, opened(browser, web) as page:
        page.get_by_label("Question").fill("tide")
        # The fused hits are shown while the reranker reads.
        page.locator(".summary", has_text="No passage").wait_for()
        assert page.locator("#results").get_attribute("aria-busy") == "true"
        page.get_by_label("Question").fill("tide harbour")
        until(lambda: (slow.begun, slow.ended) == (2, 1))
        slow.go_on.set()
        page.locator("#results[aria-busy=false]").wait_for()


def test_a_filter_asks_again(browser: Browser, web: Served) -> None:
    with opened(browser, web) as page:
        ask(page, "tide harbour radiators")
        page.get_by_label("Type").select_option("rst")
        page.locator(".summary", has_text="in 1 file").wait_for()
        assert page.locator(".file .name").all_inner_texts() == ["sea.rst"]
        assert page.url.endswith("/?q=tide+harbour+radiators&type=rst")
        page.reload()
        assert page.locator(".file .name").all_inner_texts() == ["sea.rst"]
        page.get_by_label("Type").select_option("")
        page.get_by_label("Folder").select_option(label="notes/house")
        page.get_by_label("Find by").select_option(label="words")
        page.locator(".file", has_text="boiler.md").wait_for()
        assert "mode=text" in page.url
        page.get_by_label("Changed").select_option(label="past week")
        page.locator(".summary", has_text="No passage answers that.").wait_for()


def test_a_fault_is_told(browser: Browser, web: Served) -> None:
    with opened(browser, web, complaint="Failed to load resource") as page:
        ask(page, "tide after:someday")
        assert "'someday' is no date" in page.get_by_role("alert").inner_text()
        ask(page, "tide")
        assert page.get_by_role("alert").count() == 0
        page.context.set_offline(True)
        ask(page, "dough")
        assert "is it still running?" in page.get_by_role("alert").inner_text()


def test_it_works_without_a_script(browser: Browser, web: Served) -> None:
    with opened(browser, web, java_script_enabled=False) as page:
        page.get_by_label("Question").fill("tenant notice")
        page.get_by_label("Type").select_option("txt")
        page.get_by_role("button", name="Search").click()
        page.locator(".file", has_text="lease.txt").locator("a[data-hit]").first.click()
        assert path_of(page) == "lease.txt"
        assert page.locator("#answer").is_visible()
        assert page.get_by_label("Question").input_value() == "tenant notice"
        assert page.get_by_label("Type").input_value() == "txt"
        # What needs the script is not shown.
        assert page.get_by_role("button", name="Keys").count() == 0
        assert page.get_by_role("button", name="Copy path").count() == 0
        page.set_viewport_size({"width": 420, "height": 800})
        page.locator("#results").wait_for(state="hidden")
        page.get_by_role("link", name="Back").click()
        page.locator("#results .file").wait_for()
        assert page.locator("#results .file").count() == 1


def test_the_pages_of_a_pdf_are_pictures(browser: Browser, web: Served) -> None:
    with opened(browser, web) as page:
        ask(page, "landlord tenant type:pdf")
        page.locator("a[data-hit]").first.click()
        picture = page.get_by_role("img", name="of manual.pdf")
        until(lambda: picture.evaluate("image => image.naturalWidth") > 500)
        first = picture.get_attribute("alt")
        assert page.locator(".pager span").inner_text() in ("page 1 of 2", "page 2 of 2")
        page.keyboard.press("ArrowRight" if first == "Page 1 of manual.pdf" else "ArrowLeft")
        until(lambda: picture.get_attribute("alt") not in (first, None))
        until(lambda: picture.evaluate("image => image.naturalWidth") > 500)
        page.get_by_role("link", name="Text").click()
        page.locator("#preview .text").wait_for()
        assert "The tenant paints the radiators." in page.locator("#preview .text").inner_text()
        page.get_by_role("link", name="Page", exact=True).click()
        picture.wait_for()


def test_the_path_is_copied(browser: Browser, web: Served, root: Path) -> None:
    with opened(browser, web, permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, "tide")
        page.locator(".file", has_text="sea.rst").locator("a[data-hit]").first.click()
        page.get_by_role("button", name="Copy path").click()
        page.get_by_role("button", name="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == f"{root}/sea.rst"


def test_what_documents_say_is_never_live(browser: Browser, index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "<img src=x onerror=alert(7)>"
    folder.mkdir()
    (folder / "harbour.md").write_text(HOSTILE)
    (folder / "page.html").write_text("<p>The harbour <script>alert(8)</script> tide.</p>")
    index.ingest([folder])
    with served(lambda: nullcontext(index)) as web, opened(browser, web) as page:
        ask(page, 'harbour tide <img src=x onerror="alert(9)">')
        for link in page.locator("a[data-hit]").all():
            link.click()
            page.locator("#preview .text").wait_for()
            assert page.locator("#preview img, #preview iframe, #preview script").count() == 0
        assert page.locator("main a:not([href^='/'])").count() == 0


def test_a_script_that_got_in_would_not_run(browser: Browser, web: Served) -> None:
    with opened(browser, web, complaint="Content Security Policy") as page:
        page.evaluate(
            """() => {
              document.body.insertAdjacentHTML("beforeend", "<img src=data:, onerror='ran = 1'>");
              const script = document.createElement("script");
              script.textContent = "ran = 1";
              document.body.append(script);
              document.body.insertAdjacentHTML("beforeend", "<p style='color: red' id=red>x</p>");
            }"""
        )
        page.wait_for_timeout(200)
        assert page.evaluate("typeof ran") == "undefined"
        assert page.evaluate("getComputedStyle(red).color") != "rgb(255, 0, 0)"


@contextmanager
def elsewhere(html: str) -> Iterator[str]:
    """A page of another program at another port of this machine."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_another_page_gets_nothing_although_the_browser_has_the_cookie(
    browser: Browser,
    web: Served,
    root: Path,
) -> None:
    base = f"http://{web.address.name}"
    html = f"""<iframe src="{base}/"></iframe><img id=i src="{base}/static/icon.svg">
    <img id=p src="{base}/picture?path={root}/house/manual.pdf">
    <script src="{base}/search?q=tide"></script>"""
    with elsewhere(html) as other, browser.new_context() as profile:
        page = profile.new_page()
        page.goto(f"{base}/?token={TOKEN}")
        assert page.locator(".recent").count() == 1
        page.goto(other)
        page.wait_for_load_state("networkidle")
        counts = re.findall(r'_requests_total{path="(.+)",status="403"}', web.get("/metrics").text)
        assert set(counts) == {"/", "/search", "/picture", "other"}
        assert page.evaluate("[i.naturalWidth, p.naturalWidth]") == [0, 0]
        assert page.frames[1].url.startswith("chrome-error:")
        read = page.evaluate(
            "url => fetch(url, {credentials: 'include'}).then(r => r.text(), e => 'refused')",
            f"{base}/search?q=tide",
        )
        assert read == "refused"
        blind = page.evaluate(
            "url => fetch(url, {credentials: 'include', mode: 'no-cors'})"
            ".then(r => r.text(), e => 'refused')",
            f"{base}/search?q=tide",
        )
        assert blind in ("", "refused")


STATES = ("start", "list", "text", "page", "code", "table", "keys", "fault")


def show(page: Page, state: str) -> None:
    """Bring the page into a state."""
    words = {"fault": "tide after:someday", "page": "landlord type:pdf", "code": "tide type:py"}
    if state != "start":
        ask(page, {"table": "Heating codes radiators cold"}.get(state) or words.get(state, "tide"))
    if state in ("text", "page", "code", "table"):
        name = {"table": "table.md", "text": "sea.rst"}.get(state, "")
        page.locator(".file", has_text=name).locator("a[data-hit]").first.click()
        page.locator("#preview .document").wait_for()
    if state == "page":
        picture = page.locator("img.page")
        until(lambda: picture.evaluate("image => image.naturalWidth") > 0)
    if state == "keys":
        page.locator("body").evaluate("() => document.activeElement.blur()")
        page.keyboard.press("?")


@pytest.mark.parametrize("width", [420, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(
    browser: Browser,
    web: Served,
    scheme: str,
    width: int,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    screen = {"width": width, "height": 800}
    folder = os.environ.get("DOCSEARCH_SCREENSHOTS")
    for state in STATES:
        complaint = "Failed to load resource" if state == "fault" else ""
        with opened(browser, web, "", complaint, color_scheme=scheme, viewport=screen) as page:
            show(page, state)
            assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (
                scheme == "dark"
            )
            if folder:
                page.screenshot(path=Path(folder) / f"{state}-{scheme}-{width}.png")
            assert page.evaluate(PALE) == []
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            # Nothing is wider than the window.
            wide = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
            assert page.evaluate(wide) == 0
            for part in ("results", "preview"):
                assert page.evaluate(f"{part}.scrollWidth - {part}.clientWidth") <= 0
