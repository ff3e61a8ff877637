"""Tells the URLs of object stores from the paths of files."""

from __future__ import annotations

import os
import re

SCHEMES = ("s3", "gs", "az")
"""Amazon S3 and what speaks its protocol, Google Cloud Storage, and Azure Blob Storage."""

_URL = re.compile(rf"({'|'.join(SCHEMES)})://([^/]+)(/.*)?", re.DOTALL)
_FILE = "file://"


def is_url(path: str | os.PathLike[str]) -> bool:
    """Whether the path is the URL of an object store, such as s3://bucket/notes.

    >>> is_url("s3://bucket/notes"), is_url("/s3/bucket"), is_url("s3://")
    (True, False, False)
    """
    return isinstance(path, str) and _URL.fullmatch(path) is not None


def tidied(url: str) -> str:
    """The URL as the index spells it: without slashes at its end.

    >>> tidied("s3://bucket/notes/"), tidied("s3://bucket/")
    ('s3://bucket/notes', 's3://bucket')
    """
    return url.rstrip("/")


def parted(url: str) -> tuple[str, str]:
    """The URL of the bucket, and the key of the object or the prefix in it.

    >>> parted("s3://bucket/notes/a.md"), parted("s3://bucket")
    (('s3://bucket', 'notes/a.md'), ('s3://bucket', ''))
    """
    match = _URL.fullmatch(url)
    assert match, f"{url} is no URL of an object store"
    return f"{match[1]}://{match[2]}", (match[3] or "").lstrip("/")


def without_file_scheme(path: str) -> str:
    """The path of a URL such as file:///notes; any other path as it is.

    >>> without_file_scheme("file:///notes/a%20b.md"), without_file_scheme("/notes")
    ('/notes/a b.md', '/notes')
    """
    if not path.startswith(_FILE):
        return path
    from urllib.parse import unquote

    return unquote(path.removeprefix(_FILE).removeprefix("localhost"))
