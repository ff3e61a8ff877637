"""One file's bytes to a Document, by the suffix of its name and, where that says nothing, by its contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ..documents import Document, Reason, Skip
from ..errors import Unreadable
from . import gz, text
from .data import csv_file, json_file, notebook, subtitles, xml_file, yaml_file
from .mail import mail, mhtml
from .markup import asciidoc, html, latex, man, markdown, org, rst
from .office import office
from .paged import image, pdf, recognition
from .source import code, syntax
from .title import file_name

VERSION = 4
"""Raised with each change that makes other documents of the same bytes, so that an index knows which to read again."""

Reader = Callable[[bytes, str], Document]

READERS: dict[str, Reader] = {
    suffix: module.read
    for module in (
        *(
            code,
            syntax,
            text,
            markdown,
            rst,
            org,
            asciidoc,
            latex,
            man,
            html,
            mhtml,
            pdf,
            image,
            office,
        ),
        *(notebook, csv_file, json_file, yaml_file, xml_file, subtitles),
    )
    for suffix in module.SUFFIXES
}

SAFE: frozenset[Reader] = frozenset({code.read, text.read, markdown.read, rst.read})
"""Readers in plain Python of our own, which take time and memory in proportion to the file: they need no process of their own."""

# What bears no suffix, but is code by its name.
NAMES: dict[str, Reader] = dict.fromkeys(
    ("makefile", "dockerfile", "rakefile", "gemfile", "jenkinsfile"), code.read
)

# Formats that are known and not read, and what they are.
NOT_READ: dict[str, str] = {
    **dict.fromkeys(
        (
            ".ico",
            ".icns",
            ".svg",
            ".psd",
            ".ai",
            ".eps",
            ".xcf",
            ".raw",
            ".cr2",
            ".nef",
            ".arw",
            ".dng",
            ".sketch",
            ".fig",
        ),
        "images",
    ),
    **dict.fromkeys(
        (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".wmv", ".mpg", ".mpeg", ".flv"), "videos"
    ),
    **dict.fromkeys(
        (
            ".mp3",
            ".wav",
            ".flac",
            ".ogg",
            ".m4a",
            ".aac",
            ".wma",
            ".aiff",
            ".opus",
            ".mid",
            ".midi",
        ),
        "sound",
    ),
    **dict.fromkeys(
        (".zip", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar", ".jar", ".war", ".whl"),
        "archives",
    ),
    **dict.fromkeys(
        (".dmg", ".iso", ".img", ".vmdk", ".qcow2", ".pkg", ".deb", ".rpm", ".apk", ".msi", ".cab"),
        "archives",
    ),
    **dict.fromkeys((".pages", ".numbers", ".key", ".xlsb", ".one"), "office files"),
    **dict.fromkeys((".mobi", ".azw", ".azw3", ".djvu", ".lit"), "electronic books"),
    **dict.fromkeys((".msg", ".pst", ".olk15message"), "mail"),
    **dict.fromkeys(
        (
            ".exe",
            ".dll",
            ".so",
            ".dylib",
            ".a",
            ".o",
            ".obj",
            ".lib",
            ".class",
            ".pyc",
            ".pyo",
            ".wasm",
        ),
        "programs",
    ),
    **dict.fromkeys(
        (
            ".sqlite",
            ".sqlite3",
            ".db",
            ".mdb",
            ".parquet",
            ".arrow",
            ".feather",
            ".lance",
            ".h5",
            ".hdf5",
        ),
        "databases",
    ),
    **dict.fromkeys(
        (
            ".npy",
            ".npz",
            ".pkl",
            ".pickle",
            ".pt",
            ".pth",
            ".onnx",
            ".gguf",
            ".safetensors",
            ".bin",
        ),
        "data",
    ),
    **dict.fromkeys((".ttf", ".otf", ".woff", ".woff2", ".eot"), "fonts"),
}


def _enclosed(readers: Mapping[str, Reader], data: bytes, path: str) -> Document:
    """The document in what another file holds, by one of these `readers`."""
    if skip := readable(path):
        raise Unreadable(skip.reason, skip.message)
    if not data:
        raise Unreadable(Reason.EMPTY, "the file is empty")
    return _reader(data, path, readers)(data, path)


# What holds other files is read with the table as it stands above it: nothing is unpacked without end.
for _holder in (mail, pdf, gz):
    READERS.update(
        dict.fromkeys(
            _holder.SUFFIXES, partial(_holder.read, enclosed=partial(_enclosed, dict(READERS)))
        )
    )


def readable(path: str) -> Skip | None:
    """Why the name alone rules a file out, so that it need not be opened; None where its contents decide."""
    suffix = _suffix(path)
    # What is compressed is known by the name without that.
    suffix = _suffix(path[: -len(suffix)]) + suffix if suffix in gz.SUFFIXES else suffix
    if suffix in image.SUFFIXES and not recognition.available():
        return Skip(path, Reason.NO_TEXT, image.NO_TEXT)
    what = NOT_READ.get(suffix.removesuffix(".gz"))
    return (
        Skip(path, Reason.BINARY, f"{suffix} files are {what}, which are not read")
        if what
        else None
    )


def can_recognise() -> bool:
    """True where an engine is installed that recognises text in pictures."""
    return recognition.available()


def read(data: bytes, path: str) -> Document:
    """The document that the file at `path` with the contents `data` holds.

    Raises Unreadable with a reason where there is none, and for whatever else goes wrong in a reader: one file must not
    end a run. Only where memory is short a MemoryError comes through, for a worker process that has a limit.
    """
    if skip := readable(path):
        raise Unreadable(skip.reason, skip.message)
    if not data:
        raise Unreadable(Reason.EMPTY, "the file is empty")
    try:
        return _reader(data, path, READERS)(data, path)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise Unreadable(
            Reason.CORRUPT, f"the file cannot be read: {type(error).__name__}: {error}"
        ) from error


def is_safe(data: bytes, path: str) -> bool:
    """True where `read` may be called in any process: nothing but our own plain code will look at the file."""
    return not data or readable(path) is not None or _reader(data, path, READERS) in SAFE


def _reader(data: bytes, path: str, readers: Mapping[str, Reader]) -> Reader:
    named = readers.get(_suffix(path)) or NAMES.get(file_name(path).lower())
    as_pdf = readers[".pdf"]
    if data.startswith(b"%PDF-") or (named is as_pdf and pdf.is_pdf(data)):
        return as_pdf
    if named is None or named is as_pdf:
        beginning = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if beginning.startswith((b"<!doctype html", b"<html")):
            return html.read
        if named is None and man.is_page(data):
            return man.read
        return readers[".eml"] if mail.is_mail(data) and ".eml" in readers else text.read
    return named


def _suffix(path: str) -> str:
    """The last suffix of the file's name, or the last two where they say more together."""
    name = path.rpartition("/")[2]
    if name.lower().endswith(".fb2.zip"):
        return ".fb2.zip"
    head, dot, suffix = name.rpartition(".")
    return "." + suffix.lower() if dot and head else ""
