"""What an index consists of, each part opened at its first need and once: catalogue, table, models, engine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .calibration import CALIBRATIONS, UNKNOWN
from .errors import ModelError, ModelMismatch, NoIndex
from .profiles import profile_named

if TYPE_CHECKING:
    from .catalog import Catalog
    from .engine import Engine
    from .protocols import Embedder, Reranker
    from .store import Store

Part = TypeVar("Part")


class Parts:
    """The parts of the index in `folder`, safe to ask for from several threads. `profile` is the one asked for, if any."""

    def __init__(
        self,
        folder: Path,
        profile: str | None,
        default_profile: str | None,
        load_embedder: Callable[[str], Embedder],
        load_reranker: Callable[[str], Reranker] | None,
    ) -> None:
        self.folder = folder
        self.profile = profile
        self.default_profile = default_profile
        self.load_embedder = load_embedder
        self.load_reranker = load_reranker
        self._opening = threading.RLock()
        self._open: dict[str, Any] = {}

    def close(self) -> None:
        """Close the files; models stay."""
        with self._opening:
            if "catalog" in self._open:
                self.catalog.close()
            for name in ("catalog", "store", "engine"):
                self._open.pop(name, None)

    @property
    def catalog(self) -> Catalog:
        """The catalogue, for reading. Raises NoIndex or NotAnIndex."""
        from .catalog import Catalog

        return self._once("catalog", lambda: Catalog.open(self.folder))

    @property
    def store(self) -> Store:
        """The table of passages. Raises NoIndex where nothing was stored yet."""
        return self._once("store", self._open_store)

    @property
    def embedder(self) -> Embedder:
        """The index's own embedder. Raises ModelMismatch where the model here is not the one that made the index."""
        return self._once("embedder", self._open_embedder)

    @property
    def engine(self) -> Engine:
        """The query engine."""
        return self._once("engine", self._open_engine)

    @property
    def model(self) -> str:
        """The name of the embedder that made the index, empty before the first ingest."""
        model = self.catalog.setting("model")
        return "" if model is None else str(model["name"])

    @property
    def profile_name(self) -> str:
        """The name of the index's profile, or of the one that it will get."""
        from .inventory import fitting_profile

        return str(self.catalog.setting("profile") or self.profile or self.default_profile or fitting_profile().name)

    def reranker(self, explicit: bool) -> tuple[Reranker | None, tuple[str, ...]]:
        """The profile's reranker, or none and a warning: where it cannot be used, or was asked for explicitly and there is none."""
        profile = profile_named(self.profile_name)
        load = self.load_reranker
        if load is None or not profile.reranker:
            return None, (f"the profile {profile.name} has no reranker: this is the fused order",) if explicit else ()
        try:
            return self._once("reranker", lambda: load(profile.reranker)), ()
        except ModelError as error:
            return None, (f"not reranked: {error}",)

    def open_for_writing(self, catalog: Catalog) -> Store:
        """The store, made or repaired where needed; what a repair lost is pending in the catalogue."""
        from .store import Store

        with self._opening:
            model = catalog.setting("model")
            profile = self.profile_name
            if model is None:
                embedder = self.embedder
                model = {"name": embedder.name, "revision": embedder.revision, "dimensions": embedder.dimensions}
            store = Store(self.folder, model["dimensions"], create=True)
            if store.healed_to is not None:
                catalog.mark_pending_after(store.healed_to)
                # Going back to an older version also takes deletions back.
                store.delete(catalog.reconcile(store.counts()))
                store.sync()
            # Only now: a profile whose model could not be loaded is not the index's.
            catalog.put_setting("profile", profile)
            catalog.put_setting("model", model)
            self._open.pop("engine", None)
            self._open["store"] = store
            return store

    def check_profile(self, catalog: Catalog) -> None:
        """Raise ModelMismatch where the index has another profile than was asked for."""
        stored = catalog.setting("profile")
        if stored is not None and self.profile is not None and self.profile != stored:
            raise ModelMismatch(
                f"this index was made with the profile {stored}, not {self.profile}",
                f"leave --profile out, or make another index: docsearch --index DIR ingest --profile {self.profile} FOLDER",
            )

    def _once(self, name: str, make: Callable[[], Part]) -> Part:
        with self._opening:
            if name not in self._open:
                self._open[name] = make()
            return cast("Part", self._open[name])

    def _open_store(self) -> Store:
        from .store import Store

        model = self.catalog.setting("model")
        if model is None:
            raise NoIndex(f"the index in {self.folder} holds no document yet", "run: docsearch ingest FOLDER")
        return Store(self.folder, model["dimensions"])

    def _open_embedder(self) -> Embedder:
        embedder = self.load_embedder(profile_named(self.profile_name).embedder)
        model = self.catalog.setting("model")
        if model is not None and model["revision"] != embedder.revision:
            raise ModelMismatch(
                f"this index was made with {model['name']} ({model['revision']}), the model here is "
                f"{embedder.name} ({embedder.revision})",
                "their vectors cannot be compared; make a new index: docsearch --index DIR ingest FOLDER",
            )
        return embedder

    def _open_engine(self) -> Engine:
        from .engine import Engine

        calibration = CALIBRATIONS.get(self.model, UNKNOWN)
        return Engine(self.catalog, self.store, lambda: self.embedder, self.model, calibration)
