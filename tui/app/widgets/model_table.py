"""The tables of the models screen: the models, and the profiles that use them."""

from __future__ import annotations

from rich.text import Text

from search.models.caches import ModelState
from search.models.profiles import PROFILES, Profile
from search.supply.inventory import Inventory, ModelEntry

from ...models_text import HEADINGS, model_row, size_text
from .fitted_table import Table


class ModelTable(Table):
    """A row for each model, with the cells of `docsearch models list`."""

    HEADINGS = tuple(heading.capitalize() for heading in HEADINGS)
    WRAPS = {0: 26, 6: 16, 7: 14, 8: 10}  # noqa: RUF012
    DROPS = (8, 2, 4, 3, 7, 1)
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
    """A row for each profile: its models, and which of them are present."""

    HEADINGS = ("", "Profile", "Embedder", "Reranker", "Here", "For")
    WRAPS = {2: 22, 3: 20, 4: 16, 5: 20}  # noqa: RUF012
    DROPS = (3, 2)

    @property
    def profile(self) -> Profile:
        """The profile under the cursor."""
        return list(PROFILES.values())[self.cursor_row]

    def show(self, inventory: Inventory, in_use: str) -> None:
        """Show which models of each profile are present; `in_use` is the profile of the index."""
        rows = []
        for profile in PROFILES.values():
            cells = (
                "in use" if profile.name == in_use else "",
                profile.name,
                _short(profile.embedder),
                _short(profile.reranker) or "none",
                _presence(profile, inventory),
                profile.purpose,
            )
            rows.append([Text(cell) for cell in cells])
        self.fill(rows)


def _presence(profile: Profile, inventory: Inventory) -> str:
    """Which models of the profile are present, and how much a pull of the others would fetch."""
    profile_models = [inventory.embedder_of(profile)]
    profile_models += [model for model in inventory.models if model.name == profile.reranker]
    present = [model for model in profile_models if model.state is ModelState.AVAILABLE]
    missing = [model for model in profile_models if model.state is not ModelState.AVAILABLE]
    if not missing:
        return "yes"
    size = f"~{size_text(sum(model.download_bytes for model in missing))} to pull"
    return f"the {present[0].role}; {size}" if present else size


def _short(name: str) -> str:
    return name.rsplit("/", 1)[-1]
