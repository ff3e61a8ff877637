"""Everything that the app can do, as the command palette lists it, each with its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """A command of the palette.

    `action` is the name of an action of the screen `place`: "search", "index" or "models", or
    "app" for one of the app itself.
    """

    place: str
    action: str
    title: str
    key: str
    help: str

    @property
    def name(self) -> str:
        """The title with the key.

        >>> Verb("app", "help", "Help", "F1", "").name
        'Help (F1)'
        """
        return f"{self.title} ({self.key})" if self.key else self.title


VERBS: Sequence[Verb] = (
    Verb("search", "open", "Open", "Enter", "Open the hit, or what is marked, in your editor"),
    Verb("search", "view", "View", "Ctrl+G", "Open the hit in the system's viewer, at its page"),
    Verb("search", "mark", "Mark", "Tab", "Mark the hit, or take its mark off"),
    Verb("search", "clear_marks", "Clear the marks", "u", "Take all marks off"),
    Verb("search", "copy_place", "Copy the place", "Ctrl+Y", "Copy path:line of what is marked"),
    Verb("search", "copy_passage", "Copy as a quote", "Ctrl+T", "Copy what is marked, as quotes"),
    Verb("search", "explain", "Why", "Ctrl+E", "Show how the hit came to its place"),
    Verb("search", "recent", "Recent queries", "Ctrl+R", "Search the queries of before"),
    Verb("search", "save", "Save the search", "Ctrl+S", "Keep this search under a name"),
    Verb("search", "saved", "Saved searches", "F7", "List, run, rename and delete them"),
    Verb("search", "mode", "Next mode", "F3", "Hybrid, vector (meaning) or text (words)"),
    Verb("search", "rerank", "Rerank or not", "F6", "Whether the reranker orders the hits"),
    Verb("search", "compact", "Compact or not", "Ctrl+L", "One line a passage, or up to three"),
    Verb("search", "match", "Next match", "Alt+Down, }", "Go to the next match in the document"),
    Verb("search", "previous_match", "Previous match", "Alt+Up, {", "Go to the match before"),
    Verb(
        "search", "arrange", "Move the document", "Ctrl+O", "Right, below, the whole screen, hidden"
    ),
    Verb(
        "search", "picture", "Picture or text", "Alt+I", "Show a PDF's page, or a picture, itself"
    ),
    Verb("app", "index", "Index", "F2", "Folders, counts, reading, what was skipped and why"),
    Verb("index", "add", "Add a folder", "F2, a", "Read another folder into the index"),
    Verb("index", "refresh_roots", "Refresh", "F2, r", "Read what changed in all folders"),
    Verb("index", "watch", "Watch", "F2, w", "Watch the folders for changes, or stop watching"),
    Verb(
        "index", "forget", "Forget a folder", "F2, f", "Take the selected folder out of the index"
    ),
    Verb("index", "stop", "Stop reading", "F2, s", "End the reading of folders"),
    Verb("app", "models", "Models", "F5", "Fetch and test models, choose the index's profile"),
    Verb("models", "use", "Use the profile", "u", "Make the profile the index's own"),
    Verb("models", "pull", "Pull", "p", "Fetch the selected model or profile"),
    Verb("models", "pull_other", "Pull another model", "a", "Fetch a model by its name"),
    Verb("models", "convert", "Convert", "c", "Convert the selected model to fewer bits"),
    Verb("models", "test", "Test", "t", "Test the selected model"),
    Verb("models", "remove", "Delete", "d", "Delete the selected model"),
    Verb("models", "stop", "Stop", "s", "Stop what is being done"),
    Verb("app", "switch_light", "Light or dark", "F4", "Change the light and the dark theme"),
    Verb("app", "change_theme", "Theme", "", "Choose one of the themes"),
    Verb("app", "help", "Help", "F1", "All keys and filter words"),
    Verb("app", "suspend_process", "Suspend", "Ctrl+Z", "Go to the shell; `fg` comes back"),
    Verb("app", "quit", "Quit", "Ctrl+Q", "Leave the app"),
)
