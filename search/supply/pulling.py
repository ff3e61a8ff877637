"""Fetching a model into the Hugging Face cache, in the cache's own layout.

The downloads of the hub's own client are not used: after an interruption they start a file over,
and they do not check its bytes.
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
from .hub import RESUME_HINT, ConnectionCut, Hub, Listing, RemoteFile

SPARE_BYTES = 100_000_000
CONFIG = "config.json"


@dataclass(frozen=True, slots=True)
class Fetching:
    """How far a pull is, over all files of a model.

    `file` is the file that is being fetched. `done_bytes` counts the files that are whole and the
    bytes of `file` that are on the disk.
    """

    model: str
    file: str
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Order:
    """What a pull has to fetch: the files that are missing, and the bytes that are left."""

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
        """The folder of the model's files."""
        return self.store / "snapshots" / self.listing.commit


def order(name: str, cache_folder: str | None = None, hub: Hub | None = None) -> Order:
    """Asks the hub for the repository `name`, and compares checksums with the files on the disk.

    Raises what `Hub` raises, and ModelError where the disk of the cache is unplugged.
    """
    place = user_place(cache_folder) or hub_place()
    if place.unplugged:
        raise ModelError(place.absence, "plug in its disk, or create the folder")
    listing = (hub or Hub()).listing(name)
    empty = Order(listing, place, (), 0)
    missing = tuple(file for file in listing.files if not _is_present(empty, file))
    partials = (_partial(empty.store / "blobs" / file.checksum) for file in missing)
    fetched_bytes = sum(path.stat().st_size for path in partials if path.is_file())
    return Order(listing, place, missing, sum(file.size for file in missing) - fetched_bytes)


def check_room(orders: Iterable[Order]) -> None:
    """Raises StorageFull where a disk has no room for all of the orders."""
    needed: dict[Path, int] = {}
    for wanted in orders:
        folder = wanted.place.folder
        needed[folder] = needed.get(folder, 0) + wanted.bytes
    for folder, size in needed.items():
        free = free_bytes(folder)
        if size and free < size + SPARE_BYTES:
            raise StorageFull(
                f"{size / 1e9:,.2f} GB are to be fetched, "
                f"and the disk of {folder} has {free / 1e9:,.2f} GB left",
                "make room, or name a folder on another disk with --cache-folder",
            )


def free_bytes(folder: Path) -> int:
    """Bytes free on the disk of a folder, which need not exist yet."""
    existing = next(path for path in (folder, *folder.parents) if path.is_dir())
    return shutil.disk_usage(existing).free


def pull(
    name: str,
    cache_folder: str | None = None,
    on_progress: Callable[[Fetching], None] = lambda _: None,
    hub: Hub | None = None,
) -> Path:
    """Fetches the repository `name`, and returns its folder.

    Raises what `order`, `check_room` and `fetch` raise.
    """
    wanted = order(name, cache_folder, hub)
    check_room([wanted])
    return fetch(wanted, on_progress, hub)


def fetch(
    wanted: Order, on_progress: Callable[[Fetching], None] = lambda _: None, hub: Hub | None = None
) -> Path:
    """Fetches the missing files of an order, and returns the model's folder.

    An architecture that does not run here is refused before its weights are fetched.
    Raises what `Hub` raises. Raises ModelError for such an architecture, where the cache cannot be
    written, where bytes are wrong, and where another process fetches the same model. Raises
    StorageFull where the disk has no room.
    """
    hub, listing, store = hub or Hub(), wanted.listing, wanted.store
    try:
        (store / "blobs").mkdir(parents=True, exist_ok=True)
        with _locked(wanted.place, listing.name):
            total, done = sum(file.size for file in listing.files), 0
            for file in listing.files:
                blob = store / "blobs" / file.checksum
                # Another process may have fetched the file in the meantime.
                if file in wanted.missing and not _is_present(wanted, file):
                    for size in _fetch_file(hub, listing, file, blob):
                        on_progress(Fetching(listing.name, file.name, done + size, total))
                if blob.exists():
                    _publish(blob, wanted.snapshot / file.name)
                if file.name == CONFIG:
                    _require_known(wanted.snapshot / CONFIG, listing.name)
                done += file.size
                on_progress(Fetching(listing.name, file.name, done, total))
            # The commit is set last, so that the cache names a whole model at any time.
            (store / "refs").mkdir(exist_ok=True)
            _replace_text(store / "refs" / "main", listing.commit)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                f"the disk of {wanted.place.folder} is full", f"make room, then {RESUME_HINT}"
            ) from error
        detail = error.strerror or str(error)
        raise ModelError(
            f"{error.filename or store} cannot be written: {detail}", "check the folder's rights"
        ) from error
    return wanted.snapshot


def _is_present(wanted: Order, file: RemoteFile) -> bool:
    """Whether the file is on the disk, with the right size and checksum."""
    paths = (wanted.store / "blobs" / file.checksum, wanted.snapshot / file.name)
    return any(
        path.is_file() and path.stat().st_size == file.size and matches(path, file.checksum)
        for path in paths
    )


def _require_known(config: Path, name: str) -> None:
    """Raises ModelError where config.json names an architecture that does not run here."""
    from ..models.engines import architectures

    known = architectures()
    model_type = read_object(config).get("model_type")
    if model_type not in known:
        raise ModelError(
            f"{name} is a {model_type} model, which does not run here",
            f"choose one of: {', '.join(known)}",
        )


def _fetch_file(hub: Hub, listing: Listing, file: RemoteFile, blob: Path) -> Iterator[int]:
    """Fetches a file, continuing an earlier part; yields how many of its bytes are on the disk."""
    partial = _partial(blob)
    is_continued = partial.exists()
    yield from _receive(hub, listing, file, partial)
    if is_continued and not matches(partial, file.checksum):
        # A power cut may have taken bytes of the earlier part.
        partial.unlink()
        yield from _receive(hub, listing, file, partial)
    # Check the bytes, and give the file its final name.
    if not matches(partial, file.checksum):
        partial.unlink()
        raise ModelError(
            f"{file.name} of {listing.name} came with a wrong checksum",
            "run the same command again",
        )
    os.replace(partial, blob)
    _flush_folder(blob.parent)


def _receive(hub: Hub, listing: Listing, file: RemoteFile, partial: Path) -> Iterator[int]:
    """Brings a file's missing bytes to the disk; yields how many of its bytes are there."""
    with partial.open("ab") as out:
        received = out.tell()
        while received < file.size:
            before = received
            try:
                with closing(hub.stream(listing, file, received)) as stream:
                    for position, piece in stream:
                        if position != received:
                            out.truncate(position)
                        out.write(piece)
                        received = position + len(piece)
                        yield min(received, file.size)
                        if received > file.size:
                            break
            except ConnectionCut:
                # A new connection is tried only where this one brought some bytes.
                if received <= before:
                    raise
            if received <= before:
                raise ModelError(
                    f"the hub sent {received:,} of {file.size:,} bytes of {file.name}", RESUME_HINT
                )
        # After a power cut, a file under its final name would count as whole with any bytes.
        out.flush()
        os.fsync(out.fileno())


def _partial(blob: Path) -> Path:
    """The file in which the bytes of a blob are collected until it is whole."""
    return blob.with_name(f"{blob.name}.incomplete")


def _publish(blob: Path, path: Path) -> None:
    """Gives a blob its name in the snapshot.

    The name is a link to the blob. Where the disk has no links, as with exFAT, the blob is moved.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    try:
        path.symlink_to(os.path.relpath(blob, path.parent))
    except OSError:
        os.replace(blob, path)


def _replace_text(path: Path, text: str) -> None:
    """Writes the file anew in one step, so that no reader sees half of it."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(new, path)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(place: Place, name: str) -> Iterator[None]:
    """Holds a lock against a second pull of the same model. Raises ModelError where it is held."""
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
