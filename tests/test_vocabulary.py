"""Words of the index are found by their parts."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from search.errors import IndexDamaged
from search.storage.vocabulary import MAX_RELATED, Vocabulary

GERMAN = (
    "Krankenversicherung und Haftpflichtversicherungen: der Beitrag zur Versicherungssumme\n"
    "Rente Kesselaustausch"
)


FILE = "passages.words"


def vocabulary_of(folder: Path, *texts: str) -> Vocabulary:
    """The vocabulary of a table whose passages have these texts."""
    return Vocabulary(folder, "passages", lambda: texts)


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    vocabulary = vocabulary_of(tmp_path)
    vocabulary.add([GERMAN, "authentication, AUTHORS and an author; support ports"])
    return vocabulary


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (
            "Versicherung",
            ["versicherungssumme", "krankenversicherung", "haftpflichtversicherungen"],
        ),
        ("Kessel", ["kesselaustausch"]),
        ("austausch", ["kesselaustausch"]),
        ("auth", ["author", "authors", "authentication"]),
        ("aut", []),
        ("port", []),
        ("author", []),
        ("uthors", ["authors"]),
        ("Rentenbeitrag", ["beitrag", "rente"]),
        ("Krankenversicherungsbeitrag", ["krankenversicherung", "beitrag"]),
        ("nothing", []),
        ("authored", []),
        ("supporting", []),
        ("unauthorsed", []),
        ('"OR*', []),
        ("", []),
    ],
)
def test_a_word_that_no_passage_has_finds_related_words(
    vocabulary: Vocabulary, word: str, expected: list[str]
) -> None:
    assert vocabulary.related([word]) == expected


def test_a_beginning_finds_its_words_even_where_it_is_a_word(vocabulary: Vocabulary) -> None:
    assert vocabulary.related(["author"], ["author"]) == ["authors"]
    assert vocabulary.related([], ["au"]) == ["author", "authors", "authentication"]


def test_words_that_no_passage_has_any_more_are_dropped(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    later = vocabulary_of(tmp_path, "Reiseversicherung")
    later.rebuild()
    later.add(["Authentisch"])
    assert later.related(["versicherung", "auth"]) == ["reiseversicherung", "authentisch"]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    later = vocabulary_of(tmp_path)
    later.rebuild()
    assert later.related(["versicherung", "auth"]) == []


def test_words_are_added_once_by_several_writers(vocabulary: Vocabulary, tmp_path: Path) -> None:
    vocabulary.add(["Lebensversicherung author"])
    vocabulary_of(tmp_path).add(["Reiseversicherung", "author"])
    assert vocabulary.related(["versicherung"]) == [
        "reiseversicherung",
        "lebensversicherung",
        "versicherungssumme",
        "krankenversicherung",
        "haftpflichtversicherungen",
    ]


def test_only_the_shortest_words_are_given(tmp_path: Path) -> None:
    vocabulary = vocabulary_of(tmp_path)
    vocabulary.add(
        [" ".join("versicherung" + "x" * number for number in range(1, 29)), "aversicherung " * 3]
    )
    vocabulary.add([" ".join("b" * number + "versicherung" for number in range(1, 29))])
    found = vocabulary.related(["versicherung"])
    assert (len(found), max(map(len, found)) < 12 + 28) == (MAX_RELATED, True)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    vocabulary = vocabulary_of(tmp_path)
    assert vocabulary.related(["von", "12"]) == []
    with pytest.raises(IndexDamaged, match=f"^{FILE} is missing .*; run: docsearch ingest, which"):
        vocabulary.related(["versicherung"])
    assert os.listdir(tmp_path) == []


def test_a_passage_of_short_words_makes_a_whole_vocabulary(tmp_path: Path) -> None:
    vocabulary = vocabulary_of(tmp_path)
    vocabulary.mend()
    vocabulary.add(["12 ab"])
    assert vocabulary.related(["versicherung"], ["auth"]) == []


def test_a_damaged_file_is_named_and_made_anew(vocabulary: Vocabulary, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    with pytest.raises(IndexDamaged, match=f"^{FILE} is damaged .*; run: docsearch ingest, which"):
        vocabulary.related(["versicherung"])
    later = vocabulary_of(tmp_path, "Reiseversicherung")
    later.add(["Lebensversicherung"])
    assert later.related(["versicherung"]) == ["reiseversicherung", "lebensversicherung"]
    assert later.trouble == ""


def test_the_changes_of_a_killed_writer_are_rolled_back(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    script = (
        "import os, sqlite3, sys; connection = sqlite3.connect(sys.argv[1]); "
        "connection.execute('PRAGMA cache_size = 1');"
        "connection.executemany('INSERT INTO words (word) VALUES (?)', "
        "((f'versicherung{n}',) for n in range(9999))); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / FILE)], check=False)
    assert (tmp_path / f"{FILE}-journal").exists()
    assert vocabulary.related(["Kessel"]) == ["kesselaustausch"]
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        assert connection.execute(
            "SELECT count(*) FROM words WHERE word LIKE 'versicherung%'"
        ).fetchone() == (1,)
    connection.close()
