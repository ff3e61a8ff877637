"""The work of the app's threads on models: all calls of the inventory, the hub and the tests."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from search.errors import DocsearchError, ModelError

from .. import messages
from ..models_text import size_text
from .app_hints import in_the_app
from .command import Stopped, run_command
from .errands import Post, Stale

if TYPE_CHECKING:
    from search.supply.hub import Hub
    from search.supply.pulling import Fetching

MUCH_BYTES = 100_000_000
"""From how many bytes on the user is asked before they are fetched."""
SHOW_SECONDS = 0.1
"""The time between two states of a download that are shown; many more are reported."""


class ModelErrands:
    """Its methods run in threads, as those of `Errands`.

    Each piece of work ends with a ModelWorkEnded, even if it fails. Models are tested and converted
    in processes of their own, so that their memory is free afterwards. Without `hub`, models come
    from the hub that the environment names.
    """

    def __init__(self, backend: str = "auto", hub: Hub | None = None) -> None:
        self.backend = backend
        self.hub = hub

    def inventory(self, post: Post) -> None:
        """Find out which models are present."""
        from search.supply.inventory import inventory

        try:
            post(messages.ModelsRead(inventory()))
        except DocsearchError as error:
            post(messages.Failed(error))

    def pull(self, name: str, agreed: bool, post: Post, stale: Stale) -> None:
        """Fetch a model, or the models of a profile.

        If there is much to fetch and the user has not `agreed` to it, a PullAsked is posted in
        place of that. Too little room on the disk is an error at once.
        """
        asked: list[messages.PullAsked] = []

        def work() -> messages.ModelWorkEnded:
            from search.supply.inventory import repositories
            from search.supply.pulling import check_room, fetch, free_bytes, order

            names = repositories(name)
            orders = [order(repository, hub=self.hub) for repository in names]
            check_room(orders)
            size = sum(wanted.bytes for wanted in orders)
            if size >= MUCH_BYTES and not agreed:
                asked.append(messages.PullAsked(name, size, free_bytes(orders[0].place.folder)))
                return messages.ModelWorkEnded("")
            for wanted in orders:
                fetch(wanted, _Download(post, stale).show, self.hub)
            verb = "are" if len(names) > 1 else "is"
            return messages.ModelWorkEnded(f"{' and '.join(names)} {verb} here and whole")

        _carry_out(work, post)
        # The question comes after the end of the work, so that its answer can begin another.
        for question in asked:
            post(question)

    def convert(self, name: str, bits: int, post: Post, stale: Stale) -> None:
        """Quantise a model."""

        def work() -> messages.ModelWorkEnded:
            output = run_command(["models", "convert", "--bits", str(bits), "--", name], stale)
            return messages.ModelWorkEnded(
                f"{name} is converted to {bits} bits", output.out + output.err
            )

        _carry_out(work, post)

    def test(self, name: str, post: Post, stale: Stale) -> None:
        """Test a model."""

        def work() -> messages.ModelWorkEnded:
            output = run_command(["--backend", self.backend, "models", "test", "--", name], stale)
            return messages.ModelWorkEnded(f"{name} is tested", output.out)

        _carry_out(work, post)

    def measure(self, profile: str, embedder: str, post: Post, stale: Stale) -> None:
        """Test a profile's embedder, and report its speed."""

        def work() -> messages.ModelWorkEnded:
            output = run_command(
                ["--backend", self.backend, "models", "test", "--json", "--", embedder], stale
            )
            if not output.found:
                raise ModelError(
                    f"{embedder} does not work", f"see why: docsearch models test {embedder}"
                )
            measurements = json.loads(output.out)["tests"][0]["measurements"]
            rate = next(
                measured["value"] for measured in measurements if measured["unit"] == "tokens/s"
            )
            post(messages.EmbedderMeasured(profile, rate))
            return messages.ModelWorkEnded(f"{embedder}: {rate:,.0f} tokens/s")

        _carry_out(work, post)

    def remove(self, name: str, post: Post) -> None:
        """Delete a model from every place that has it."""

        def work() -> messages.ModelWorkEnded:
            from search.supply.deletion import deletable, remove

            size = sum(map(remove, deletable(name)))
            return messages.ModelWorkEnded(f"{name} is deleted: {size_text(size)} are free")

        _carry_out(work, post)


class _Download:
    """Posts the progress of a download, and ends the download when it is stale."""

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
            # The files that were complete before this download do not count for its speed.
            self.first_bytes = state.done_bytes
        if now - self.shown_at >= SHOW_SECONDS:
            self.shown_at = now
            seconds = now - self.started
            speed = (state.done_bytes - self.first_bytes) / seconds if seconds else 0.0
            self.post(messages.PullAdvanced(state, speed))


def _carry_out(work: Callable[[], messages.ModelWorkEnded], post: Post) -> None:
    """Do the work, and post how it ended, even if it fails."""
    end = messages.ModelWorkEnded("Not finished.")
    try:
        end = work()
    except Stopped:
        end = messages.ModelWorkEnded(
            "Stopped; a download goes on where it stopped when it is started again."
        )
    except DocsearchError as error:
        error.hint = in_the_app(error.hint)
        post(messages.Failed(error))
    finally:
        post(end)
