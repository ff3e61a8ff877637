"""Paths as the index names them."""

from __future__ import annotations

import os


def absolute(path: str | os.PathLike[str]) -> str:
    """The path with its folder's links resolved, as the walk names files; a link as the last part stays."""
    folder, name = os.path.split(os.path.abspath(os.path.expanduser(path)))
    return os.path.join(os.path.realpath(folder), name)


def within(path: str, folder: str) -> bool:
    """True where `path` is `folder` or lies below it.

    >>> within("/notes/a.md", "/notes"), within("/notes2/a.md", "/notes")
    (True, False)
    """
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def anchored(path: str, root: str) -> str:
    """The .gitignore pattern that means just this path below `root`.

    >>> anchored("/notes/old/[x].md", "/notes")
    '/old/\\\\[x\\\\].md'
    """
    relative = os.path.relpath(path, root)
    return "/" + "".join("\\" + letter if letter in "*?[]!\\ " else letter for letter in relative)
