"""The vocabulary is an aid: a query warns where it is lost or damaged, and the next write mends it.

Until then queries find whole words, `status` tells of it, and no ingest fails.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.index import Index
from search.storage.vocabulary import Vocabulary
from search.storage.vocabulary_file import VocabularyFile
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules

from .settled import settle
from .test_reembedding import Models, WideEmbedder

HERE = Path(__file__).parent
DOCUMENTS = 12
HALF = DOCUMENTS // 2
HEALTH = (
    "queries find whole words only, since its list of words is missing or damaged; "
    "make it anew with: docsearch ingest"
)

# The vocabulary gets many words, and its process dies as soon as its file holds a part of them.
KILLED = """
import os, signal, sys, threading, time
from pathlib import Path
from search.storage import vocabulary_file
from search.storage.vocabulary import Vocabulary
vocabulary_file._CACHE_KIB = 64
folder, file = Path(sys.argv[1]), Path(sys.argv[1]) / "passages.words"
def kill():
    start = file.stat().st_size if file.exists() else 0
    while not file.exists() or file.stat().st_size < start + 500_000:
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=kill).start()
words = [f"wort{n}radiator{n * 7919}" for n in range(200_000)]
"""
IN_ADD = f"{KILLED}Vocabulary(folder, 'passages', lambda: ()).add(words)"
IN_MEND = f"{KILLED}Vocabulary(folder, 'passages', lambda: words).mend()"


def opened(place: Path, models: Models | None = None, **asked: str) -> Index:
    return Index(
        str(place), ModelChoice(**asked), models or Models(), PassageRules(), ModelChoice()
    )


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Documents that have `radiator` in a longer word only, half of them in a folder."""
    folder = tmp_path / "notes"
    (folder / "half").mkdir(parents=True)
    for number in range(DOCUMENTS):
        others = " ".join(f"zeile{(number * 400 + word) * 7919}" for word in range(400))
        file = folder / ("half" if number % 2 else ".") / f"{number:02}.txt"
        file.write_text(f"Heizungsradiator im Raum{number}. {others}\n")
    settle(folder)
    return folder


@pytest.fixture
def place(tmp_path: Path, notes: Path) -> Path:
    """The index of the notes."""
    with opened(tmp_path / "index") as index:
        index.ingest([notes])
    return tmp_path / "index"


def add_note(notes: Path) -> None:
    (notes / "new.txt").write_text("Der Handtuchradiator ist neu.\n")


def found(place: Path, text: str) -> tuple[int, tuple[str, ...]]:
    """The number of documents that the words of a query find, and its warnings."""
    with opened(place) as index:
        result = index.query(text, mode="text", limit=2 * DOCUMENTS, per_file=1)
    return len(result.hits), result.warnings


def health(place: Path) -> str:
    with opened(place) as index:
        return index.status().health


def vocabulary_files(place: Path) -> list[str]:
    return sorted(path.name for path in place.glob("*words*"))


def kill(script: str, place: Path) -> None:
    command = [sys.executable, "-c", script, str(place)]
    killed = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert "passages.words-journal" in vocabulary_files(place)


def delete(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def replace_by_text(file: Path) -> None:
    file.write_bytes(b"no database at all" * 1000)


def overwrite_all_but_the_first_page(file: Path, content: bytes) -> None:
    size = file.stat().st_size
    with file.open("r+b") as target:
        target.seek(4096)
        target.write(content * (size - 4096))


def zero(file: Path) -> None:
    overwrite_all_but_the_first_page(file, b"\0")


def garble(file: Path) -> None:
    overwrite_all_but_the_first_page(file, b"\xa5")


def replace_by_another_database(file: Path) -> None:
    file.unlink()
    connection = sqlite3.connect(file)
    connection.executescript("CREATE TABLE other (name TEXT); PRAGMA user_version = 1;")
    connection.close()


def lose_the_version_of_the_parts(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.executescript("PRAGMA writable_schema = ON; DELETE FROM parts_config;")
    connection.close()


DAMAGES = [
    delete,
    empty,
    truncate,
    replace_by_text,
    zero,
    garble,
    replace_by_another_database,
    lose_the_version_of_the_parts,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_vocabulary_warns_and_the_next_ingest_mends_it(
    place: Path, notes: Path, damage: Callable[[Path], None]
) -> None:
    assert found(place, "radiator") == found(place, "heizungs*") == (DOCUMENTS, ())
    damage(place / "passages.words")
    for text in ("radiator", "heizungs*"):
        hits, (warning,) = found(place, text)
        assert hits == 0
        assert warning.startswith("only whole words were looked for: passages.words is ")
        assert warning.endswith("; run: docsearch ingest, which makes it anew")
    assert found(place, "Heizungsradiator")[0] == DOCUMENTS
    assert health(place) == HEALTH
    # An ingest that finds nothing new mends it as well.
    with opened(place) as index:
        report = index.ingest()
    assert (report.unchanged, report.failed, report.warnings) == (DOCUMENTS, (), ())
    assert found(place, "radiator") == found(place, "heizungs*") == (DOCUMENTS, ())
    assert (health(place), vocabulary_files(place)) == ("ok", ["passages.words"])
    assert (place / "passages.words").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", [delete, truncate, garble])
def test_damage_that_no_query_has_met_ends_no_write(
    place: Path, notes: Path, damage: Callable[[Path], None]
) -> None:
    damage(place / "passages.words")
    add_note(notes)
    with opened(place) as index:
        assert (index.ingest().added, index.forget(str(notes / "half"))) == (1, HALF)
    assert found(place, "radiator") == (HALF + 1, ())


def test_a_writer_that_was_killed_leaves_a_whole_vocabulary(place: Path, notes: Path) -> None:
    kill(IN_ADD, place)
    with opened(place) as index:
        assert index.forget(str(notes / "half")) == HALF
    assert found(place, "radiator") == found(place, "heizungs*") == (HALF, ())
    add_note(notes)
    with opened(place) as index:
        assert index.ingest().added == 1
    assert found(place, "radiator") == (HALF + 1, ())
    assert found(place, "wort1*") == (0, ())
    assert health(place) == "ok"


def test_a_query_after_a_kill_finds_the_earlier_documents(place: Path) -> None:
    kill(IN_ADD, place)
    assert health(place) == "ok"
    assert found(place, "radiator") == found(place, "heizungs*") == (DOCUMENTS, ())


def test_a_writer_that_was_killed_while_it_mended_leaves_the_mending_to_the_next(
    place: Path,
) -> None:
    (place / "passages.words").unlink()
    kill(IN_MEND, place)
    hits, (warning,) = found(place, "radiator")
    assert (hits, "passages.words is half made" in warning) == (0, True)
    assert health(place) == HEALTH
    with opened(place) as index:
        assert index.ingest().warnings == ()
    assert found(place, "radiator") == (DOCUMENTS, ())
    assert health(place) == "ok"


def test_a_vocabulary_that_cannot_be_written_ends_no_write(place: Path, notes: Path) -> None:
    (place / "passages.words").unlink()
    (place / "passages.words" / "inside").mkdir(parents=True)
    add_note(notes)
    with opened(place) as index:
        report = index.ingest()
        assert report.added == 1
        (warning,) = report.warnings
        assert warning.startswith("queries find whole words only: ")
        assert "Is a directory" in warning
        assert index.forget(str(notes / "half")) == HALF
    assert found(place, "Handtuchradiator")[0] == 1
    assert health(place) == HEALTH


def test_a_vocabulary_that_another_program_locks_ends_nothing(place: Path, notes: Path) -> None:
    other = sqlite3.connect(place / "passages.words", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    hits, (warning,) = found(place, "heizungs*")
    assert (hits, "another docsearch is writing" in warning) == (0, True)
    assert time.monotonic() - started < 10
    add_note(notes)
    with opened(place) as index:
        assert index.ingest().added == 1
    assert found(place, "radiator") == (DOCUMENTS + 1, ())
    other.close()


def test_a_user_who_may_only_read_is_warned() -> None:
    script = (
        # The other user may not be able to import what Python imports late.
        "import os, sqlite3, sys, urllib.parse\nfrom pathlib import Path\n"
        "from search.errors import IndexDamaged\n"
        "from search.storage.vocabulary import Vocabulary\n"
        "vocabulary = Vocabulary(Path(sys.argv[1]), 'passages', lambda: ())\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: vocabulary.related(['radiator'])\n"
        "except IndexDamaged as error: print(error.hint)\n"
    )
    # Other users may not enter the folders of pytest.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Vocabulary(folder, "passages", lambda: ("Heizungsradiator",)).mend()
        garble(folder / "passages.words")
        (folder / "passages.words").chmod(0o444)
        folder.chmod(0o555)
        command = [sys.executable, "-c", script, name]
        done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == ("run: docsearch ingest, which makes it anew\n", "")
        assert vocabulary_files(folder) == ["passages.words"]
        folder.chmod(0o700)


@pytest.fixture
def interrupted(place: Path) -> Iterator[Path]:
    """The index after a change of models that was interrupted in the middle."""
    with (
        opened(place, Models(WideEmbedder(patience=9)), embedder="o/wide") as index,
        pytest.raises(KeyboardInterrupt),
    ):
        index.ingest(reembed=True)
    yield place


def test_a_change_of_models_keeps_the_vocabulary_in_use(interrupted: Path) -> None:
    assert vocabulary_files(interrupted) == ["passages-2.words", "passages.words"]
    assert VocabularyFile(interrupted, "passages-2").is_whole()
    assert found(interrupted, "radiator") == found(interrupted, "heizungs*") == (DOCUMENTS, ())
    with opened(interrupted) as index:
        assert index.ingest(reembed=True).reembedded == DOCUMENTS
    assert vocabulary_files(interrupted) == ["passages-2.words"]
    assert found(interrupted, "radiator") == found(interrupted, "heizungs*") == (DOCUMENTS, ())


def test_a_change_of_models_that_is_given_up_leaves_no_vocabulary(interrupted: Path) -> None:
    with opened(interrupted, profile="starter") as index:
        assert index.ingest(reembed=True).reembedded == 0
    assert vocabulary_files(interrupted) == ["passages.words"]
    assert found(interrupted, "radiator") == (DOCUMENTS, ())
