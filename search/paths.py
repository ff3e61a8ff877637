"""How the index spells the paths of files and folders."""

from __future__ import annotations

import os

from .errors import UsageError
from .urls import is_url, tidied, without_file_scheme


def index_place(path: str | os.PathLike[str]) -> str:
    """The absolute path of an index, or its URL in an object store.

    >>> index_place("/data/index/"), index_place("s3://bucket/index/")
    ('/data/index', 's3://bucket/index')
    """
    text = without_file_scheme(os.fspath(path))
    return tidied(text) if is_url(text) else os.path.abspath(os.path.expanduser(text))


def absolute(path: str | os.PathLike[str]) -> str:
    """The path with its folder's links resolved; a link as the last part stays.

    Raises UsageError for an empty path.
    """
    text = _expanded(path)
    if is_url(text):
        return tidied(text)
    folder, name = os.path.split(os.path.abspath(text))
    return os.path.join(os.path.realpath(folder), name)


def spellings(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """The names under which the index may know a path, without repeats.

    The first has its folder's links resolved, the second none of its links, and the third all.
    Raises UsageError for an empty path.
    """
    text = _expanded(path)
    if is_url(text):
        return (tidied(text),)
    unresolved = os.path.abspath(text)
    return tuple(dict.fromkeys((absolute(path), unresolved, os.path.realpath(unresolved))))


def real(path: str | os.PathLike[str]) -> str:
    """The path with all links resolved, or the URL. Raises UsageError for an empty path."""
    text = _expanded(path)
    return tidied(text) if is_url(text) else os.path.realpath(text)


def within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it.

    >>> within("/notes/a.md", "/notes"), within("/notes2/a.md", "/notes")
    (True, False)
    """
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def is_missing(path: str) -> bool:
    """Whether there is no file at the path. A path that cannot be asked about is not missing.

    A URL is not asked about, which would take long.
    """
    if is_url(path):
        return False
    try:
        os.stat(path)
    except OSError as error:
        return isinstance(error, (FileNotFoundError, NotADirectoryError))
    return False


def may_be_at(path: str) -> bool:
    """Whether there is something at the path, a link without a target included.

    A URL is not asked about, which would take long.
    """
    return is_url(path) or os.path.lexists(path)


def anchored(path: str, root: str) -> str:
    """The .gitignore pattern that matches this path below `root` and no other.

    >>> anchored("/notes/old/[x].md", "/notes")
    '/old/\\\\[x\\\\].md'
    """
    relative = os.path.relpath(path, root)
    return "/" + "".join("\\" + letter if letter in "*?[]!\\ " else letter for letter in relative)


def nearest(path: str) -> str:
    """The path itself, or the nearest folder above it that exists."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return path


def mount_of(path: str) -> str:
    """The mount point under which an existing path lies."""
    while not os.path.ismount(path):
        path = os.path.dirname(path)
    return path


def _expanded(path: str | os.PathLike[str]) -> str:
    """The path with its `~` replaced by the home folder. Raises UsageError for an empty path."""
    text = os.fspath(path)
    if not text:
        raise UsageError("the path is empty", "name a file or folder")
    return os.path.expanduser(without_file_scheme(text))
