"""Measures how much there is to read in a folder, and how long that takes on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from search.errors import DocsearchError

from .. import messages
from .command import Stopped
from .errands import Post, Stale

if TYPE_CHECKING:
    from search import FolderSize, Index


class FolderMeasure:
    """Looks into folders, and measures the embedder of each profile once. It runs in a thread."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._paces: dict[str, float] = {}
        """The tokens a second of the embedder of each profile that was measured."""

    def measure(self, folder: str, profile: str, post: Post, stale: Stale) -> None:
        """Post how much there is to read, then how long a profile takes for it."""
        from search import ModelChoice

        def on_step() -> None:
            if stale():
                raise Stopped

        try:
            size = self.index.folder_size(folder, on_step=on_step)
            post(messages.FolderMeasured(folder, size, self._seconds(size, profile)))
            if size.files and profile not in self._paces:
                self._paces[profile] = self.index.pace(ModelChoice(profile=profile))
                if not stale():
                    post(messages.FolderMeasured(folder, size, self._seconds(size, profile)))
        except (Stopped, DocsearchError):
            # The ingest itself says what is wrong with the folder or the model.
            return

    def _seconds(self, size: FolderSize, profile: str) -> tuple[float, float] | None:
        """The fewest and the most seconds; None where the profile was not measured yet."""
        if (pace := self._paces.get(profile)) is None:
            return None
        return size.least_tokens / pace, size.most_tokens / pace
