"""Turns one file's bytes into a Document.

The suffix of the file's name chooses the reader; where the name says nothing, the contents do.
"""

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

VERSION = 5
"""Raise this with each change that makes other documents of the same bytes.

An index then knows which files to read again.
"""

Reader = Callable[[bytes, str], Document]

READERS: dict[str, Reader] = {
    suffix: module.read
    for module in (
        *(code, syntax, text),
        *(markdown, rst, org, asciidoc, latex, man, html, mhtml),
        *(pdf, image, office),
        *(notebook, csv_file, json_file, yaml_file, xml_file, subtitles),
    )
    for suffix in module.SUFFIXES
}

SAFE: frozenset[Reader] = frozenset({code.read, text.read, markdown.read, rst.read})
"""Readers in our own plain Python, whose time and memory grow in proportion to the file.

They need no worker process.
"""

# Files that have no suffix but are code by their whole name.
NAMES: dict[str, Reader] = dict.fromkeys(
    ("makefile", "dockerfile", "rakefile", "gemfile", "jenkinsfile"), code.read
)

_NOT_READ = {
    "images": ".ico .icns .svg .psd .ai .eps .xcf .raw .cr2 .nef .arw .dng .sketch .fig",
    "videos": ".mp4 .mov .avi .mkv .webm .m4v .wmv .mpg .mpeg .flv",
    "sound": ".mp3 .wav .flac .ogg .m4a .aac .wma .aiff .opus .mid .midi",
    "archives": ".zip .tgz .bz2 .xz .zst .7z .rar .tar .jar .war .whl "
    ".dmg .iso .img .vmdk .qcow2 .pkg .deb .rpm .apk .msi .cab",
    "office files": ".pages .numbers .key .xlsb .one",
    "electronic books": ".mobi .azw .azw3 .djvu .lit",
    "mail": ".msg .pst .olk15message",
    "programs": ".exe .dll .so .dylib .a .o .obj .lib .class .pyc .pyo .wasm",
    "databases": ".sqlite .sqlite3 .db .mdb .parquet .arrow .feather .lance .h5 .hdf5",
    "data": ".npy .npz .pkl .pickle .pt .pth .onnx .gguf .safetensors .bin",
    "fonts": ".ttf .otf .woff .woff2 .eot",
}
NOT_READ: dict[str, str] = {
    suffix: content for content, suffixes in _NOT_READ.items() for suffix in suffixes.split()
}
"""Suffixes of known formats that are not read, and what files of each format hold."""


def _enclosed(readers: Mapping[str, Reader], data: bytes, path: str) -> Document:
    """Read a file that lies inside another file, with one of these `readers`."""
    if skip := readable(path):
        raise Unreadable(skip.reason, skip.message)
    if not data:
        raise Unreadable(Reason.EMPTY, "the file is empty")
    return _reader(data, path, readers)(data, path)


# A file that holds other files reads them with the table as it stands above its own entry, so
# nothing is unpacked without end.
for _holder in (mail, pdf, gz):
    READERS.update(
        dict.fromkeys(
            _holder.SUFFIXES, partial(_holder.read, enclosed=partial(_enclosed, dict(READERS)))
        )
    )


def readable(path: str) -> Skip | None:
    """Why the name alone rules a file out; None where the contents must decide.

    A file that is ruled out need not be opened.
    """
    suffix = _suffix(path)
    # A compressed file is judged by its name without the ".gz".
    suffix = _suffix(path[: -len(suffix)]) + suffix if suffix in gz.SUFFIXES else suffix
    if suffix in image.SUFFIXES and not recognition.available():
        return Skip(path, Reason.NO_TEXT, image.NO_TEXT)
    content = NOT_READ.get(suffix.removesuffix(".gz"))
    return (
        Skip(path, Reason.BINARY, f"{suffix} files are {content}, which are not read")
        if content
        else None
    )


def can_recognise() -> bool:
    """True where an engine that recognises text in pictures is installed."""
    return recognition.available()


def read(data: bytes, path: str) -> Document:
    """The document in the file at `path`, whose contents are `data`.

    Raises Unreadable with a reason where the file holds no document, and for any error in a reader:
    one file must not end a run. A MemoryError comes through: the worker process, which has a memory
    limit, reports it.
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
    """True where `read` may be called in any process: only our own plain code will see the file."""
    return not data or readable(path) is not None or _reader(data, path, READERS) in SAFE


def _reader(data: bytes, path: str, readers: Mapping[str, Reader]) -> Reader:
    """The reader for the file: PDF by its contents, others by name, and the rest by contents."""
    by_name = readers.get(_suffix(path)) or NAMES.get(file_name(path).lower())
    as_pdf = readers[".pdf"]
    if data.startswith(b"%PDF-") or (by_name is as_pdf and pdf.is_pdf(data)):
        return as_pdf
    if by_name is None or by_name is as_pdf:
        beginning = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if beginning.startswith((b"<!doctype html", b"<html")):
            return html.read
        if by_name is None and man.is_page(data):
            return man.read
        return readers[".eml"] if mail.is_mail(data) and ".eml" in readers else text.read
    return by_name


def _suffix(path: str) -> str:
    """The last suffix of the file's name in lower case with its dot, or ".fb2.zip" as a whole."""
    name = path.rpartition("/")[2]
    if name.lower().endswith(".fb2.zip"):
        return ".fb2.zip"
    head, dot, suffix = name.rpartition(".")
    return "." + suffix.lower() if dot and head else ""
