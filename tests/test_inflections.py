"""Words are found in other forms, in the language of their document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from search.index import Index
from search.query.legs import grouped
from search.query.marker import Marker
from search.query.query_text import understand
from search.storage.catalog import Catalog
from search.text.passages import PassageRules
from search.text.spelling import folded, normalise
from search.text.stems import STEMMERS, stem, stem_terms
from search.text.terms import passage_terms, query_stems

from .test_catalog import entry
from .test_languages import SENTENCES
from .toys import ToyEmbedder

DOCUMENTS = {
    "da.txt": "Det er bogens titler, som ikke kan læses, men det blev skrevet af en mand.",
    "de.txt": "Die Häuser in dieser Straße sind alt, und sie haben für die Katzen einen Garten.",
    "en.txt": "The batteries of the lamps were charged twice, and they are on a shelf by the door.",
    "es.txt": "Los libros que están en la mesa son de las profesoras, y no hay más para los niños.",
    "fi.txt": "Se on talossa, jossa ei ole ollut ovia, mutta kirjat ovat hyllyllä ja hän lukee ne.",
    "fr.txt": "Les maisons de cette rue sont anciennes et les chevaux ne sont pas dans le jardin.",
    "hu.txt": "A könyvek az asztalon vannak, és a házakban nem volt már senki, ha este lett.",
    "it.txt": "I libri che sono sul tavolo non sono della ragazza, ma il gatto li ha anche letti.",
    "nl.txt": "De huizen in deze straat zijn oud en de katten zijn niet in het gras van de tuin.",
    "pl.txt": "Na stole są książki, których nie ma już w sklepach, ale czy to jest ważne?",
    "pt.txt": "Os livros que estão na mesa são das professoras e não há mais para os meninos.",
    "ro.txt": "Cărțile care sunt pe masă nu au fost citite de elevi, dar o să le citească și el.",
    "sv.txt": "Flickorna har läst böckerna som är på bordet, men de är inte till för hundarna.",
    "tr.txt": "Kitaplar masanın üzerinde ve bu evde çok kişi var ama bir kedi için yer yok.",
}

FOUND = {
    "da.txt": ["bog", "skrev manden"],
    "de.txt": ["Haus", "häusern", "HAUSES", "Katze", "Haeuser"],
    "en.txt": ["battery", "charging", "lamp"],
    "es.txt": ["libro", "profesor", "niña"],
    "fi.txt": ["talo", "kirja"],
    "fr.txt": ["maison", "ancienne", "ancien", "rues"],
    "hu.txt": ["könyv", "ház"],
    "it.txt": ["ragazze", "gatti", "tavoli"],
    "nl.txt": ["huis", "huizen"],
    "pl.txt": ["książka", "sklep"],
    "pt.txt": ["livro", "menino"],
    "ro.txt": ["elev", "masa"],
    "sv.txt": ["flicka", "bord", "hund"],
    "tr.txt": ["kitap"],
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    place = tmp_path_factory.mktemp("inflections")
    folder = place / "documents"
    folder.mkdir()
    for name in ("de.txt", "en.txt", "fr.txt", "hu.txt", "pl.txt", "sv.txt"):
        (folder / name).write_text(DOCUMENTS[name], encoding="utf-8")
    with Index(str(place / "index"), None, lambda name: ToyEmbedder(), PassageRules()) as index:
        index.ingest([folder])
        yield index


def test_each_document_has_its_language(index: Index) -> None:
    assert index.status().languages == tuple(
        (language, 1) for language in ("de", "en", "fr", "hu", "pl", "sv")
    )


@pytest.mark.parametrize("language", sorted(FOUND))
def test_another_form_of_a_word_is_found_and_marked(tmp_path: Path, language: str) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / language).write_text(DOCUMENTS[language], encoding="utf-8")
    (folder / "other.txt").write_text("The tide in the harbour turns.", encoding="utf-8")
    with Index(str(tmp_path / "index"), None, lambda name: ToyEmbedder(), PassageRules()) as index:
        index.ingest([folder])
        for query in FOUND[language]:
            hits = index.query(query, mode="text").hits
            assert [Path(hit.path).name for hit in hits][:1] == [language], query
            assert hits[0].highlights, query


def test_words_of_several_languages_are_found_in_one_index(index: Index) -> None:
    found = {
        query: Path(index.query(query, mode="text").hits[0].path).name
        for query in ("Haus", "maison", "könyv", "battery", "flicka", "książka")
    }
    assert found == {
        "Haus": "de.txt",
        "maison": "fr.txt",
        "könyv": "hu.txt",
        "battery": "en.txt",
        "flicka": "sv.txt",
        "książka": "pl.txt",
    }


def test_an_index_of_english_alone_is_as_without_stems() -> None:
    text = "The batteries were charged; les maisons."
    expected = f"a\nTitle\n{text}\n".rstrip()
    assert passage_terms("Title", (), text, "a.txt", "en") == expected
    assert passage_terms("Title", (), text, "a.txt") == expected
    assert understand("batteries", languages={"en": 1.0}).stems == ()
    assert understand("batteries").stems == ()


def test_the_stems_of_a_passage_stand_behind_its_words() -> None:
    terms = passage_terms("Die Häuser", ("Am Weg",), "2024: Häuser und Katzen", "x.txt", "de")
    assert terms == (
        "x\ndie hauser\nam weg\n2024: hauser und katzen\n0dehaus 0dehaus 0dekatz 0deweg"
    )


def test_a_query_has_stems_in_the_languages_of_the_documents() -> None:
    assert query_stems(["Häuser", "der", "2024", "дом"], ["de", "en", "fr", "ru"]) == (
        "0dehaus",
        "0frhaus",
        "0frder",
    )


@pytest.mark.parametrize("language", sorted(STEMMERS))
def test_each_language_with_a_stemmer_has_stems(language: str) -> None:
    words = [normalise(word.strip(".,")).lower() for word in SENTENCES[language].split()]
    stems = [stem(word, language) for word in words]
    assert "" in stems
    assert any(one and one != folded(word) for word, one in zip(words, stems, strict=True))
    assert all(term.startswith(f"0{language}") for term in stem_terms(words, language))


def test_words_are_marked_by_the_stems_of_these_languages_only() -> None:
    text = "Die Häuser und les maisons"

    def marked(query: str, *languages: str) -> list[str]:
        marker = Marker(understand(query, languages=dict.fromkeys(languages, 0.5)))
        return [text[start:end] for start, end in marker.ranges(text)]

    assert marked("Haus") == marked("Haus", "it") == []
    assert marked("Haus", "it", "de") == ["Häuser"]
    assert Marker(understand("Haus maison", languages={"de": 1.0})).all_in(text)


def test_the_shares_of_the_languages_of_most_documents(tmp_path: Path) -> None:
    with Catalog.open(tmp_path, create=True) as catalog:
        assert catalog.languages.shares() == {}
        catalog.put([entry("/a"), entry("/b", language="sv"), entry("/c", language="de")])
        catalog.put([entry("/d", language="sv"), entry("/e", language="en")])
        assert catalog.languages.shares() == {"sv": 0.5, "de": 0.25, "en": 0.25}
        others = ("cs", "da", "es", "et", "fi", "fr", "hu", "it", "nl", "pl", "pt")
        for language in others:
            catalog.put([entry(f"/{language}{number}", language=language) for number in range(3)])
        assert list(catalog.languages.shares()) == [*others, "sv"]
        catalog.put([entry(f"/en{number}", language="en") for number in range(1963)])
        shares = catalog.languages.shares()
        # Of 1,964 documents in English 1,000 are counted.
        assert (list(shares)[0], shares["en"]) == ("en", 1000 / 1036)


@pytest.mark.parametrize(
    ("query", "languages"),
    [
        # The function words of a query tell its language, among those of the documents.
        ("Wann wurde das Haus gebaut?", {"de": 1.0}),
        ("Welche Häuser?", {"de": 1.0}),
        ("¿Cuándo fue construida la casa?", {"es": 1.0}),
        ("when was the house built", {}),
        ("what is a Haus", {}),
        # No function word, and as many of two languages.
        ("Haus", {"de": 0.2, "es": 0.1}),
        ("the und", {"de": 0.2, "es": 0.1}),
        ("дом", {"de": 0.2, "es": 0.1}),
        ("", {"de": 0.2, "es": 0.1}),
    ],
)
def test_a_query_is_in_one_language_of_the_documents_or_in_any(
    query: str, languages: dict[str, float]
) -> None:
    shares = {"en": 0.6, "de": 0.2, "es": 0.1, "ru": 0.1}
    assert understand(query, languages=shares).spoken == languages


def test_an_english_question_is_as_in_an_index_of_english() -> None:
    question = "when were the houses built"
    query = understand(question, languages={"de": 0.5, "en": 0.5})
    assert grouped(query) == grouped(understand(question)) == ((1.0, "houses built"),)
    assert query.stems == ()


def test_a_word_and_its_stem_share_the_weight() -> None:
    def groups(**languages: float) -> tuple[tuple[float, str], ...]:
        return grouped(understand("Häuser", languages=languages))

    assert groups(en=1.0) == ((1.0, "hauser haeuser"),)
    assert groups(de=1.0) == ((0.5, "hauser haeuser 0dehaus"),)
    assert groups(de=0.5, en=0.5) == ((0.75, "hauser haeuser"), (0.5, "0dehaus"))
