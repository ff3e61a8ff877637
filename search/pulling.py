"""Fetching a model into the Hugging Face cache's own layout.

Not by the hub client's own downloads: those start a file over when they were interrupted, and trust its bytes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .caches import Place, hub_place, repository_folder, user_place
from .checksums import matches
from .errors import ModelError, StorageFull
from .hub import AGAIN, ConnectionCut, Hub, Listing, RemoteFile

SPARE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Fetching:
    """How far a pull is, over all files of a model: what is checked and here, and the file at hand."""

    model: str
    file: str
    done_bytes: int
    total_bytes: int


def pull(
    name: str,
    cache_folder: str | None = None,
    on_progress: Callable[[Fetching], None] = lambda _: None,
    hub: Hub | None = None,
) -> Path:
    """Fetches the repository `name` and returns its folder; what is here already is checked by its checksum and kept.

    Raises what `Hub` raises; ModelError where the cache cannot be written or another process fetches the same model;
    StorageFull where the disk has no room.
    """
    place = user_place(cache_folder) or hub_place()
    if place.unplugged:
        raise ModelError(place.absence, "plug in its disk, or create the folder")
    hub = hub or Hub()
    listing = hub.listing(name)
    store = place.folder / repository_folder(name)
    snapshot = store / "snapshots" / listing.commit
    try:
        (store / "blobs").mkdir(parents=True, exist_ok=True)
        with _alone(place, name):
            missing = [file for file in listing.files if not _is_here(store, snapshot, file)]
            _check_room(store, missing)
            total, done = sum(file.size for file in listing.files), 0
            for file in listing.files:
                blob = store / "blobs" / file.checksum
                if file in missing:
                    for size in _fetch(hub, listing, file, blob):
                        on_progress(Fetching(name, file.name, done + size, total))
                if blob.exists():
                    _publish(blob, snapshot / file.name)
                done += file.size
                on_progress(Fetching(name, file.name, done, total))
            # last: until now the cache names the commit that was whole before
            (store / "refs").mkdir(exist_ok=True)
            _replace_text(store / "refs" / "main", listing.commit)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(f"the disk of {place.folder} is full", f"make room, then {AGAIN}") from error
        said = error.strerror or str(error)
        raise ModelError(f"{error.filename or store} cannot be written: {said}", "check the folder's rights") from error
    return snapshot


def _is_here(store: Path, snapshot: Path, file: RemoteFile) -> bool:
    paths = (store / "blobs" / file.checksum, snapshot / file.name)
    return any(path.is_file() and path.stat().st_size == file.size and matches(path, file.checksum) for path in paths)


def _check_room(store: Path, missing: list[RemoteFile]) -> None:
    partials = [_partial(store / "blobs" / file.checksum) for file in missing]
    here = sum(path.stat().st_size for path in partials if path.is_file())
    wanted = sum(file.size for file in missing) - here
    free = shutil.disk_usage(store).free
    if missing and free < wanted + SPARE_BYTES:
        raise StorageFull(
            f"{wanted / 1e9:,.2f} GB are to be fetched, and the disk of {store.parent} has {free / 1e9:,.2f} GB left",
            "make room, or name a folder on another disk with --cache-folder",
        )


def _fetch(hub: Hub, listing: Listing, file: RemoteFile, blob: Path) -> Iterator[int]:
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
                raise ModelError(f"the hub sends {here:,} of {file.size:,} bytes of {file.name}", AGAIN)
    if not matches(partial, file.checksum):
        partial.unlink()
        raise ModelError(f"{file.name} of {listing.name} came with a wrong checksum", "run the same command again")
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
            raise ModelError(f"another docsearch is fetching {name}", "wait until it has finished") from error
        yield
