"""A change of models: the old vectors answer until the new ones are complete."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from search.errors import ModelError, ModelMismatch
from search.index import Index
from search.storage.index_models import change_of
from search.supply.model_choice import ModelChoice
from search.text.passages import PassageRules

from .commands import docsearch
from .settled import settle
from .toys import ToyEmbedder

HERE = Path(__file__).parent.parent
WORDS = ("boiler", "rent", "bread", "tide")
KILLS = 6


class WideEmbedder(ToyEmbedder):
    """A toy of other weights and dimensions.

    It raises KeyboardInterrupt before it would have embedded more than `patience` texts.
    """

    name = "wide"
    revision = "2"
    dimensions = 7

    def __init__(self, patience=10**9):
        super().__init__()
        self.patience = patience

    def embed_passages(self, texts):
        if len(self.embedded) + len(texts) > self.patience:
            raise KeyboardInterrupt
        return super().embed_passages(texts)


class Models:
    """The embedders that an index can load: `starter` is a toy, `o/wide` a wide toy."""

    def __init__(self, wide=None):
        self.by_name = {"starter": ToyEmbedder(), "o/wide": wide or WideEmbedder()}

    def __call__(self, name):
        if name not in self.by_name:
            raise ModelError(f"the model {name} is not here", f"run: docsearch models pull {name}")
        return self.by_name[name]


def opened(path, models, **asked):
    return Index(str(path), ModelChoice(**asked), models, PassageRules(), ModelChoice())


def write(folder, numbers):
    folder.mkdir(exist_ok=True)
    for number in numbers:
        file = folder / f"{number:02}.txt"
        file.write_text(f"Note {number} tells of {WORDS[number % 4]}.\n")
    settle(folder)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "notes", range(20))
    return tmp_path / "notes"


@pytest.fixture
def place(tmp_path, folder):
    """An index of twenty documents, embedded by the starter."""
    with opened(tmp_path / "index", Models()) as index:
        index.ingest([folder])
    return tmp_path / "index"


def found(index, words, limit=20):
    """The model of a query, and the documents that its vector leg finds, best first."""
    result = index.query(words, limit=limit, mode="vector")
    return result.model, [Path(hit.path).name for hit in result.hits]


def tables(place):
    return sorted(path.name for path in place.iterdir() if path.name.startswith("passages"))


def agrees(index):
    """Assert that the catalogue and the table in use agree; return the number of documents."""
    entries = [entry for entry in index.catalog.entries() if entry.passages]
    assert index.store.counts() == {entry.doc: entry.passages for entry in entries}
    assert sum(entry.tokens for entry in entries) == index.status().tokens
    return len(entries)


def test_a_change_of_models_embeds_all_documents_anew(place, folder):
    with opened(place, Models()) as index:
        before = index.query("tide", mode="text").hits
        # No file can be read: the documents of an unplugged disk are re-embedded from the index.
        shutil.rmtree(folder)
        models = Models()
        with opened(place, models, embedder="o/wide") as other:
            report = other.ingest(reembed=True)
            assert (report.reembedded, report.passages, report.removed, report.failed) == (
                20,
                20,
                0,
                (),
            )
            assert [f"{folder} is not there" in warning for warning in report.warnings] == [True]
            assert (len(models.by_name["o/wide"].embedded), models.by_name["starter"].embedded) == (
                20,
                [],
            )
            status = other.status()
            assert (status.model, status.dimensions, status.documents, status.passages) == (
                "wide",
                7,
                20,
                20,
            )
            assert status.models.embedder == "o/wide"
            assert agrees(other) == 20
        # An index that is open elsewhere uses the new vectors too.
        model, names = found(index, "tide", 5)
        assert (model, sorted(names)) == (
            "wide",
            ["03.txt", "07.txt", "11.txt", "15.txt", "19.txt"],
        )
        assert [
            (hit.id, hit.text, hit.line_start) for hit in index.query("tide", mode="text").hits
        ] == [(hit.id, hit.text, hit.line_start) for hit in before]
    assert tables(place) == ["passages-2.lance", "passages-2.synced", "passages-2.words"]
    write(folder, range(20))
    with opened(place, Models()) as index:
        assert index.ingest().unchanged == 20


def test_the_old_vectors_answer_during_a_change(place):
    answers = []

    class Watched(WideEmbedder):
        def embed_passages(self, texts):
            with opened(place, Models()) as reader:
                answers.append((reader.query("tide", limit=1).model, reader.status().model))
            return super().embed_passages(texts)

    with opened(place, Models(Watched()), embedder="o/wide") as index:
        index.ingest(reembed=True)
    assert answers
    assert set(answers) == {("toy", "toy")}


def test_an_interrupted_change_is_taken_up(place, folder):
    with (
        opened(place, Models(WideEmbedder(patience=12)), embedder="o/wide") as index,
        pytest.raises(KeyboardInterrupt),
    ):
        index.ingest(reembed=True)
    with opened(place, Models()) as index:
        assert (
            index.status().health
            == "its change to wide was interrupted; go on with: docsearch ingest --reembed"
        )
        assert found(index, "tide", 1)[0] == "toy"
        assert tables(place) == [
            "passages-2.lance",
            "passages-2.synced",
            "passages-2.words",
            "passages.lance",
            "passages.synced",
            "passages.words",
        ]
        # The old models stay in use until the change is complete.
        (folder / "00.txt").write_text("The tide changed.\n")
        (folder / "01.txt").unlink()
        write(folder, [20])
        report = index.ingest()
        assert (report.added, report.changed, report.removed, report.unchanged) == (1, 1, 1, 18)
        models = Models()
    with opened(place, models, reranker="o/reranker") as index:
        report = index.ingest(reembed=True)
        assert index.status().models.reranker == "o/reranker"
        assert (report.reembedded, report.passages) == (20, 14)
        embedded = models.by_name["o/wide"].embedded
        assert len(embedded) == 14
        assert {"The tide changed.", "Note 20 tells of boiler.", "Note 19 tells of tide."} < set(
            embedded
        )
        assert agrees(index) == 20
        assert index.status().health == "ok"
        model, names = found(index, "tide", 6)
        assert (model, sorted(names)) == (
            "wide",
            ["00.txt", "03.txt", "07.txt", "11.txt", "15.txt", "19.txt"],
        )
    assert tables(place) == ["passages-2.lance", "passages-2.synced", "passages-2.words"]


def test_progress_counts_what_is_missing(place):
    with (
        opened(place, Models(WideEmbedder(patience=8)), embedder="o/wide") as index,
        pytest.raises(KeyboardInterrupt),
    ):
        index.ingest(reembed=True)
    states = []
    with opened(place, Models()) as index:
        index.ingest(reembed=True, on_progress=states.append)
    assert (states[-1].files_done, states[-1].files_total, states[-1].passages) == (20, 20, 12)
    assert (
        0
        < states[-1].bytes_done
        <= states[-1].bytes_total
        < sum(len("Note 9 tells of boiler.\n") for _ in range(20))
    )


def test_a_change_to_another_model_starts_anew(place):
    with (
        opened(place, Models(WideEmbedder(patience=12)), embedder="o/wide") as index,
        pytest.raises(KeyboardInterrupt),
    ):
        index.ingest(reembed=True)
    other = WideEmbedder()
    other.revision, other.dimensions = "3", 9
    models = Models()
    models.by_name["o/wider"] = other
    with opened(place, models, embedder="o/wider") as index:
        assert index.ingest(reembed=True).passages == 20
        assert (len(other.embedded), index.store.dimensions) == (20, 9)
    assert tables(place) == ["passages-2.lance", "passages-2.synced", "passages-2.words"]


def test_a_change_can_be_given_up(place):
    with (
        opened(place, Models(WideEmbedder(patience=12)), embedder="o/wide") as index,
        pytest.raises(KeyboardInterrupt),
    ):
        index.ingest(reembed=True)
    with opened(place, Models(), profile="starter") as index:
        assert index.ingest(reembed=True).reembedded == 0
        assert (change_of(index.catalog), index.status().health) == (None, "ok")
        assert found(index, "tide", 1)[0] == "toy"
    assert tables(place) == ["passages.lance", "passages.synced", "passages.words"]


def test_weights_that_changed_under_their_name_need_new_vectors(place, folder):
    models = Models()
    models.by_name["starter"].revision = "9"
    with opened(place, models) as index:
        with pytest.raises(
            ModelMismatch, match=r"embed the documents anew: docsearch ingest --reembed$"
        ):
            index.query("tide")
        with pytest.raises(ModelMismatch):
            (folder / "00.txt").write_text("new")
            index.ingest()

        def refused(progress):
            # The old vectors do not fit the new weights.
            with pytest.raises(ModelMismatch):
                index.query("tide")

        with pytest.raises(RuntimeError, match="stopped"):
            index.ingest(reembed=True, on_progress=stopping(refused))
        assert index.ingest(reembed=True).reembedded == 20
        assert found(index, "tide", 1)[0] == "toy"


def stopping(look):
    def on_progress(progress):
        look(progress)
        raise RuntimeError("stopped")

    return on_progress


def test_a_model_is_loaded_once(tmp_path, folder):
    loaded = []

    def load(name):
        loaded.append(name)
        return Models()(name)

    with opened(tmp_path / "new", load) as index:
        index.ingest([folder])
        index.query("tide")
        assert loaded == ["starter"]
    with opened(tmp_path / "new", load, embedder="o/wide") as index:
        index.ingest(reembed=True)
        index.query("tide")
        assert loaded == ["starter", "o/wide"]


def test_the_settings_name_the_models_of_a_change(place):
    with Index(str(place), None, Models(), PassageRules(), ModelChoice(embedder="o/wide")) as index:
        assert index.ingest().unchanged == 20
        assert index.status().model == "toy"
        assert index.ingest(reembed=True).reembedded == 20
        assert index.status().model == "wide"


def test_a_missing_model_changes_nothing(place):
    with (
        opened(place, Models(), profile="balanced") as index,
        pytest.raises(ModelError, match="models pull"),
    ):
        index.ingest(reembed=True)
    with opened(place, Models()) as index:
        assert (index.status().health, change_of(index.catalog)) == ("ok", None)


def test_a_new_index_needs_no_change(tmp_path, folder):
    with opened(tmp_path / "new", Models(), embedder="o/wide") as index:
        report = index.ingest([folder], reembed=True)
        assert (report.added, report.reembedded, index.status().model) == (20, 0, "wide")


def test_a_passage_that_is_too_long_is_read_again(place, folder):
    short = WideEmbedder()
    # Each note has six tokens and four special ones.
    short.max_tokens = 9
    with opened(place, Models(short), embedder="o/wide") as index:
        report = index.ingest(reembed=True)
        assert (report.reembedded, report.changed, report.unchanged) == (20, 20, 0)
        assert agrees(index) == 20


def test_a_pending_document_of_an_unplugged_disk_is_kept(place, folder):
    with opened(place, Models()) as index, index.catalog as catalog:
        doc = next(catalog.entries()).doc
    subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sqlite3; c = sqlite3.connect({str(place / 'catalog.sqlite')!r}); "
            f"c.execute(\"UPDATE documents SET state = 'pending' WHERE doc = {doc}\"); c.commit()",
        ],
        check=True,
    )
    shutil.rmtree(folder)
    with opened(place, Models(), embedder="o/wide") as index:
        assert index.ingest(reembed=True).reembedded == 20
        assert index.store.counts().get(doc) == 1


def test_a_change_completes_a_table_that_a_power_cut_tore(place):
    with (
        opened(place, Models(WideEmbedder(patience=16)), embedder="o/wide") as index,
        pytest.raises(KeyboardInterrupt),
    ):
        index.ingest(reembed=True)
    newest = min((place / "passages-2.lance" / "_versions").glob("*.manifest"))
    newest.write_bytes(bytes(newest.stat().st_size))
    with opened(place, Models()) as index:
        assert index.ingest(reembed=True).reembedded == 20
        assert agrees(index) == 20
        assert len(found(index, "tide")[1]) == 20


WRITER = """
import os, random, signal, sys, threading
from tests.test_reembedding import Models, opened
place, seed, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
from search.storage.lance import preload
preload()
chance = random.Random(seed)
threading.Timer(chance.uniform(0.0, 1.2), os.kill, (os.getpid(), signal.SIGKILL)).start()
with opened(place, Models(), embedder=target) as index:
    index.ingest(reembed=True)
threading.Event().wait()
"""


def test_a_kill_at_any_moment_leaves_one_complete_model(place):
    """The index changes between two models, and is complete in one of them after each kill."""
    model = "toy"
    for seed in range(KILLS):
        target = {"toy": "o/wide", "wide": "starter"}[model]
        done = subprocess.run(
            [sys.executable, "-c", WRITER, str(place), str(seed), target],
            capture_output=True,
            cwd=HERE,
            text=True,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        with opened(place, Models()) as index:
            model, names = found(index, "tide")
            assert (len(names), index.status().documents, index.status().model) == (20, 20, model)
            assert len(index.query("note", limit=50, mode="text").hits) == 20
            assert agrees(index) == 20
    with opened(place, Models(), embedder="o/wide") as index:
        index.ingest(reembed=True)
        assert agrees(index) == 20
        assert len([name for name in tables(place) if name.endswith(".lance")]) == 1


def test_the_command_line_changes_the_models(tmp_path, folder):
    qwen3 = shutil.copytree(
        Path(__file__).parent / "fixtures" / "qwen3", tmp_path / "Qwen3-Embedding-0.6B"
    )

    def run(*arguments):
        return docsearch("--backend", "cpu", "--index", "index", *arguments, cwd=tmp_path)

    assert run("ingest", "notes", "--profile", "starter").code == 0
    done = run("ingest", "--reembed", "--embedder", str(qwen3), "--dimensions", "32", "--json")
    report = json.loads(done.out)
    assert (done.code, report["reembedded"], report["unchanged"]) == (0, 20, 20)
    assert done.err.startswith("documents: 20 embedded anew, 20 unchanged; 20 passages embedded ")
    status = json.loads(run("status", "--json").out)
    assert (status["model"], status["dimensions"], status["models"]["embedder"]) == (
        qwen3.name,
        32,
        str(qwen3),
    )
    assert json.loads(run("query", "tide", "--json").out)["model"] == qwen3.name
    done = run("ingest", "--reembed")
    assert (done.code, done.err.splitlines()[0]) == (
        0,
        "the index has the vectors of this model already",
    )
