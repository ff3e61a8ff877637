"""The models of the inventory and the profiles made of them, as tables."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from search.models.caches import ModelState
from search.models.profiles import PROFILES, Profile
from search.supply.inventory import Inventory, ModelEntry

from ...models_text import HEADINGS, model_row, size_text
from .fitted_table import Table


class ModelTable(Table):
    """A row for each model, as `docsearch models list` has it."""

    HEADINGS = tuple(heading.capitalize() for heading in HEADINGS)
    models: tuple[ModelEntry, ...] = ()

    @property
    def model(self) -> ModelEntry | None:
        """The model under the cursor."""
        return self.models[self.cursor_row] if self.cursor_row < len(self.models) else None

    def show(self, inventory: Inventory) -> None:
        """Show another inventory."""
        self.models = inventory.models
        self.fill([list(map(Text, model_row(model))) for model in self.models])


class ProfileTable(Table):
    """A row for each profile: its models, and what of them is here."""

    HEADINGS = ("", "Profile", "Embedder", "Reranker", "Here", "For")

    @property
    def profile(self) -> Profile:
        """The profile under the cursor."""
        return list(PROFILES.values())[self.cursor_row]

    def show(self, inventory: Inventory, in_use: str) -> None:
        """Show what is here of each; `in_use` is the profile of the index."""
        models = {model.name: model for model in inventory.models}
        rows = []
        for profile in PROFILES.values():
            own = (_short(profile.embedder), _short(profile.reranker) or "none")
            mark = "in use" if profile.name == in_use else ""
            rows.append(
                list(
                    map(
                        Text,
                        (mark, profile.name, *own, _presence(profile, models), profile.purpose),
                    )
                )
            )
        self.fill(rows)


def _presence(profile: Profile, models: Mapping[str, ModelEntry]) -> str:
    own = [models[name] for name in (profile.embedder, profile.reranker) if name]
    wanted = [model for model in own if model.state is not ModelState.AVAILABLE]
    if not wanted:
        return "yes"
    size = f"~{size_text(sum(model.download_bytes for model in wanted))} to pull"
    return (
        size
        if len(wanted) == len(own)
        else f"the {next(m for m in own if m not in wanted).role}; {size}"
    )


def _short(name: str) -> str:
    return name.rsplit("/", 1)[-1]
