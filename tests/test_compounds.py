"""A word finds the compounds that have it as a part, where documents write them as one word."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.index import Index
from search.query.compound_parts import COMPOUND_WORDS, compound_parts
from search.query.query_text import understand
from search.storage.compounds import MAX_COMPOUNDS, is_compound
from search.storage.vocabulary import Vocabulary
from search.text.passages import PassageRules

from .toys import ToyEmbedder


@pytest.mark.parametrize(
    ("word", "part", "expected"),
    [
        ("obstbaumschnitt", "baum", True),
        ("apfelbaumen", "baum", True),
        ("baumart", "baum", True),
        ("waldbaum", "baum", True),
        ("kindergarten", "kind", True),
        ("baumen", "baum", False),
        ("baum", "baum", False),
        # The letters stand in these words by chance, or another word was made of the word.
        ("schweine", "wein", False),
        ("verein", "rein", False),
        ("chaussee", "haus", False),
        ("landung", "land", False),
        ("kindheit", "kind", False),
        ("xyzzbaum", "baum", True),
        ("bcdfbaum", "baum", False),
    ],
)
def test_a_compound_is_made_of_words(word: str, part: str, expected: bool) -> None:
    assert is_compound(word, part) is expected


def test_the_words_of_the_passages_are_looked_through(tmp_path: Path) -> None:
    vocabulary = Vocabulary(tmp_path, "passages", lambda: ())
    vocabulary.add(["Obstbaumschnitt Baum Waldbaume Hausturschlussel abbaumen 0debaum"])
    assert vocabulary.compounds({"baum": ["baum"], "hauser": ["haus"], "reh": ["reh"]}) == (
        ["hausturschlussel"],
        ["waldbaume", "obstbaumschnitt"],
    )
    assert vocabulary.compounds({}) == ([], [])
    assert vocabulary.compounds({"baum": []}) == ([], [])
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary.add([" ".join(f"wald{letter}uhr{'e' * n}" for n, letter in enumerate(letters))])
    assert len(vocabulary.compounds({"wald": ["wald"]})[0]) == MAX_COMPOUNDS


@pytest.mark.parametrize(
    ("query", "languages", "parts"),
    [
        ("Häuser am Baum", ("de",), {"hauser": ["haus"], "baum": ["baum"]}),
        ("Häuser", ("de", "nl"), {"hauser": ["haus"]}),
        # A function word, a short word, numbers and other letters.
        ("über Öl 2024 деревья", ("de",), {"ol": ["ol"]}),
        ("trees", ("en", "fr"), {}),
        ("trees", (), {}),
    ],
)
def test_a_word_stands_in_compounds_by_its_stem(
    query: str, languages: tuple[str, ...], parts: dict[str, list[str]]
) -> None:
    shares = dict.fromkeys(languages, 1 / max(len(languages), 1))
    assert compound_parts(understand(query, languages=shares)) == parts


def test_the_first_words_of_a_long_query_stand_in_compounds() -> None:
    words = [f"{letter}baum" for letter in "abcdefghijklmnopqrst"]
    parts = compound_parts(understand(" ".join(words), languages={"de": 1.0}))
    assert list(parts) == words[:COMPOUND_WORDS]


DOCUMENTS = {
    "de/schnitt.txt": "Der Obstbaumschnitt ist im Winter zu machen, und nicht erst im Sommer.",
    "de/wald.txt": "Ein Baum im Wald ist alt, und er wird nicht von uns geschnitten.",
    "de/stall.txt": "Die Schweine sind in dem Stall, und sie werden von dem Bauern gefüttert.",
    "sv/vara.txt": "Det är äppelträden i trädgården som har blivit gamla, och de är inte våra.",
    "nl/tuin.txt": "De appelbomen in de tuin zijn oud en ze worden niet meer door ons gesnoeid.",
    "da/by.txt": "Det er skolebøgerne, som ikke er her, og de blev købt af en mand fra byen.",
    "no/per.txt": "Det er skolebøkene som ikke er her, og de ble kjøpt av en mann som het Per.",
}


def found(index: Index, query: str) -> list[str]:
    return [Path(hit.path).name for hit in index.query(query, mode="text", limit=9).hits]


@pytest.mark.parametrize(
    ("language", "query", "names"),
    [
        ("de", "Baum", ["wald.txt", "schnitt.txt"]),
        ("de", "Bäume", ["wald.txt", "schnitt.txt"]),
        ("de", "Schnitt", ["schnitt.txt"]),
        ("de", "Wein", []),
        ("sv", "träd", ["vara.txt"]),
        ("nl", "bomen", ["tuin.txt"]),
        ("da", "bøger", ["by.txt"]),
        ("no", "bok", []),
    ],
)
def test_a_word_finds_compounds_behind_the_word_itself(
    tmp_path: Path, language: str, query: str, names: list[str]
) -> None:
    for name, text in DOCUMENTS.items():
        if name.startswith(language):
            (tmp_path / "notes").mkdir(exist_ok=True)
            (tmp_path / "notes" / name[3:]).write_text(text, encoding="utf-8")
    with Index(str(tmp_path / "index"), None, lambda name: ToyEmbedder(), PassageRules()) as index:
        index.ingest([tmp_path / "notes"])
        assert dict(index.status().languages).keys() == {language}
        assert found(index, query) == names
        for hit in index.query(query, mode="text").hits:
            assert hit.highlights
