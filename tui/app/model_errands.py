"""What the app's worker threads do with models: every call of the inventory, the hub and the tests is here."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from search.errors import DocsearchError, ModelError, UsageError

from .. import messages
from ..models_text import size_text
from .command import Stopped, run_command
from .errands import Post, Stale

if TYPE_CHECKING:
    from search.supply.hub import Hub
    from search.supply.pulling import Fetching

SHOW_SECONDS = 0.1
"""A download tells of itself many times in that; the screen shows one."""


class ModelErrands:
    """Runs in threads, as `Errands`. Each piece of work ends with a ModelWorkEnded, whatever becomes of it.

    Models are tested and converted in processes of their own: the memory that they take is free afterwards. Without `hub`, models come from
    the one that the environment names.
    """

    def __init__(self, backend: str = "auto", hub: Hub | None = None) -> None:
        self.backend = backend
        self.hub = hub

    def inventory(self, post: Post) -> None:
        """Look which models are here."""
        from search.supply.inventory import inventory

        try:
            post(messages.ModelsRead(inventory()))
        except DocsearchError as error:
            post(messages.Failed(error))

    def pull(self, name: str, post: Post, stale: Stale) -> None:
        """Fetch a model, or those of a profile."""

        def work() -> messages.ModelWorkEnded:
            from search.supply.inventory import repositories
            from search.supply.pulling import pull

            names = repositories(name)
            for repository in names:
                pull(repository, on_progress=_Download(post, stale).show, hub=self.hub)
            return messages.ModelWorkEnded(
                f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'} here and whole"
            )

        _carry_out(work, post)

    def convert(self, name: str, bits: int, post: Post, stale: Stale) -> None:
        """Quantise a model."""

        def work() -> messages.ModelWorkEnded:
            done = run_command(["models", "convert", "--bits", str(bits), "--", name], stale)
            return messages.ModelWorkEnded(
                f"{name} is converted to {bits} bits", done.out + done.err
            )

        _carry_out(work, post)

    def test(self, name: str, post: Post, stale: Stale) -> None:
        """Test a model."""

        def work() -> messages.ModelWorkEnded:
            done = run_command(["--backend", self.backend, "models", "test", "--", name], stale)
            return messages.ModelWorkEnded(f"{name} is tested", done.out)

        _carry_out(work, post)

    def measure(self, profile: str, embedder: str, post: Post, stale: Stale) -> None:
        """Test a profile's embedder, and tell how fast it is."""

        def work() -> messages.ModelWorkEnded:
            done = run_command(
                ["--backend", self.backend, "models", "test", "--json", "--", embedder], stale
            )
            if not done.found:
                raise ModelError(
                    f"{embedder} does not work", f"see why: docsearch models test {embedder}"
                )
            measurements = json.loads(done.out)["tests"][0]["measurements"]
            rate = next(
                measured["value"] for measured in measurements if measured["unit"] == "tokens/s"
            )
            post(messages.EmbedderMeasured(profile, rate))
            return messages.ModelWorkEnded(f"{embedder}: {rate:,.0f} tokens/s")

        _carry_out(work, post)

    def remove(self, name: str, post: Post) -> None:
        """Delete a model from every place that has it."""

        def work() -> messages.ModelWorkEnded:
            from search.models.local import find
            from search.supply.deletion import remove

            found = find(name)
            if not found:
                raise UsageError(
                    f"there is no model {name} to delete",
                    "it comes with docsearch, or is gone already",
                )
            return messages.ModelWorkEnded(
                f"{name} is deleted: {size_text(sum(map(remove, found)))} are free"
            )

        _carry_out(work, post)


class _Download:
    """Tells how far a download is, and ends it where nobody waits for it."""

    def __init__(self, post: Post, stale: Stale) -> None:
        self.post = post
        self.stale = stale
        self.started = time.monotonic()
        self.shown_at = 0.0
        self.first_bytes = -1

    def show(self, state: Fetching) -> None:
        if self.stale():
            raise Stopped
        now = time.monotonic()
        if self.first_bytes < 0:
            # what was here before says nothing about the speed
            self.first_bytes = state.done_bytes
        if now - self.shown_at >= SHOW_SECONDS:
            self.shown_at = now
            seconds = now - self.started
            self.post(
                messages.PullAdvanced(
                    state, (state.done_bytes - self.first_bytes) / seconds if seconds else 0.0
                )
            )


def _carry_out(work: Callable[[], messages.ModelWorkEnded], post: Post) -> None:
    end = messages.ModelWorkEnded("Not finished.")
    try:
        end = work()
    except Stopped:
        end = messages.ModelWorkEnded(
            "Stopped; a download goes on where it stopped when it is started again."
        )
    except DocsearchError as error:
        post(messages.Failed(error))
    finally:
        post(end)
