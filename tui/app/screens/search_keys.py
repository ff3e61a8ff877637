"""The keys of the search screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding, BindingType

from ..saved import NUMBERED

NEED_A_HIT = frozenset({"mark", "copy_place", "explain"})
"""The actions that do nothing where there is neither a hit nor a mark."""

SEARCH_KEYS: Sequence[BindingType] = (
    # These keys act everywhere on the screen, also while the input has the focus.
    Binding("tab", "mark", "Mark", key_display="Tab"),
    Binding("shift+tab", "app.focus_next", "Go on", show=False),
    Binding("ctrl+y", "copy_place", "Copy", priority=True),
    Binding("ctrl+e", "explain", "Why", priority=True),
    Binding("ctrl+r", "recent", "Recent", show=False, priority=True),
    Binding("ctrl+s", "save", "Save", show=False, priority=True),
    Binding("f7", "saved", "Saved", show=False, priority=True),
    *(
        Binding(f"alt+{number}", f"run_saved({number})", "Run", show=False, priority=True)
        for number in range(1, NUMBERED + 1)
    ),
    Binding("ctrl+g", "view", "View", show=False, priority=True),
    Binding("ctrl+t", "copy_passage", "Quote", show=False, priority=True),
    Binding("ctrl+n", "move(1)", "Next hit", show=False, priority=True),
    Binding("ctrl+p", "move(-1)", "Previous hit", show=False, priority=True),
    Binding("pagedown", "scroll_document(1)", "Scroll", show=False, priority=True),
    Binding("pageup", "scroll_document(-1)", "Scroll back", show=False, priority=True),
    Binding("f3", "mode", "Mode", show=False),
    Binding("f6", "rerank", "Rerank", show=False),
    Binding("ctrl+l", "compact", "Compact or comfortable", show=False, priority=True),
    Binding("ctrl+o", "arrange", "Move the document", show=False, priority=True),
    Binding("alt+i", "picture", "Picture or text", show=False, priority=True),
    Binding("alt+down", "match", "Next match", show=False, priority=True),
    Binding("alt+up", "previous_match", "Previous match", show=False, priority=True),
    Binding("escape", "back", "Back", show=False),
    # The letters are commands while the hits or the document have the focus.
    Binding("enter", "open", "Open", show=False),
    Binding("slash,i", "type", "Type", show=False),
    Binding("o", "view", "View", show=False),
    Binding("y", "copy_place", "Copy", show=False),
    Binding("Y", "copy_passage", "Quote", show=False),
    Binding("u", "clear_marks", "Clear the marks", show=False),
    Binding("n", "other_hit(1)", "Next in file", show=False),
    Binding("N", "other_hit(-1)", "Previous in file", show=False),
    Binding("e", "explain", "Why", show=False),
    Binding("right_curly_bracket", "match", "Next match", show=False),
    Binding("left_curly_bracket", "previous_match", "Previous match", show=False),
)
