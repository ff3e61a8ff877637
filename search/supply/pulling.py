"""Fetching a model into the Hugging Face cache's own layout.

Not by the hub client's own downloads: those start a file over when they were interrupted, and trust its bytes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError, StorageFull
from ..models.caches import Place, hub_place, read_object, repository_folder, user_place
from .checksums import matches
from .hub import AGAIN, ConnectionCut, Hub, Listing, RemoteFile

SPARE_BYTES = 100_000_000
CONFIG = "config.json"


@dataclass(frozen=True, slots=True)
class Fetching:
    """How far a pull is, over all files of a model: what is checked and here, and the file at hand."""

    model: str
    file: str
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Order:
    """What a pull has to fetch: the files that are not here, and the bytes that are still to come."""

    listing: Listing
    place: Place
    missing: tuple[RemoteFile, ...]
    bytes: int

    @property
    def store(self) -> Path:
        """The model's folder in the cache."""
        return self.place.folder / repository_folder(self.listing.name)

    @property
    def snapshot(self) -> Path:
        """The folder of its files."""
        return self.store / "snapshots" / self.listing.commit


def order(name: str, cache_folder: str | None = None, hub: Hub | None = None) -> Order:
    """Asks the hub for the repository `name`, and compares it with what is here, by checksums.

    Raises what `Hub` raises; ModelError where the cache's disk is not there.
    """
    place = user_place(cache_folder) or hub_place()
    if place.unplugged:
        raise ModelError(place.absence, "plug in its disk, or create the folder")
    listing = (hub or Hub()).listing(name)
    empty = Order(listing, place, (), 0)
    missing = tuple(file for file in listing.files if not _is_here(empty, file))
    partials = (_partial(empty.store / "blobs" / file.checksum) for file in missing)
    here = sum(path.stat().st_size for path in partials if path.is_file())
    return Order(listing, place, missing, sum(file.size for file in missing) - here)


def check_room(orders: Iterable[Order]) -> None:
    """Raises StorageFull where a disk has no room for all of the orders."""
    wanted: dict[Path, int] = {}
    for each in orders:
        wanted[each.place.folder] = wanted.get(each.place.folder, 0) + each.bytes
    for folder, size in wanted.items():
        free = free_bytes(folder)
        if size and free < size + SPARE_BYTES:
            raise StorageFull(
                f"{size / 1e9:,.2f} GB are to be fetched, and the disk of {folder} has {free / 1e9:,.2f} GB left",
                "make room, or name a folder on another disk with --cache-folder",
            )


def free_bytes(folder: Path) -> int:
    """Bytes free on the disk of a folder, which need not exist yet."""
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    return shutil.disk_usage(there).free


def pull(
    name: str,
    cache_folder: str | None = None,
    on_progress: Callable[[Fetching], None] = lambda _: None,
    hub: Hub | None = None,
) -> Path:
    """Fetches the repository `name` and returns its folder. Raises what `order`, `check_room` and `fetch` raise."""
    wanted = order(name, cache_folder, hub)
    check_room([wanted])
    return fetch(wanted, on_progress, hub)


def fetch(
    wanted: Order, on_progress: Callable[[Fetching], None] = lambda _: None, hub: Hub | None = None
) -> Path:
    """Fetches what an order lacks, and returns the model's folder.

    Raises what `Hub` raises; ModelError where the cache cannot be written, where bytes come wrong, where another process
    fetches the same model, and, before its weights, for an architecture that does not run here; StorageFull where the disk
    has no room.
    """
    hub, listing, store = hub or Hub(), wanted.listing, wanted.store
    try:
        (store / "blobs").mkdir(parents=True, exist_ok=True)
        with _alone(wanted.place, listing.name):
            total, done = sum(file.size for file in listing.files), 0
            for file in listing.files:
                blob = store / "blobs" / file.checksum
                # another process may have brought it meanwhile
                if file in wanted.missing and not _is_here(wanted, file):
                    for size in _fetch_file(hub, listing, file, blob):
                        on_progress(Fetching(listing.name, file.name, done + size, total))
                if blob.exists():
                    _publish(blob, wanted.snapshot / file.name)
                if file.name == CONFIG:
                    _require_known(wanted.snapshot / CONFIG, listing.name)
                done += file.size
                on_progress(Fetching(listing.name, file.name, done, total))
            # last: until now the cache names the commit that was whole before
            (store / "refs").mkdir(exist_ok=True)
            _replace_text(store / "refs" / "main", listing.commit)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                f"the disk of {wanted.place.folder} is full", f"make room, then {AGAIN}"
            ) from error
        said = error.strerror or str(error)
        raise ModelError(
            f"{error.filename or store} cannot be written: {said}", "check the folder's rights"
        ) from error
    return wanted.snapshot


def _is_here(wanted: Order, file: RemoteFile) -> bool:
    paths = (wanted.store / "blobs" / file.checksum, wanted.snapshot / file.name)
    return any(
        path.is_file() and path.stat().st_size == file.size and matches(path, file.checksum)
        for path in paths
    )


def _require_known(config: Path, name: str) -> None:
    from ..models.engines import ENCODERS

    known = sorted({model_type for model_type, _ in ENCODERS})
    model_type = read_object(config).get("model_type")
    if model_type not in known:
        raise ModelError(
            f"{name} is a {model_type} model, which does not run here",
            f"choose one of: {', '.join(known)}",
        )


def _fetch_file(hub: Hub, listing: Listing, file: RemoteFile, blob: Path) -> Iterator[int]:
    """Fetches a file, going on from an earlier part; yields how many of its bytes are here."""
    partial = _partial(blob)
    with partial.open("ab") as out:
        here = out.tell()
        while here < file.size:
            before = here
            try:
                with closing(hub.stream(listing, file, here)) as stream:
                    for position, piece in stream:
                        if position != here:
                            out.truncate(position)
                        out.write(piece)
                        here = position + len(piece)
                        yield min(here, file.size)
                        if here > file.size:
                            break
            except ConnectionCut:
                # a connection that brought something is taken up again; one that did not would not the next time
                if here <= before:
                    raise
            if here <= before:
                raise ModelError(
                    f"the hub sends {here:,} of {file.size:,} bytes of {file.name}", AGAIN
                )
    if not matches(partial, file.checksum):
        partial.unlink()
        raise ModelError(
            f"{file.name} of {listing.name} came with a wrong checksum",
            "run the same command again",
        )
    os.replace(partial, blob)


def _partial(blob: Path) -> Path:
    return blob.with_name(f"{blob.name}.incomplete")


def _publish(blob: Path, path: Path) -> None:
    """Gives a blob its name in the snapshot: as a link, or by moving it where the disk has no links, as exFAT."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    try:
        path.symlink_to(os.path.relpath(blob, path.parent))
    except OSError:
        os.replace(blob, path)


def _replace_text(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


@contextmanager
def _alone(place: Place, name: str) -> Iterator[None]:
    """Keeps a second pull of the same model away."""
    folder = place.folder / ".locks" / repository_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "docsearch.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ModelError(
                f"another docsearch is fetching {name}", "wait until it has finished"
            ) from error
        yield
