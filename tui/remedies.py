"""What a user can do about each reason for which a file is not in the index."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from search.results import LeftOutTotal
from search.wording import counted

REMEDIES: Mapping[str, str] = {
    "ignored": (
        "an ignore file names it; to read it nevertheless: docsearch ingest --no-ignore FOLDER"
    ),
    "hidden": (
        "its name begins with a dot; to read it nevertheless: docsearch ingest --hidden FOLDER"
    ),
    "excluded": (
        "the folder's own rules leave it out; "
        "change them with: docsearch ingest --exclude or --include FOLDER"
    ),
    "symlink": "links out of a folder are not followed; add the link's target as a folder",
    "special": "nothing: it is no regular file",
    "too_large": "raise the limit: docsearch ingest --max-file-size 200M FOLDER",
    "binary": "nothing: it holds no text that can be read",
    "empty": "nothing: there is nothing in it",
    "no_text": "have text in its pictures recognised: pip install 'docsearch[ocr]', then refresh",
    "encrypted": "save a copy without a password, then refresh",
    "not_downloaded": (
        "its contents are in a cloud; "
        "to download and read them: docsearch ingest --fetch-cloud FOLDER"
    ),
    "corrupt": "open it in its own program and save it anew, then refresh",
    "unreadable": (
        "correct its permissions, then refresh; on macOS also: "
        "System Settings > Privacy & Security > Full Disk Access"
    ),
    "timeout": "it takes too long to read; split it, or save it in a simpler form, then refresh",
    "limit": "it unfolds into more than can be read; split it, then refresh",
    "crashed": "its reader failed; save it anew in its own program, then refresh",
}
"""A remedy for each code of `search.documents.Reason`."""


def remedy_in_the_app(reason: str) -> str:
    """The remedy for a reason, as the app says it.

    >>> remedy_in_the_app("encrypted")
    'save a copy without a password, then press r'
    >>> remedy_in_the_app("too_large")
    'raise the limit, in a shell: docsearch ingest --max-file-size 200M FOLDER'
    """
    remedy = REMEDIES.get(reason, "").replace("then refresh", "then press r")
    return remedy.replace(": docsearch ", ", in a shell: docsearch ")


def command_for(reason: str, root: str) -> str:
    """The command that lets a root's files be read that are left out for a reason, if there is one.

    >>> command_for("hidden", "/home/ann/my notes")
    "docsearch ingest --hidden '/home/ann/my notes'"
    >>> command_for("special", "/home/ann")
    ''
    """
    _, start, rest = REMEDIES.get(reason, "").partition("docsearch ingest ")
    # A remedy that names several options leaves the choice to the user.
    return start + rest.replace("FOLDER", shlex.quote(root)) if " or " not in rest else ""


def left_out_line(total: LeftOutTotal) -> str:
    """What the documents of a run leave out, in one line; empty where they leave nothing out.

    >>> left_out_line(LeftOutTotal(2, "3 comments"))
    'left out in 2 documents: 3 comments; ask about one with: docsearch check PATH'
    """
    if not total.documents:
        return ""
    documents = counted(total.documents, "document")
    return f"left out in {documents}: {total.parts}; ask about one with: docsearch check PATH"


def by_reason(counts: Iterable[tuple[str, int]]) -> str:
    """Counts by reason, in words.

    >>> by_reason([("hidden", 2), ("ignored", 1200)])
    '2 hidden, 1,200 ignored'
    """
    return ", ".join(f"{count:,} {reason}" for reason, count in counts)
