"""The open parts of an index: catalogue, table and models, each opened once, at its first need."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from .errors import ModelError, ModelMismatch, NoIndex
from .models.profiles import Profile, profile_named
from .results import IndexModels
from .storage.index_models import (
    Change,
    change_of,
    models_in,
    next_table,
    put_change,
    put_models,
    put_reranker_revision,
    remove_unused_tables,
    reranker_revision,
    table_in_use,
    vector_key,
)
from .supply.model_choice import (
    ModelChoice,
    Models,
    check_same_vectors,
    missing_for,
    models_after,
    models_for_new,
)
from .text.passage_rules import PassageRules

if TYPE_CHECKING:
    from .protocols import Embedder, Reranker
    from .storage.catalog import Catalog
    from .storage.home import Home
    from .storage.store import Store
    from .storage.table_place import TablePlace
    from .storage.writable_store import WritableStore

Part = TypeVar("Part")


class _Slot(Generic[Part]):
    """A place for one part.

    The part is made at its first need, and made anew where another `key` is asked for.
    """

    def __init__(self, opening: AbstractContextManager[bool]) -> None:
        self._opening = opening
        self._held: tuple[object, Part] | None = None

    @property
    def part(self) -> Part | None:
        """The part, None where it is not open."""
        return self._held[1] if self._held else None

    def get(self, make: Callable[[], Part], key: object = None) -> Part:
        """The part of that key."""
        # A part that is open is given without waiting for another one that is being loaded.
        if (held := self._held) is not None and held[0] == key:
            return held[1]
        with self._opening:
            if self._held is None or self._held[0] != key:
                # The old part goes first: two models may be more than the memory holds.
                self._held = None
                self._held = key, make()
            return self._held[1]

    def put(self, part: Part, key: object = None) -> None:
        """Keep a part that is open already."""
        with self._opening:
            self._held = key, part

    def clear(self) -> None:
        """Forget the part; the next call makes another one."""
        with self._opening:
            self._held = None


class Opened:
    """The parts of the index in `home`, safe to ask for from several threads.

    `asked` are the models that the user wants this index to have, `default` those for a new index
    where `asked` leaves them open. `revision_of` gives the revision of a model's weights without
    loading them, empty where the model is not here. `writing` is held by the one thread that writes
    to the index.
    """

    def __init__(
        self,
        home: Home,
        asked: ModelChoice,
        default: ModelChoice,
        rules: PassageRules,
        load_embedder: Callable[[str], Embedder],
        load_reranker: Callable[[str], Reranker] | None,
        revision_of: Callable[[str], str],
    ) -> None:
        self.home = home
        self.asked = asked
        self.default = default
        self.rules = rules
        self.load_embedder = load_embedder
        self.load_reranker = load_reranker
        self.revision_of = revision_of
        self._language = ""
        self.writing = threading.RLock()
        self._opening = threading.RLock()
        self._catalog: _Slot[Catalog] = _Slot(self._opening)
        self._store: _Slot[Store] = _Slot(self._opening)
        self._embedder: _Slot[Embedder] = _Slot(self._opening)
        self._reranker: _Slot[Reranker] = _Slot(self._opening)

    def asking(self, choice: ModelChoice) -> Self:
        """The same open parts, for a run that wants other models."""
        other = copy(self)
        other.asked = choice
        return other

    def close(self) -> None:
        """Close the files; models stay."""
        self.home.close()
        with self._opening:
            if (catalog := self._catalog.part) is not None:
                catalog.close()
            self._catalog.clear()
            self._store.clear()

    @property
    def folder(self) -> Path:
        """The folder of this machine to read from now. Raises NoIndex and RemoteFailure."""
        return self.home.folder

    @property
    def catalog(self) -> Catalog:
        """The catalogue, for reading. Raises NoIndex or NotAnIndex."""
        from .storage.catalog import Catalog

        folder = self.home.folder
        return self._catalog.get(lambda: Catalog.open(folder), folder)

    @property
    def store(self) -> Store:
        """The table of passages. Raises NoIndex where nothing was stored yet."""
        return self.store_of(self.catalog)

    def store_of(self, catalog: Catalog) -> Store:
        """The table of passages that belongs to this catalogue."""
        place = self.home.place(table_in_use(catalog), catalog.folder)
        return self._store.get(lambda: self._open_store(catalog, place), _key_of(place))

    @property
    def embedder(self) -> Embedder:
        """The index's own embedder.

        Raises ModelMismatch where the model here is not the one that made the index.
        """
        models = self.models
        return self._embedder.get(
            self._open_embedder, vector_key(models) if models else self._new_models()
        )

    @property
    def embedder_for_new(self) -> Embedder:
        """The embedder that a new index here will have."""
        new = self._new_models()
        return self._embedder.get(lambda: self._loaded(new), new)

    @property
    def has_embedder(self) -> bool:
        """True where an embedder is open."""
        return self._embedder.part is not None

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user is to be told of the embedder, once it was opened."""
        embedder = self._embedder.part
        return (embedder.notice,) if embedder is not None and embedder.notice else ()

    @property
    def state(self) -> tuple[object, ...]:
        """What is read now: the folder of the catalogue, the name of the table, and its place.

        It changes when any process changes the models, or publishes a snapshot in a store.
        """
        return _key_of(self.place)

    @property
    def place(self) -> TablePlace:
        """The place of the table in use. Raises NoIndex."""
        catalog = self.catalog
        return self.home.place(table_in_use(catalog), catalog.folder)

    @property
    def models(self) -> IndexModels | None:
        """The record of the index's models; None before the first document."""
        return models_in(self.catalog)

    @property
    def profile(self) -> Profile:
        """The profile of the index, or of the one to be made."""
        return profile_named((self.models or self._new_models()).profile)

    def reranker(self, explicit: bool) -> tuple[Reranker | None, tuple[str, ...]]:
        """The index's reranker, or None and a warning.

        There is a warning where the reranker cannot be used, and where it was asked for
        (`explicit`) and the profile has none. Raises ModelError where one that was asked for by
        name cannot be used.
        """
        name, load = self._reranker_name(), self.load_reranker
        if load is None or not name:
            return None, (
                f"the profile {self.profile.name} has no reranker: this is the fused order",
            ) if explicit else ()
        try:
            reranker = self._reranker.get(lambda: load(name), name)
        except ModelError as error:
            if name == self.asked.reranker:
                raise
            return None, (f"not reranked: {error}",)
        known = reranker_revision(self.catalog, name)
        if known in ("", reranker.revision):
            return reranker, ()
        return reranker, (
            f"the reranker {name} has other weights than at the last ingest ({known}, now "
            f"{reranker.revision}); docsearch ingest takes note of them",
        )

    def note_reranker(self, catalog: Catalog) -> tuple[str, ...]:
        """Record the revision of the reranker's weights; a warning where it was another one."""
        name = self._reranker_name()
        revision = self.revision_of(name) if name else ""
        known = reranker_revision(catalog, name)
        if revision in ("", known):
            return ()
        put_reranker_revision(catalog, name, revision)
        if not known:
            return ()
        return (f"the reranker {name} has other weights now ({known} before, now {revision})",)

    def _reranker_name(self) -> str:
        own = self.models or self._new_models()
        return (
            self.asked.reranker
            or self.default.reranker
            or own.reranker
            or profile_named(own.profile).reranker
        )

    def open_for_writing(self, catalog: Catalog) -> WritableStore:
        """The store, made or repaired where needed.

        Documents that a repair lost are pending in the catalogue afterwards.
        """
        from .storage.writable_store import WritableStore

        with self._opening:
            models = models_in(catalog)
            embedder = None
            if models is None:
                embedder = self.embedder
                models = self._record_of(self._new_models(), embedder)
            table = table_in_use(catalog)
            place = self.home.place(table)
            store = WritableStore(catalog.folder, models.dimensions, table, place)
            if store.healed_to is not None:
                catalog.mark_pending_after(store.healed_to)
                # Going back to an older version also takes deletions back.
                store.delete(catalog.reconcile(store.counts()))
                store.sync()
            # Only now: models of which one could not be loaded are not the index's.
            put_models(catalog, models)
            if embedder is not None:
                self.keep_embedder(models, embedder)
            self._store.put(store, _key_of(place))
            return store

    def keep_embedder(self, models: IndexModels, embedder: Embedder) -> None:
        """Use this one, which is open already, where the index has these models."""
        self._embedder.put(embedder, vector_key(models))

    def suit(self, language: str) -> tuple[str, ...]:
        """Choose the models of a new index for documents mostly in this language.

        It is an ISO code, empty for English. Models that were asked for by name stay. Returned is
        what the user is to be told where models for the language are not here.
        """
        if not self.asked.over(self.default).is_about_vectors:
            self._language = language
        return missing_for(self._language, self._new_models())

    def take_choice(self, catalog: Catalog) -> None:
        """Record the profile and the reranker that were asked for, where the index has documents.

        Raises ModelMismatch where another embedder was asked for.
        """
        models = models_in(catalog)
        if models is not None:
            after = check_same_vectors(models, self.asked)
            put_models(catalog, replace(models, profile=after.profile, reranker=after.reranker))

    def begin_change(self, catalog: Catalog) -> tuple[Change | None, Embedder]:
        """The change to the models that are wanted, with their embedder.

        The change is None where the index has their vectors already. Where none were asked for,
        they are those of a change under way, else those of the settings, else the index's own. A
        change under way to other models is given up.
        """
        models, begun = models_in(catalog), change_of(catalog)
        assert models is not None
        choice = self.asked
        if choice.is_about_vectors or begun is None:
            wanted = models_after(
                models, choice if choice.is_about_vectors else choice.over(self.default)
            )
        else:
            wanted = replace(models_after(begun.models, choice), dimensions=begun.models.dimensions)
        embedder = self._loaded(wanted)
        after = self._record_of(wanted, embedder)
        same = vector_key(after) == vector_key(models)
        if begun is not None and vector_key(begun.models) != vector_key(after):
            put_change(catalog, None)
            remove_unused_tables(self.home, catalog)
            begun = None
        begun = None if same else Change(begun.table if begun else next_table(catalog), after)
        put_change(catalog, begun)
        if same:
            put_models(catalog, after)
        return begun, embedder

    def _new_models(self) -> Models:
        return models_for_new(self.asked.over(self.default), self._language)

    def _record_of(self, models: Models, embedder: Embedder) -> IndexModels:
        return IndexModels(
            profile=models.profile,
            embedder=models.embedder,
            reranker=models.reranker,
            name=embedder.name,
            revision=embedder.revision,
            dimensions=embedder.dimensions,
            query_prompt=embedder.query_prompt,
            passage_prompt=embedder.passage_prompt,
            passage_tokens=self.rules.max_tokens,
            passage_overlap=self.rules.overlap,
            passage_least=self.rules.min_tokens,
            precision=embedder.precision,
        )

    def _open_store(self, catalog: Catalog, place: TablePlace) -> Store:
        from .storage.store import Store

        models = models_in(catalog)
        if models is None:
            raise NoIndex(
                f"the index in {self.home.name} holds no document yet",
                "run: docsearch ingest FOLDER",
            )
        return Store(place.folder, models.dimensions, table=place.name, place=place)

    def _open_embedder(self) -> Embedder:
        models = self.models
        if models is None:
            return self._loaded(self._new_models())
        embedder = self.load_embedder(models.embedder)
        made = (models.revision, models.query_prompt, models.passage_prompt)
        if made != (embedder.revision, embedder.query_prompt, embedder.passage_prompt):
            raise ModelMismatch(
                f"this index was made with {models.name} ({models.revision}), the model here is "
                f"{embedder.name} ({embedder.revision})",
                "go back to that one, or embed the documents anew: docsearch ingest --reembed",
            )
        return self._narrowed(embedder.at(models.precision), models.dimensions)

    def _loaded(self, models: Models) -> Embedder:
        return self._narrowed(self.load_embedder(models.embedder), models.dimensions)

    def _narrowed(self, embedder: Embedder, dimensions: int | None) -> Embedder:
        return (
            embedder
            if dimensions is None or dimensions == embedder.dimensions
            else embedder.narrowed(dimensions)
        )


def _key_of(place: TablePlace) -> tuple[object, ...]:
    """What tells a table that is open from another one, or from another copy of it."""
    return place.folder, place.name, place.uri
