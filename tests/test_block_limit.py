"""Documents of very many tiny blocks keep all their text in few blocks."""

from search.documents import Block, Document
from search.readers import worker
from search.readers.block_limit import MANY, MOST, joined
from search.readers.text import read


def paragraphs(count: int, kind: str = "paragraph", level: int = 0) -> list[Block]:
    """Blocks of one letter each, with a blank line between them."""
    return [Block(3 * number, 3 * number + 1, kind, level) for number in range(count)]


def test_few_blocks_stay_as_they_are() -> None:
    blocks = paragraphs(10)
    assert joined(blocks, "a\n\n" * 10, many=10) == blocks


def test_neighbours_are_joined_where_there_are_too_many() -> None:
    assert joined(paragraphs(400), "a\n\n" * 400, many=100) == [
        Block(start, min(start + 256, 1198), "paragraph") for start in (0, 258, 516, 774, 1032)
    ]


def test_sections_other_kinds_and_words_in_between_are_no_neighbours() -> None:
    text = "a\n\n" * 400
    headings = paragraphs(400, "heading", 1)
    assert joined(headings, text, many=100) == headings
    mixed = [
        Block(block.start, block.end, "code" if number % 2 else "table")
        for number, block in enumerate(paragraphs(400))
    ]
    assert joined(mixed, text, many=100) == mixed
    assert joined(paragraphs(400), "axx" * 400, many=100) == paragraphs(400)


def test_a_text_of_one_letter_paragraphs_is_read_whole() -> None:
    count = 3 * MANY
    document = read(b"a\n\n" * count, "/d/letters.txt")
    assert len(document.blocks) <= MANY
    assert (document.blocks[0].start, document.blocks[-1].end) == (0, 3 * count - 2)
    assert sum(document.text.count("a", block.start, block.end) for block in document.blocks) == (
        count
    )


def test_what_cannot_be_joined_is_cut_and_told() -> None:
    count = MOST + 5
    text = "a\n\n" * count
    whole = Document("/d/a.md", "markdown", "a", text, tuple(paragraphs(count, "heading", 1)))
    cut = worker.fitted(whole, len(text))
    assert (cut.text, cut.blocks) == (text[: 3 * MOST], whole.blocks[:MOST])
    assert cut.warnings == (f"only the first 500,000 of its {count:,} blocks are read",)
