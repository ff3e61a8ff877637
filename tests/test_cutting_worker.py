"""The workers of a large run cut documents as this process would, and stream the passages."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from search import readers
from search.documents import CutPassage, Document, Passage, Reason
from search.errors import ReaderFailure, Unreadable
from search.ingest.cutting_worker import MODULE, CutOrder
from search.models.tokenizer import ModelTokenizer
from search.protocols import TokenizerFile
from search.readers.cut_document import PART, CutDocument, encoded, head_of, parts_of
from search.readers.limits import Limits
from search.readers.process import ReaderProcess
from search.readers.worker import MOST_CUT
from search.text.passage_rules import PassageRules
from search.text.passage_words import cut

from .test_readers_pdf import pdf

ROOT = Path(__file__).parent.parent
FILE = TokenizerFile(str(ROOT / "search" / "models" / "starter" / "tokenizer.json"), False)
RULES = PassageRules(max_tokens=32, overlap=8, min_tokens=4)
ORDER = CutOrder(FILE, RULES)

MAIL = b"""From: ann@example.org
Subject: %b
Date: Tue, 11 Mar 2025 10:00:00 +0100

The boiler is cold. %b
"""
MAILBOX = b"\n".join(
    b"From ann@example.org Tue Mar 11 10:00:00 2025\n" + MAIL % (subject, words)
    for subject, words in ((b"Boiler", b"Please call."), (b"=?utf-8?q?=C3=9Cber?=", b"Thanks."))
)
LONG = b"# Tides\n\n" + b"".join(
    b"The tide of day %d came late, and the e-mail of 9.5.2024 said so.\n\n" % day
    for day in range(2_000)
)


@pytest.fixture
def process() -> Iterator[ReaderProcess]:
    process = ReaderProcess(Limits(), MODULE)
    yield process
    process.close()


def cut_here(data: bytes, path: str) -> CutDocument:
    """The document as this process reads and cuts it."""
    document = readers.read(data, path)
    cutting = cut(document, ModelTokenizer(Path(FILE.path)), RULES)
    return CutDocument(
        document.kind,
        document.title,
        document.warnings,
        document.messages,
        document.page_labels,
        cutting.language,
        tuple(parts_of(cutting.passages)),
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.mbox", MAILBOX),
        ("a.pdf", pdf(["One page of words."], [], ["Another page of words."])),
        ("Müller caf\udce9.md", "# Größe\n\nDie Ventile, ein ﬁnaler Test. 2.14.1".encode()),
        ("snake_case.py", b"def parseHttp():\n    return None\n"),
        ("tides.md", LONG),
    ],
)
def test_a_worker_cuts_a_document_as_this_process_does(
    process: ReaderProcess, name: str, data: bytes
) -> None:
    found = process.cut(data, f"/d/{name}", ORDER.encoded())
    assert isinstance(found, CutDocument)
    assert found == cut_here(data, f"/d/{name}")
    document = readers.read(data, f"/d/{name}")
    cutting = cut(document, ModelTokenizer(Path(FILE.path)), RULES)
    assert list(found.passages()) == list(cutting.passages)
    assert not process.spent


def test_a_mail_file_has_its_messages_and_each_passage_the_words_of_its_subject(
    process: ReaderProcess,
) -> None:
    found = process.cut(MAILBOX, "/d/a.mbox", ORDER.encoded())
    assert isinstance(found, CutDocument)
    assert [message.title for message in found.messages] == ["Boiler", "Über"]
    subjects = dict.fromkeys(cut.terms.split("\n")[1] for cut in found.passages())
    assert list(subjects) == ["Boiler", "uber"]


def test_a_lone_surrogate_in_a_title_or_a_heading_comes_through() -> None:
    document = Document("/d/a.txt", "text", "a\udce9", "", ())
    passage = Passage(0, "Words.", ("b\udce9",), None, 1, 1, 0, 6)
    parts = list(parts_of([CutPassage(passage, "words")]))
    found = CutDocument.received(json.loads(encoded(head_of(document, "en"))), parts)
    assert found.title == "a\udce9"
    assert list(found.passages()) == [CutPassage(passage, "words")]


def test_the_passages_come_in_parts_and_stay_in_the_worker_until_there_is_room(
    process: ReaderProcess,
) -> None:
    reserved: list[int] = []

    class Full(Exception):
        pass

    def reserve(amount: int) -> None:
        reserved.append(amount)
        if len(reserved) == 5:
            raise Full

    whole = process.cut(LONG, "/d/tides.md", ORDER.encoded(), reserved.append)
    assert isinstance(whole, CutDocument)
    count = sum(1 for _ in whole.passages())
    assert len(whole.parts) == -(-count // PART)
    # The head, the parts and the end.
    assert reserved[1:-1] == list(map(len, whole.parts))
    assert whole.memory == sum(reserved[1:-1])
    reserved.clear()
    with pytest.raises(Full):
        process.cut(LONG, "/d/tides.md", ORDER.encoded(), reserve)
    # What was not taken is still on its way, so that the process can take no other file.
    assert process.spent


def test_a_long_document_comes_back_as_it_is(process: ReaderProcess) -> None:
    data = b"The tide came late.\n" * (MOST_CUT // 20 + 1)
    assert process.cut(data, "/d/a.txt", ORDER.encoded()) == readers.read(data, "/d/a.txt")
    assert not process.spent


def test_a_file_without_a_document_and_a_missing_tokenizer_are_told_apart(
    process: ReaderProcess, tmp_path: Path
) -> None:
    with pytest.raises(Unreadable) as caught:
        process.cut(b"%PDF-1.4 nothing", "/d/a.pdf", ORDER.encoded())
    assert (caught.value.reason, process.spent) == (Reason.CORRUPT, False)
    missing = CutOrder(TokenizerFile(str(tmp_path / "tokenizer.json"), False), RULES)
    with pytest.raises(ReaderFailure) as failure:
        process.cut(b"Words.", "/d/a.txt", missing.encoded())
    assert failure.value.message.endswith(
        "tokenizer.json cannot be read: No such file or directory"
    )
    assert failure.value.hint == "fetch the model again"


def test_a_crash_between_two_parts_costs_one_file(process: ReaderProcess) -> None:
    def crash(amount: int) -> None:
        os.kill(process._process.pid, signal.SIGSEGV)
        process._process.wait()

    with ThreadPoolExecutor(1) as threads, pytest.raises(Unreadable) as caught:
        threads.submit(process.cut, LONG, "/d/tides.md", ORDER.encoded(), crash).result()
    assert caught.value.reason is Reason.CRASHED
    assert process.spent
