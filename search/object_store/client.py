"""Reads and writes the objects below a URL; the only file that knows obstore."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import DocsearchError, RemoteFailure
from .failures import OtherRegion, failure, failure_of, other_region
from .options import client_options
from .region import region_of

PART = 1 << 20
"""A file is fetched in pieces of so many bytes."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What tells a version of an object from all others, as its store gives it."""

    e_tag: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object by its name below the URL of the client; `size` is in bytes."""

    name: str
    size: int
    modified_ns: int
    tag: Tag


class OddKey(RemoteFailure):
    """A key that is no path, as it has an empty part, or a character of control."""


class ObjectStore:
    """The objects below `url`. Thread-safe.

    All methods raise RemoteFailure where the store cannot be reached or refuses, and StorageFull.
    """

    def __init__(self, url: str) -> None:
        """Raises RemoteFailure where obstore is not installed, or the environment is wrong."""
        self.url = url
        try:
            self._library: Any = import_module("obstore")
            make = import_module("obstore.store").from_url
        except ImportError as error:
            raise RemoteFailure(
                f"{url} needs the extra remote", "install it: pip install 'docsearch[remote]'"
            ) from error
        with self._failures():
            self._store: Any = make(url, **client_options(url, os.environ))

    def read(self, name: str) -> tuple[bytes, Tag] | None:
        """An object's contents and its tag; None where there is no such object."""
        with self._failures():
            try:
                found = self._library.get(self._store, name)
                return bytes(found.bytes()), _tag(found.meta)
            except FileNotFoundError as error:
                self._check_bucket(error)
                return None

    def read_if_other(self, name: str, known: Tag) -> tuple[bytes, Tag] | None:
        """As `read`, but without contents where the object is still the one that is known."""
        with self._failures():
            try:
                found = self._library.get(self._store, name, options={"if_none_match": known.e_tag})
                return bytes(found.bytes()), _tag(found.meta)
            except FileNotFoundError as error:
                self._check_bucket(error)
                return None
            except self._library.exceptions.NotModifiedError:
                return b"", known

    def read_first(self, name: str, size: int) -> bytes:
        """The first `size` bytes of an object. Raises FileNotFoundError where it is gone."""
        if not size:
            return b""
        with self._failures():
            try:
                return bytes(self._library.get_range(self._store, name, start=0, end=size))
            except FileNotFoundError as error:
                self._check_bucket(error)
                raise FileNotFoundError(name) from error

    def create(self, name: str, data: bytes) -> Tag | None:
        """Make an object, and return its tag; None where there is one of that name already."""
        with self._failures():
            try:
                return _tag(self._library.put(self._store, name, data, mode="create"))
            except self._library.exceptions.AlreadyExistsError:
                return None

    def replace(self, name: str, data: bytes, known: Tag) -> Tag | None:
        """Put an object in the place of the known one; None where another one took its place."""
        fields = {"e_tag": known.e_tag, "version": known.version}
        mode = {field: value for field, value in fields.items() if value}
        with self._failures():
            try:
                return _tag(self._library.put(self._store, name, data, mode=mode))
            except (self._library.exceptions.PreconditionError, FileNotFoundError) as error:
                self._check_bucket(error)
                return None

    def upload(self, file: Path, name: str) -> None:
        """Store a file under a name; whatever had the name goes."""
        with self._failures():
            self._library.put(self._store, name, file)

    def pieces(self, name: str) -> Iterator[bytes]:
        """An object's contents, piece by piece. Raises FileNotFoundError where it is gone."""
        with self._failures():
            try:
                for piece in self._library.get(self._store, name).stream(min_chunk_size=PART):
                    yield bytes(piece)
            except FileNotFoundError as error:
                self._check_bucket(error)
                raise FileNotFoundError(name) from error

    def head(self, name: str) -> StoredObject | None:
        """An object without its contents; None where there is no such object."""
        with self._failures():
            try:
                return _stored(self._library.head(self._store, name))
            except FileNotFoundError as error:
                self._check_bucket(error)
                return None
            except self._library.exceptions.BaseError:
                # An answer to HEAD has no text that tells why, but one to GET has.
                self._library.get_range(self._store, name, start=0, length=1)
                raise

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """All objects in and below the folder `prefix`, in the order of the store.

        Raises OddKey where the key of any of them is no path.
        """
        with self._failures():
            for batch in self._library.list(self._store, prefix=prefix or None):
                yield from map(_stored, batch)

    def children(self, prefix: str = "") -> tuple[list[StoredObject], list[str]]:
        """The objects and the folders right below the folder `prefix`, by their whole names."""
        with self._failures():
            found = self._library.list_with_delimiter(self._store, prefix or None)
            folders = [name.rstrip("/") for name in found["common_prefixes"]]
            return list(map(_stored, found["objects"])), folders

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects; those that are gone do not matter."""
        with self._failures():
            if listed := list(names):
                try:
                    self._library.delete(self._store, listed)
                except FileNotFoundError as error:
                    # Azure ends with the first one that is gone.
                    self._check_bucket(error)
                    for name in listed:
                        with suppress(FileNotFoundError):
                            self._library.delete(self._store, name)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """A context that turns errors of obstore into those of docsearch."""
        try:
            yield
        except DocsearchError:
            raise
        except FileNotFoundError as error:
            self._check_bucket(error)
            raise
        except Exception as error:
            if isinstance(error, self._library.exceptions.InvalidPathError):
                cause = str(error).splitlines()[0].removeprefix("Encountered object with ")
                raise OddKey(f"a key cannot be read: {cause}", "rename the object") from error
            base = self._library.exceptions.BaseError
            if not isinstance(error, (base, OSError, ValueError)):
                raise
            raise self._told(error) from error

    def _told(self, error: Exception) -> DocsearchError:
        told = failure(error, self.url)
        if isinstance(told, OtherRegion) and (region := region_of(self.url, os.environ)):
            return other_region(self.url, region)
        return told

    def _check_bucket(self, error: BaseException) -> None:
        """Raise RemoteFailure where not only the object is missing, but its bucket or the store."""
        if (known := failure_of(error, self.url)) is not None:
            raise known from error


@lru_cache(maxsize=32)
def store_at(url: str) -> ObjectStore:
    """The client of a URL, which is made once."""
    return ObjectStore(url)


def _tag(meta: Mapping[str, Any]) -> Tag:
    return Tag(meta.get("e_tag") or "", meta.get("version") or "")


def _stored(meta: Mapping[str, Any]) -> StoredObject:
    # A list may give parts of a second, and the answer about one object whole seconds.
    modified_ns = int(meta["last_modified"].timestamp()) * 10**9
    return StoredObject(meta["path"], meta["size"], modified_ns, _tag(meta))
