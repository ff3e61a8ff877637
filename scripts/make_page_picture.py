"""Make docs/screenshots/page.png: the search page over sample_corpus.

    python scripts/make_page_picture.py

It needs the extra `http`, and what `make browser` installs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from demo_documents import copy_with_ages
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent.parent
TARGET = HERE / "docs" / "screenshots" / "page.png"
COMMAND = Path(sys.executable).with_name("docsearch")
QUESTION = "the radiators stay cold"
SIZE = {"width": 1160, "height": 720}


def take(browser: Browser, link: str, target: Path) -> None:
    """Ask, open the first hit, and take the picture."""
    page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
    page.goto(link)
    page.get_by_label("Question").fill(QUESTION)
    page.locator(".summary", has_text="reranked").wait_for()
    # Again, now that all is warm: the picture has the time that a user sees.
    page.keyboard.press("Enter")
    page.locator("#results[aria-busy=false]").wait_for()
    page.locator("a[data-hit]").first.click()
    page.locator("#preview .answer").wait_for()
    page.screenshot(path=target)


def main() -> None:
    """Read the documents, serve them, and take the picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder)
        copy_with_ages(HERE / "sample_corpus", place / "documents")
        env = dict(os.environ) | {"HOME": folder, "DOCSEARCH_INDEX": f"{folder}/index"}
        subprocess.run([COMMAND, "ingest", "--quiet", place / "documents"], check=True, env=env)
        command = [COMMAND, "serve", "--http", "127.0.0.1:0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as process:
            assert process.stderr is not None
            match = re.search(r"http://\S+", process.stderr.readline())
            assert match is not None
            program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
            browser = playwright.chromium.launch(
                executable_path=program, chromium_sandbox=os.getuid() != 0
            )
            take(browser, match[0], TARGET)
            browser.close()
            process.terminate()


if __name__ == "__main__":
    main()
