from search.fusion import Fused, fuse


def test_fuse_adds_a_fifth_of_the_share_of_the_best_text_score() -> None:
    # b: 0.6 + 0.2 * 8/8 = 0.8; c: 0.5 + 0.2 * 4/8 = 0.6
    fused = fuse([("a", 0.75, 0.0), ("b", 0.6, 8.0), ("c", 0.5, 4.0)])
    assert fused == [Fused("b", 0.6, 8.0, 0.8), Fused("a", 0.75, 0.0, 0.75), Fused("c", 0.5, 4.0, 0.6)]


def test_fuse_without_matching_words_is_the_vector_order() -> None:
    assert fuse([("a", 0.1, 0.0), ("b", 0.9, 0.0)]) == [Fused("b", 0.9, 0.0, 0.9), Fused("a", 0.1, 0.0, 0.1)]


def test_fuse_keeps_the_given_order_of_ties() -> None:
    assert [row.key for row in fuse([("x", 0.5, 0.0), ("y", 0.5, 0.0)])] == ["x", "y"]


def test_fuse_of_nothing() -> None:
    assert fuse([]) == []
