"""The progress of an ingest, and the time that it will take."""

import io
from dataclasses import replace

import pytest

from search.index import Index
from search.models.bundled import BUNDLED
from search.results import Progress
from tui.progress import ProgressLine, announcement, line_of, long_time_left

MODEL = "Qwen3-Embedding-0.6B-4bit-DWQ"


def progress(done, tokens=1500, seconds=30.0, starting=20.0, model=MODEL):
    return Progress(1, 2000, done, 1_000_000, 8, tokens, seconds, "/notes/a.md", starting, model)


def test_the_rate_leaves_out_the_time_before_the_first_passage():
    state = progress(done=1000)
    assert (state.embedding, state.tokens_per_second, state.seconds_left) == (10.0, 150.0, 9990.0)
    assert (progress(0).seconds_left, progress(1000, seconds=20.0).seconds_left) == (None, None)
    assert line_of(state, 80) == "1/2,000 files  8 passages  150 tokens/s  2 h 46 min left  a.md"


def test_a_run_of_two_stages_says_in_which_it_is():
    words = replace(progress(done=1000, tokens=0, model=""), stage="words")
    assert line_of(words, 80) == "reading words  1/2,000 files  a.md"
    assert (words.seconds_left, long_time_left(words)) == (None, None)
    # Some passages are embedded while a file is being read.
    busy = replace(progress(done=1000), stage="words")
    assert line_of(busy, 80) == "reading words  1/2,000 files  8 passages  150 tokens/s  a.md"
    vectors = replace(progress(done=1000), stage="vectors")
    assert line_of(vectors, 90) == (
        "embedding  1/2,000 files  8 passages  150 tokens/s  2 h 46 min left  a.md"
    )


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (progress(1000), 9990.0),
        # It is too early to tell.
        (progress(1000, seconds=29.9), None),
        # The time is not long.
        (progress(60_000), None),
        # Nothing was embedded.
        (progress(1000, model=""), None),
    ],
)
def test_only_a_long_time_left_is_told(state, left):
    assert long_time_left(state) == left


def test_the_announcement_names_the_time_the_rate_and_a_faster_profile():
    hint = "; a smaller model is faster: docsearch ingest --reembed --profile starter"
    assert (
        announcement(progress(1000), 15_000, "CPU")
        == f"about 4 h 10 min at 150 tokens/s on this CPU{hint}"
    )
    assert (
        announcement(progress(1000, model=BUNDLED["starter"].title), 700, "GPU")
        == "about 12 min at 150 tokens/s on this GPU"
    )


def test_a_faster_profile_is_one_for_the_language_of_the_documents():
    estimate = "about 4 h 10 min at 150 tokens/s on this CPU"
    german = replace(progress(1000), language="de")
    hint = "a smaller model is faster: docsearch ingest --reembed --profile multilingual"
    assert announcement(german, 15_000, "CPU") == f"{estimate}; {hint}"
    for model in ("multilingual-e5-small", BUNDLED["starter"].title):
        assert announcement(replace(german, model=model), 15_000, "CPU") == estimate


def test_a_run_tells_the_language_of_most_documents(index: Index, notes):
    states = []
    index.ingest([notes], on_progress=states.append)
    assert states[-1].language == "en"
    for number in range(5):
        (notes / f"{number}.txt").write_text(f"Der Baum {number} steht in dem Garten und ist alt.")
    index.ingest([notes], on_progress=states.append)
    # The index has four documents in English.
    assert states[-1].language == "de"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_the_announcement_is_made_once(is_terminal):
    stream = io.StringIO()
    line = ProgressLine(stream, is_terminal, False, lambda: "CPU")
    for done in (500, 1000, 1500):
        line.show(progress(done))
    line.close()
    announcements = [part for part in stream.getvalue().split("\n") if "about" in part]
    assert len(announcements) == 1
    assert announcements[0].endswith(
        "about 5 h 33 min at 150 tokens/s on this CPU; "
        "a smaller model is faster: docsearch ingest --reembed --profile starter"
    )
    quiet = io.StringIO()
    ProgressLine(quiet, is_terminal, True, lambda: "CPU").show(progress(500))
    assert quiet.getvalue() == ""


def test_an_ingest_names_its_model(index: Index, notes):
    states = []
    index.ingest([notes], on_progress=states.append)
    assert {state.model for state in states} == {"toy"}
    assert all(0 < state.starting < state.seconds for state in states)


def test_a_large_file_advances_with_its_passages(index: Index, tmp_path):
    large = tmp_path / "notes" / "large.txt"
    large.parent.mkdir()
    large.write_text(
        "".join(
            f"Sentence {number} tells of the tide in the harbour.\n\n" for number in range(2000)
        )
    )
    states = []
    index.ingest([large.parent], on_progress=states.append)
    done = [state.bytes_done / state.bytes_total for state in states]
    assert done == sorted(done)
    assert 0 < done[0] < 0.2
    assert (done[-1], states[-1].files_done) == (1.0, 1)
