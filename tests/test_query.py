"""Queries of an index: their modes, filters, scores and hits."""

import math
import os
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from search.documents import File, Passage, Row, passage_id
from search.errors import UsageError
from search.index import Index
from search.results import Explanation, Scores
from search.storage.catalog import Catalog
from search.storage.entries import Entry, EntryState, doc_id
from search.storage.filters import Filter
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules
from tui.output import explanation_lines

from .app_driver import a_hit
from .conftest import NOTES
from .toys import ToyEmbedder


@pytest.fixture
def filled(index: Index, notes: Path) -> Index:
    for number, path in enumerate(sorted(notes.rglob("*.*"))):
        os.utime(path, (1_700_000_000 + number * 86_400,) * 2)
    index.ingest([notes])
    return index


def names(index: Index, notes: Path, text: str, **options: object) -> list[str]:
    return [os.path.relpath(hit.path, notes) for hit in index.query(text, **options).hits]  # type: ignore[arg-type]


def test_a_hit_has_its_place_scores_and_explanation(filled: Index, notes: Path) -> None:
    result = filled.query("when does the tide turn", limit=1, explain=True)
    assert (result.query, result.mode, result.reranked, result.model, result.reranker) == (
        "when does the tide turn",
        "hybrid",
        False,
        "toy",
        None,
    )
    (hit,) = result.hits
    entry = filled.catalog.entry(str(notes / "sea.rst"))
    assert entry is not None
    text = NOTES["sea.rst"].strip()
    assert (hit.rank, hit.id, hit.path, hit.root, hit.title) == (
        1,
        passage_id(entry.doc, 0),
        str(notes / "sea.rst"),
        str(notes),
        "Tides",
    )
    assert (hit.headings, hit.page, hit.kind, hit.modified) == (
        ("Tides",),
        None,
        "rst",
        "2023-11-17T22:13:20Z",
    )
    assert (hit.text, hit.char_start, hit.char_end, hit.line_start, hit.line_end) == (
        text,
        0,
        len(text),
        1,
        4,
    )
    assert [text[start:end] for start, end in hit.highlights] == ["Tides", "tide", "turns"]
    # The query's vector is (tide, 1)/√2, the passage's (tide + harbour, 1)/√5: the toy does not
    # know the word "Tides".
    cosine = 3 / 10**0.5
    assert hit.scores.vector == pytest.approx(cosine)
    assert hit.scores.text is not None
    # Two words, tide and turn, among four passages are matched in full at 2 * 0.8 * ln 5.
    full = max(1.6 * math.log(5), hit.scores.text)
    # No other document has any of the words, and the feedback comes from this hit alone: it is 0.
    weight = 0.06 + 0.2 * hit.scores.text / full
    assert hit.scores.fused == pytest.approx(cosine + weight * hit.scores.text / full)
    assert hit.explanation == Explanation(
        1, 1, 1.0, pytest.approx(weight), pytest.approx(full), 0.0, False, pytest.approx(0.0)
    )


@pytest.mark.parametrize("mode", ["hybrid", "vector", "text"])
def test_each_mode_finds_the_passage(filled: Index, notes: Path, mode: str) -> None:
    assert names(filled, notes, "rent", mode=mode)[0] == "house/lease.txt"


def test_a_mode_leaves_out_the_scores_that_it_does_not_compute(filled: Index) -> None:
    text = filled.query("rent", mode="text").hits[0].scores
    vector = filled.query("rent", mode="vector").hits[0].scores
    assert text == Scores(None, text.text, None, None)
    assert vector == Scores(vector.vector, None, None, None)


def test_text_mode_needs_no_model(filled: Index, notes: Path) -> None:
    def no_model(name: str) -> ToyEmbedder:
        raise AssertionError("the model was asked for")

    with Index(filled.path, None, no_model, filled.rules) as other:
        assert names(other, notes, "sourdough", mode="text") == ["kitchen/bread.md"]


def test_filters_apply_before_the_best_are_taken(filled: Index, notes: Path) -> None:
    everything = 0.0
    for where, expected in [
        (Filter(paths=("house/**",)), {"house/boiler.md", "house/lease.txt"}),
        (Filter(paths=("*.rst", "kitchen")), {"sea.rst", "kitchen/bread.md"}),
        (Filter(types=("md",)), {"house/boiler.md", "kitchen/bread.md"}),
        (Filter(after_ns=(1_700_000_000 + 2 * 86_400) * 10**9), {"kitchen/bread.md", "sea.rst"}),
        (Filter(before_ns=(1_700_000_000 + 86_400) * 10**9), {"house/boiler.md"}),
        (Filter(paths=("nowhere/**",)), set()),
    ]:
        assert set(names(filled, notes, "tide", where=where, min_score=everything)) == expected
        assert (
            set(names(filled, notes, "tide", where=where, min_score=everything, mode="vector"))
            == expected
        )


def test_min_score_and_limit_bound_the_hits(filled: Index, notes: Path) -> None:
    result = filled.query("rent lease landlord", min_score=0.0)
    assert len(result.hits) == 4
    threshold = result.hits[0].score - 1e-9
    assert names(filled, notes, "rent lease landlord", min_score=threshold) == ["house/lease.txt"]
    assert len(filled.query("rent", limit=2, min_score=0.0).hits) == 2
    assert all(0 <= hit.score <= 1 for hit in result.hits)


def test_queries_of_every_shape_are_answered(filled: Index) -> None:
    for text in (
        '"quoted',
        "AND OR NOT (",
        "a" * 100_000,
        "the " * 25_000,
        "\x00\ud800",
        "日本語",
        "🙂",
        "-",
        "*",
    ):
        filled.query(text)
    for text in ("", "  \n"):
        with pytest.raises(UsageError, match="the query is empty; type what you are looking for"):
            filled.query(text)


def test_a_document_is_given_as_indexed(filled: Index, notes: Path) -> None:
    stored = filled.document(notes / "house/boiler.md")
    assert (stored.path, stored.kind, stored.title, stored.pages) == (
        str(notes / "house/boiler.md"),
        "markdown",
        "Boiler",
        (),
    )
    assert stored.text == NOTES["house/boiler.md"].rstrip("\n")
    hit = filled.query("radiators", limit=1).hits[0]
    assert stored.text[hit.char_start : hit.char_end] == hit.text == filled.passage(hit.id).text
    with pytest.raises(UsageError, match="is not in the index; see why: docsearch check"):
        filled.document(notes / "none.md")
    with pytest.raises(UsageError, match="there is no passage 0000000000000000-0"):
        filled.passage("0000000000000000-0")


def test_an_index_serves_several_threads(filled: Index) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(
                lambda text: filled.query(text).hits[0].title,
                ["tide", "bread", "rent", "boiler"] * 5,
            )
        )
    assert answers == ["Tides", "Sourdough", filled.query("rent").hits[0].title, "Boiler"] * 5


def test_a_reader_sees_what_another_index_object_ingests(filled: Index, notes: Path) -> None:
    assert filled.query("velodrome", mode="text").hits == ()
    (notes / "cycling.md").write_text("# Velodrome\n\nThe track is 250 m long.\n")
    with Index(filled.path, None, lambda name: ToyEmbedder(), filled.rules) as writer:
        writer.ingest()
    assert names(filled, notes, "velodrome", mode="text") == ["cycling.md"]


def test_a_part_of_a_long_document_is_made_of_the_passages_there(index: Index, notes: Path) -> None:
    index.ingest([notes])
    name, lines = str(notes / "book.txt"), 40_000
    text = [f"line {number} of a very long book" for number in range(1, lines + 1)]
    rows, start = [], 0
    for ordinal in range(lines // 10):
        words = "\n".join(text[10 * ordinal : 10 * ordinal + 10])
        first = 10 * ordinal + 1
        passage = Passage(
            ordinal, words, (), ordinal // 100 + 1, first, first + 9, start, start + len(words)
        )
        rows.append(Row(doc_id(name), passage, "book", index.embedder.embed_query("book")))
        start += len(words) + 2
    with Catalog.open(index.path, write=True) as catalog:
        store = index.opened.open_for_writing(catalog)
        store.upsert(rows)
        store.sync()
        file = File(name, str(notes), start, 0, 0, 0)
        entry = Entry(
            file,
            doc_id(name),
            kind="text",
            title="book",
            passages=len(rows),
            state=EntryState.COMPLETE,
        )
        catalog.put([entry])
    whole = index.document(name)
    middle = whole.text.index("line 20000 of")
    part = index.part(name, chars=(middle, middle + 1000))
    assert len(part.text) <= 1000 + 2 * 330
    assert part.text == whole.text[part.char_start : part.char_end]
    assert (part.line_start, part.lines, part.chars, part.page_count) == (
        19_991,
        lines,
        len(whole.text),
        40,
    )
    assert part.pages == (part.char_start,) * 20 + (whole.pages[20],)
    assert index.part(name, lines=(20_005, 20_006)).text.split("\n") == text[20_000:20_010]
    assert index.part(name, chars=(0, 50)).text == "\n".join(text[:10])
    beyond = index.part(name, chars=(10**8, 10**8 + 50))
    assert (beyond.text, beyond.lines) == ("", lines)
    # While the document is read anew, its number of passages is not known yet.
    with Catalog.open(index.path, write=True) as catalog:
        catalog.put([replace(entry, passages=0, state=EntryState.PENDING)])
    assert index.part(name, chars=(0, 50)).lines == lines


def test_a_query_sees_new_passages_while_their_ingest_goes_on(index: Index, notes: Path) -> None:
    index.ingest([notes])
    for number in range(100):
        (notes / f"{number:03}.md").write_text(f"# Note {number}\n\nA quince number {number}.\n")
    found: list[int] = []
    index.ingest(
        on_progress=lambda progress: found.append(
            len(index.query("quince", limit=200, mode="text").hits)
        )
    )
    assert found[0] == 0
    assert 0 < found[1] <= 100
    assert found[-1] == 100


def test_a_quoted_phrase_has_to_be_there(filled: Index, notes: Path) -> None:
    assert names(filled, notes, 'rent "two months notice"') == ["house/lease.txt"]
    result = filled.query('tide "two months rent"')
    assert (result.hits, result.cut) == ((), (("phrase", 4),))


def test_passages_with_excluded_words_are_left_out(filled: Index, notes: Path) -> None:
    assert names(filled, notes, "boiler pressure -radiators -dough") == [
        "sea.rst",
        "house/lease.txt",
    ]
    assert dict(filled.query("boiler pressure -radiators -dough").cut) == {"excluded": 2}
    with pytest.raises(UsageError, match="only what to leave out"):
        filled.query("-boiler")


@pytest.mark.parametrize("mode", ["hybrid", "vector", "text"])
def test_identical_copies_are_one_hit(index: Index, notes: Path, mode: str) -> None:
    for name in ("copy of lease.txt", "kitchen/lease (1).txt"):
        (notes / name).write_text(NOTES["house/lease.txt"])
    index.ingest([notes])
    hit, *others = index.query("may the landlord raise the rent", mode=mode).hits
    assert {hit.path, *hit.copies} == {
        str(notes / "house/lease.txt"),
        str(notes / "copy of lease.txt"),
        str(notes / "kitchen/lease (1).txt"),
    }
    assert not any("lease" in other.path or other.copies for other in others)


def test_copies_do_not_change_the_weight_of_words(index: Index, notes: Path) -> None:
    for name in ("note.txt", "copy.txt"):
        (notes / name).write_text(NOTES["house/lease.txt"])
    index.ingest([notes])
    explanation = index.query("landlord", explain=True).hits[0].explanation
    assert explanation is not None
    assert explanation.text_weight > 0.13


@pytest.mark.parametrize("text", ["???", '""', "*", "\N{ROCKET}", "- -"])
def test_a_query_of_marks_and_symbols_has_no_hits(filled: Index, text: str) -> None:
    result = filled.query(text, min_score=0.0)
    assert (result.hits, result.weak, result.warnings) == ((), False, ())


def test_a_model_reads_ligatures_as_letters(filled: Index, notes: Path) -> None:
    (notes / "fire.txt").write_text("ｌｅａｓｅ of the bread oﬀice")
    filled.ingest([notes])
    texts = filled.embedder.embedded  # type: ignore[attr-defined]
    assert texts[-1] == "lease of the bread office"
    plain, wide = (filled.query(text, mode="vector").hits for text in ("lease", "ｌｅａｓｅ"))
    assert [hit.score for hit in plain] == [hit.score for hit in wide]


def test_passages_with_too_low_a_score_are_counted(filled: Index) -> None:
    result = filled.query("tide", min_score=0.999)
    assert (result.hits, result.cut, result.weak) == ((), (("score", 4),), False)


class EnglishEmbedder(ToyEmbedder):
    """A toy whose name says that it reads English only."""

    name = "bge-toy-en-v1"

    def embed_query(self, text: str) -> NoReturn:
        raise AssertionError("the model was asked what it cannot read")


@pytest.mark.parametrize("mode", ["hybrid", "vector"])
def test_a_model_is_not_asked_what_it_cannot_read(tmp_path: Path, mode: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "tea.txt").write_text("Чай пьют горячим.\n")
    (tmp_path / "docs" / "dough.txt").write_text("Fold the dough.\n")
    embedder = EnglishEmbedder()
    with Index(
        str(tmp_path / "index"), None, lambda name: embedder, PassageRules(), ModelChoice()
    ) as index:
        index.ingest([tmp_path / "docs"])
        result = index.query("как пьют чай", mode=mode)
        assert [Path(hit.path).name for hit in result.hits] == ["tea.txt"]
        assert (result.mode, result.warnings) == (
            "text",
            ("bge-toy-en-v1 reads English only: this was found by its words alone",),
        )
        with pytest.raises(AssertionError):
            index.query("как make tea", mode=mode)


def test_the_beginning_of_a_section_is_shown_for_a_later_passage(
    filled: Index, notes: Path
) -> None:
    filler = "One more sentence of nothing in particular fills the page. " * 40
    (notes / "long.txt").write_text(f"About the lease. {filler}The rent and the lease.\n")
    filled.ingest([notes])
    (hit, *_) = filled.query("lease rent", where=Filter(paths=("long.txt",)), explain=True).hits
    assert (hit.explanation is not None and hit.explanation.leads, hit.char_start) == (True, 0)
    assert (
        explanation_lines(hit)[-1] == f"score {hit.score:.3f} of a passage behind it in its section"
    )
    behind = filled.query("lease rent", mode="text", where=Filter(paths=("long.txt",))).hits[0]
    assert behind.char_start > 0


COMMANDS = {
    "unpack.md": "# Archives\n\nUnpack an archive with `tar -xzf archive.tar.gz`.\n",
    "remove.md": "# Removing\n\n  -rf  remove folders without a question: rm -rf build\n",
    "list.txt": "To list a folder with its hidden files, type ls -la in it.\n",
    "shopping.md": "# Shopping\n\n-butter\n-diesel\n",
    "engines.md": "# Engines\n\nA diesel engine has no spark plugs, a petrol engine has four.\n",
    "cars.md": "# Cars\n\nAn electric engine needs no spark plugs.\n",
}


@pytest.fixture
def commands(index: Index, tmp_path: Path) -> Index:
    for name, text in COMMANDS.items():
        (tmp_path / name).write_text(text)
    index.ingest([tmp_path / name for name in COMMANDS])
    return index


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("tar -xzf archive", "unpack.md"),
        ("rm -rf", "remove.md"),
        ("what does ls -la do?", "list.txt"),
    ],
)
def test_a_command_finds_the_passage_that_has_it(commands: Index, query: str, name: str) -> None:
    result = commands.query(query, mode="text")
    assert Path(result.hits[0].path).name == name
    assert (result.cut, result.warnings) == ((), ())


def test_an_excluded_word_says_how_many_passages_it_left_out(commands: Index) -> None:
    # The item of a list has the word behind a hyphen too, and is no option of a command.
    result = commands.query("engine spark plugs -diesel", mode="text")
    assert [Path(hit.path).name for hit in result.hits] == ["cars.md"]
    assert result.warnings == ("-diesel left out 1 passage",)
    assert dict(result.cut)["excluded"] == 1


def test_nobody_excludes_a_stop_word(commands: Index) -> None:
    result = commands.query("docker run -it engine", mode="text")
    assert {Path(hit.path).name for hit in result.hits} == {"cars.md", "engines.md"}
    assert result.warnings == ()


@pytest.mark.parametrize(
    ("sentence", "highlights", "line"),
    [
        ((17, 34), ((0, 4),), 10),
        (None, ((11, 15), (17, 19)), 9),
        (None, (), 7),
    ],
)
def test_the_line_of_a_hit_is_that_of_its_answer(
    sentence: tuple[int, int] | None, highlights: tuple[tuple[int, int], ...], line: int
) -> None:
    """The sentence decides, else the first match, else the passage's beginning."""
    text = "The tide.\n\nMoon.\nAt night it turns."
    hit = a_hit("sea.rst", text, 7, sentence=sentence, highlights=highlights)
    assert hit.line == line
