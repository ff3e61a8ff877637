"""A mailbox is one file of many messages: each is found, dated and counted by itself."""

from __future__ import annotations

import json
import random
import sqlite3
from bisect import bisect_right
from contextlib import closing
from pathlib import Path

import pytest

from search import readers
from search.documents import Message
from search.index import Index
from search.storage.catalog import Catalog
from search.storage.entries import doc_id
from search.storage.filters import Admitted, Filter
from search.storage.index_folder import CATALOGUE
from search.storage.store import Store
from search.text.passages import embedded_text

from .commands import docsearch
from .toys import ToyEmbedder, as_stored

HOUR_NS = 3_600 * 10**9
FIRST_NS = 1_793_613_600 * 10**9
"""The time of the first message: 2 November 2026, 10:00 UTC."""


def letter(number: int, subject: str, body: str, attached: str = "") -> str:
    """A message of a mailbox, sent `number` hours after the first."""
    head = (
        f"From: ida@example.org\nSubject: {subject}\n"
        f"Date: Mon, 2 Nov 2026 {10 + number}:00:00 +0000\n"
    )
    if attached:
        head += "Content-Type: multipart/mixed; boundary=b\n"
        body = (
            f"--b\n\n{body}\n--b\nContent-Disposition: attachment; filename=note.md\n\n"
            f"{attached}\n--b--"
        )
    return f"From ida@example.org Mon Nov  2 {10 + number}:00:00 2026\n{head}\n{body}\n\n"


LETTERS = [
    letter(
        0,
        "The boiler",
        "The radiators stay cold when the boiler loses pressure.",
        "# Log\n\nThe heating of last winter.",
    ),
    letter(1, "Rent", "The landlord may raise the rent once a year, the lease says."),
    letter(2, "Rent again", "The tenant pays the rent in advance, for the landlord wants it so."),
    letter(3, "Bread", "Fold the dough four times, then bake it in a hot oven."),
]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    file = tmp_path / "mail" / "inbox.mbox"
    file.parent.mkdir()
    file.write_text("".join(LETTERS))
    return file


def found_messages(index: Index, text: str, **options: object) -> list[tuple[str, int | None, str]]:
    return [(hit.title, hit.message, hit.modified) for hit in index.query(text, **options).hits]  # type: ignore[arg-type]


def test_a_hit_has_its_messages_subject_number_and_date(index: Index, inbox: Path) -> None:
    index.ingest([inbox.parent])
    hit, other = index.query("rent landlord", limit=2).hits
    assert other.title == "Rent again"
    assert (hit.title, hit.message, hit.modified) == ("Rent", 2, "2026-11-02T11:00:00Z")
    assert (hit.path, hit.kind, hit.headings) == (str(inbox), "mail", ("Rent (2026-11-02)",))
    lines = inbox.read_text().split("\n")
    assert lines[hit.line_end - 1] == "The landlord may raise the rent once a year, the lease says."
    assert index.part(inbox, lines=(hit.line_end, hit.line_end)).text.endswith(
        lines[hit.line_end - 1]
    )


def test_the_limit_per_file_counts_each_message_as_a_file(index: Index, inbox: Path) -> None:
    index.ingest([inbox.parent])
    found = found_messages(index, "boiler heating rent landlord dough", per_file=1, min_score=0.0)
    assert sorted(number or 0 for _, number, _ in found) == [1, 2, 3, 4]
    assert [
        title for title, _, _ in found_messages(index, "radiators heating", limit=5, min_score=0.0)
    ][:2] == ["The boiler"] * 2


def test_date_filters_use_the_dates_of_the_messages(index: Index, inbox: Path) -> None:
    (inbox.parent / "note.md").write_text("The rent is due on the first.\n")
    index.ingest([inbox.parent])
    later = Filter(after_ns=FIRST_NS + 2 * HOUR_NS, before_ns=FIRST_NS + 3 * HOUR_NS)
    for mode in ("hybrid", "vector", "text"):
        assert [title for title, _, _ in found_messages(index, "rent", where=later, mode=mode)] == [
            "Rent again"
        ]
    assert (
        found_messages(
            index,
            "rent",
            where=Filter(after_ns=FIRST_NS, before_ns=FIRST_NS + HOUR_NS, types=("md",)),
        )
        == []
    )
    doc = doc_id(str(inbox))
    assert index.catalog.documents(later) == Admitted(frozenset(), {doc: (3,)})
    assert index.catalog.documents(Filter(before_ns=FIRST_NS + HOUR_NS)) == Admitted(
        frozenset(), {doc: (0, 1)}
    )


def test_a_message_without_a_date_is_as_old_as_its_file(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "old.eml"
    file.write_text("Subject: Rent\n\nThe rent of the lease.\n")
    index.ingest([file])
    (hit,) = index.query("rent").hits
    stamp = file.stat().st_mtime_ns
    assert hit.modified[:4] >= "2024"
    assert found_messages(index, "rent", where=Filter(after_ns=stamp)) == [
        ("Rent", 1, hit.modified)
    ]
    assert found_messages(index, "rent", where=Filter(before_ns=stamp)) == []


def test_a_mailbox_that_grows_and_shrinks_keeps_its_messages_apart(
    index: Index, inbox: Path
) -> None:
    index.ingest([inbox.parent])
    inbox.write_text(
        "".join(LETTERS[1:]) + letter(5, "Tides", "The tide in the harbour turns every six hours.")
    )
    report = index.ingest([inbox.parent])
    assert (report.changed, report.added, report.removed) == (1, 0, 0)
    assert found_messages(index, "rent landlord")[0] == ("Rent", 1, "2026-11-02T11:00:00Z")
    assert found_messages(index, "harbour tide", limit=1) == [("Tides", 4, "2026-11-02T15:00:00Z")]
    inbox.write_text(LETTERS[3])
    index.ingest([inbox.parent])
    assert found_messages(index, "dough oven", limit=1) == [("Bread", 1, "2026-11-02T13:00:00Z")]
    assert [message.title for message in index.catalog.messages.of(doc_id(str(inbox)))] == ["Bread"]
    inbox.write_text("Subject: Rent\n\nOnly the rent is left in this file.\n")
    index.ingest([inbox.parent])
    assert [(title, number) for title, number, _ in found_messages(index, "rent")] == [("Rent", 1)]
    assert [message.start for message in index.catalog.messages.of(doc_id(str(inbox)))] == [0]


def test_a_file_that_is_no_mailbox_any_more_has_no_messages(index: Index, inbox: Path) -> None:
    file = inbox.rename(inbox.with_name("inbox"))
    index.ingest([file.parent])
    assert len(index.catalog.messages.of(doc_id(str(file)))) == 4
    file.write_text("Only the rent is left in this file.\n")
    index.ingest([file.parent])
    assert [(title, number) for title, number, _ in found_messages(index, "rent")] == [
        ("Only the rent is left in this file.", None)
    ]
    assert index.catalog.messages.of(doc_id(str(file))) == []


def test_a_forgotten_or_emptied_mailbox_loses_its_messages(index: Index, inbox: Path) -> None:
    other = inbox.with_name("other.mbox")
    other.write_text(LETTERS[3])
    index.ingest([inbox.parent])
    index.forget(inbox)
    assert index.catalog.messages.of(doc_id(str(inbox))) == []
    other.write_text("")
    index.ingest([inbox.parent])
    assert index.catalog.messages.of(doc_id(str(other))) == []


def test_a_copy_of_a_mailbox_has_the_same_messages_and_is_named_with_them(
    index: Index, inbox: Path, embedder: ToyEmbedder
) -> None:
    index.ingest([inbox.parent])
    copy, before = inbox.with_name("copy.mbox"), len(embedder.embedded)
    copy.write_text(inbox.read_text())
    assert index.ingest([inbox.parent]).copied == 1
    assert len(embedder.embedded) == before
    hits = index.query("rent landlord", limit=2).hits
    assert [(hit.title, hit.message, {hit.path, *hit.copies}) for hit in hits] == [
        ("Rent", 2, {str(inbox), str(copy)}),
        ("Rent again", 3, {str(inbox), str(copy)}),
    ]


def test_messages_with_the_same_text_are_one_hit_and_others_are_not(
    index: Index, tmp_path: Path
) -> None:
    body = (
        "Dear tenant, the rent for your flat in Quince Street was paid in time, thank you. "
        "The landlord got {} for it."
    )
    same = "From a@b Mon Nov  2 10:00:00 2026\nSubject: Rent\n\n{}\n\n"
    file = tmp_path / "rents.mbox"
    file.write_text("".join(same.format(body.format(amount)) for amount in ("800", "800", "810")))
    index.ingest([file])
    assert sorted((hit.message, hit.copies) for hit in index.query("rent landlord").hits) == [
        (1, ()),
        (3, ()),
    ]


def test_an_interrupted_run_gives_no_message_the_words_of_another(
    inbox: Path, tmp_path: Path
) -> None:
    """A mailbox is stored in batches, and its messages are noted with each batch."""
    with Catalog.open(tmp_path / "c", create=True) as catalog:
        old = [Message(1, 0, "a", None), Message(2, 50, "b", 7)]
        catalog.messages.put(9, [(0, old[0]), (1, old[0]), (2, old[1]), (3, old[1])])
        new = [Message(1, 0, "new", None), Message(2, 30, "newer", None)]
        catalog.messages.put(9, [(0, new[0])])
        catalog.messages.put(9, [(1, new[1])])
        assert catalog.messages.at([(9, 0), (9, 1), (9, 2), (9, 3), (8, 0)]) == {
            (9, 0): new[0],
            (9, 1): new[1],
            (9, 2): old[1],
            (9, 3): old[1],
        }
        catalog.messages.put(9, [(2, None)])
        catalog.messages.trim(9, 2)
        assert catalog.messages.of(9) == new


def test_an_index_of_an_older_version_gets_its_messages_by_the_next_ingest(
    index: Index, inbox: Path
) -> None:
    index.ingest([inbox.parent])
    with closing(sqlite3.connect(Path(index.path) / CATALOGUE)) as connection, connection:
        connection.execute("DROP TABLE messages")
        connection.execute("DROP TABLE page_labels")
        connection.execute("DROP INDEX documents_by_language")
        connection.execute("ALTER TABLE documents DROP COLUMN language")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("DELETE FROM settings WHERE key = 'recipes'")
        connection.execute(
            "INSERT INTO settings VALUES ('recipes', ?)",
            (json.dumps({str(inbox.parent): "older"}),),
        )
    index.close()
    assert found_messages(index, "dough oven", limit=1)[0][:2] == ("inbox", None)
    assert index.query("rent", where=Filter(after_ns=1)).hits
    index.ingest([inbox.parent])
    assert found_messages(index, "dough oven", limit=1)[0][:2] == ("Bread", 4)


def test_a_stored_passage_is_matched_by_the_subject_of_its_own_message(
    index: Index, inbox: Path
) -> None:
    index.ingest([inbox.parent])
    store: Store = index.store
    assert [row.terms.split("\n")[:2] for row in store.rows(doc_id(str(inbox)))] == [
        ["inbox", "The boiler"],
        ["inbox", "The boiler"],
        ["inbox", "Rent"],
        ["inbox", "Rent again"],
        ["inbox", "Bread"],
    ]


def test_the_command_line_names_the_message(tmp_path: Path, inbox: Path) -> None:
    def command(*arguments: str) -> str:
        done = docsearch("--index", str(tmp_path / "i"), *arguments, cwd=tmp_path)
        assert done.code == 0, done.err
        return done.out

    command("ingest", str(inbox.parent))
    answer = json.loads(command("query", "who raises the rent", "--json", "-n", "2"))
    assert [(hit["title"], hit["message"], hit["path"]) for hit in answer["hits"]] == [
        ("Rent", 2, str(inbox)),
        ("Rent again", 3, str(inbox)),
    ]
    assert command("query", "who raises the rent", "-l") == f"{inbox}\n"
    assert "The landlord may raise the rent" in command(
        "show", f"{inbox}:{answer['hits'][0]['line_end']}"
    )


def test_a_mailbox_with_one_more_message_costs_one_message(
    index: Index, inbox: Path, embedder: ToyEmbedder
) -> None:
    index.ingest([inbox.parent])
    embedder.embedded.clear()
    inbox.write_text(
        "".join(LETTERS[1:]) + letter(5, "Tides", "The tide in the harbour turns every six hours.")
    )
    index.ingest([inbox.parent])
    assert [text.split("\n")[0] for text in embedder.embedded] == ["Tides (2026-11-02)"]
    entry = index.catalog.entry(str(inbox))
    assert entry is not None
    texts = [embedded_text(row.passage) for row in index.store.rows(entry.doc)]
    assert entry.tokens == sum(map(len, embedder.tokenizer.spans(texts)))
    vectors = as_stored(embedder.embed_passages(texts)).tolist()
    assert [row.vector.tolist() for row in index.store.rows(entry.doc)] == vectors


def test_messages_and_vectors_stay_with_their_words_through_many_changes(
    index: Index, inbox: Path, embedder: ToyEmbedder
) -> None:
    """Each passage keeps its message and vector through changes of a mailbox.

    The first batches are small, so a change replaces the old rows in several steps.
    """
    chance = random.Random(7)
    words = ["boiler", "rent", "bread", "tide", "note", "river"]
    letters = [
        letter(0, f"Subject {n}", " ".join(chance.choices(words, k=30)) + ".") for n in range(40)
    ]
    for _ in range(6):
        chance.shuffle(letters)
        inbox.write_text("".join(letters[: chance.randrange(10, 40)]))
        index.ingest([inbox.parent])
        document = readers.read(inbox.read_bytes(), str(inbox))
        rows = list(index.store.rows(doc_id(str(inbox))))
        noted = index.catalog.messages.at((row.doc, row.passage.ordinal) for row in rows)
        for row in rows:
            starts = [message.start for message in document.messages]
            message = document.messages[bisect_right(starts, row.passage.char_start) - 1]
            assert noted[row.doc, row.passage.ordinal] == message
            assert row.passage.headings[0] == f"{message.title} (2026-11-02)"
        texts = [embedded_text(row.passage) for row in rows]
        vectors = as_stored(embedder.embed_passages(texts)).tolist()
        assert [row.vector.tolist() for row in rows] == vectors
