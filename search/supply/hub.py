"""The hub from which models are fetched. Nothing else in docsearch uses the network."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..errors import DocsearchError, ModelError, UsageError
from .checksums import is_checksum

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

# The small files come first, so that a repository that lacks one is refused before its weights are
# fetched.
WANTED = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "model.safetensors.index.json",
    "modules.json",
    "1_Pooling/config.json",
    "config_sentence_transformers.json",
    "LICENSE",
    "README.md",
    # These are the linear layers after the pooling.
    "[0-9]_Dense/config.json",
    "[0-9]_Dense/model.safetensors",
    "*.safetensors",
)
NEEDED = {
    "config.json": "no config.json",
    "tokenizer.json": "no tokenizer.json",
    "*.safetensors": "no weights as safetensors",
}
PARTIAL_CONTENT = 206
RESUME_HINT = "run the same command again: it goes on where it stopped"
# HTTP status → message and hint. {wait} is empty, or says how long the hub asks to wait.
REFUSALS = {
    401: (
        "the hub wants a valid access token for {name}",
        "check the name, and set HF_TOKEN to a token that may read it",
    ),
    403: (
        "the hub does not let this access token read {name}",
        "check the token's rights on the hub's website",
    ),
    404: ("the hub no longer has all files of {name}", "run the same command again"),
    407: (
        "the proxy asks for a user name and a password",
        "put them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT",
    ),
    429: ("the hub allows no more requests for now{wait}", f"wait, then {RESUME_HINT}"),
}


class ConnectionCut(ModelError):
    """The connection failed during a download. The bytes that came before are good."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository. Its checksum is a SHA-256 for large files, else a git blob id."""

    name: str
    size: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a repository that a model needs, at the newest commit."""

    name: str
    commit: str
    files: tuple[RemoteFile, ...]


class Hub:
    """A Hugging Face hub: by default the one that HF_ENDPOINT names, else https://huggingface.co.

    Proxies, certificates and the access token (HF_TOKEN) are used as the hub's own client uses
    them. Each method raises UsageError for an impossible name, ModelError where the hub refuses a
    request, and ConnectionCut where the network fails.
    """

    def __init__(self, endpoint: str | None = None) -> None:
        from huggingface_hub import constants

        # Without this, the client would tell the hub which program runs it, and would ask the hub
        # for the list of programs by which it knows that.
        constants.HF_HUB_DISABLE_TELEMETRY = True
        self.endpoint = endpoint or constants.ENDPOINT

    def listing(self, name: str) -> Listing:
        """The newest commit of the repository `name`, with the files that a model needs.

        The small files come first.
        """
        from huggingface_hub import HfApi, constants

        # Ask the hub for all files, and keep those that a model needs.
        with self._with_our_errors(name):
            try:
                info = HfApi(endpoint=self.endpoint).model_info(
                    name, files_metadata=True, timeout=constants.HF_HUB_ETAG_TIMEOUT
                )
                files = [
                    RemoteFile(
                        file.rfilename,
                        file.size or 0,
                        file.lfs.sha256 if file.lfs else file.blob_id or "",
                    )
                    for file in info.siblings or ()
                    if is_wanted(file.rfilename)
                ]
                # The commit and the checksums become names of files, so they must be nothing else.
                if not all(map(is_checksum, (info.sha or "", *(file.checksum for file in files)))):
                    raise ValueError("no checksums")
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                if type(error).__name__ == "HFValidationError":
                    raise UsageError(
                        f"{name} is not the name of a model", "name one as ORG/NAME"
                    ) from error
                hint = "check HF_ENDPOINT, and whether a proxy or a login page answers in its place"
                raise ModelError(
                    f"the server at {self.endpoint} is not a model hub", hint
                ) from error
        # Refuse a repository that lacks a file that every model needs.
        for pattern, problem in NEEDED.items():
            if not any(_is_like(file.name, pattern) for file in files):
                raise ModelError(
                    f"{name} has {problem}",
                    "pickled weights and code are not read: choose another model",
                )
        # Put the files in the order of WANTED.
        order = {
            file: next(i for i, pattern in enumerate(WANTED) if _is_like(file.name, pattern))
            for file in files
        }
        return Listing(
            name, str(info.sha), tuple(sorted(files, key=lambda file: (order[file], file.name)))
        )

    def stream(
        self, listing: Listing, file: RemoteFile, start: int
    ) -> Generator[tuple[int, bytes]]:
        """The file's bytes from `start` on, in pieces, each with its position.

        They begin at 0 where the hub does not send parts of files.
        """
        from huggingface_hub import constants, get_session, hf_hub_url
        from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

        url = hf_hub_url(listing.name, file.name, revision=listing.commit, endpoint=self.endpoint)
        # Without this header a server may compress the bytes, and then positions mean nothing.
        headers = build_hf_headers() | {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        with (
            self._with_our_errors(listing.name),
            get_session().stream(
                "GET", url, headers=headers, timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT
            ) as response,
        ):
            hf_raise_for_status(response)
            position = start if response.status_code == PARTIAL_CONTENT else 0
            # Pieces are handed over as they come. A larger one would be lost with its connection.
            for piece in response.iter_bytes():
                yield position, piece
                position += len(piece)

    @contextmanager
    def _with_our_errors(self, name: str) -> Iterator[None]:
        """Turns the errors of the hub's client into docsearch's own."""
        from huggingface_hub import errors as client

        try:
            yield
        except client.GatedRepoError as error:
            hint = (
                f"accept them at {self.endpoint}/{name}, set HF_TOKEN, "
                "then run the same command again"
            )
            raise ModelError(
                f"{name} is only for those who have accepted its terms", hint
            ) from error
        except client.RepositoryNotFoundError as error:
            hint = (
                "check the name as ORG/NAME; where it is private, "
                "set HF_TOKEN to a token that may read it"
            )
            raise ModelError(f"the hub has no model {name}", hint) from error
        except client.HfHubHTTPError as error:
            raise _refusal(error, name) from error
        except client.OfflineModeIsEnabled as error:
            hint = "unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE, then run the same command again"
            raise ModelError("the environment forbids using the network", hint) from error
        # The errors of the client and those of its HTTP library share this base.
        except client.HTTPError as error:  # type: ignore[attr-defined]
            detail = " ".join(str(error).split()) or type(error).__name__
            if type(error).__name__ == "ProxyError":
                raise ModelError(
                    f"the proxy cannot be used: {detail}", "check HTTPS_PROXY"
                ) from error
            raise ConnectionCut(
                f"the connection to {self.endpoint} failed: {detail}",
                f"check the network and HTTPS_PROXY, then {RESUME_HINT}",
            ) from error


def is_wanted(file: str) -> bool:
    """Whether a file of a repository is one of those that are fetched.

    >>> is_wanted("model-00001-of-00002.safetensors"), is_wanted("onnx/model.safetensors")
    (True, False)
    >>> is_wanted("modeling.py")
    False
    """
    return any(_is_like(file, pattern) for pattern in WANTED)


def _is_like(file: str, pattern: str) -> bool:
    """Whether the file matches the pattern, whose wildcards do not match a slash."""
    return fnmatchcase(file, pattern) and file.count("/") == pattern.count("/")


def _refusal(error: HfHubHTTPError, name: str) -> DocsearchError:
    """The error for a request that the hub refuses."""
    status = error.response.status_code
    seconds = error.response.headers.get("Retry-After", "")
    wait = f"; it asks to wait {seconds} s" if seconds.isdecimal() else ""
    hint = "look at https://status.huggingface.co, and try again later"
    message, hint = REFUSALS.get(status, (f"the hub has a fault (HTTP {status})", hint))
    return ModelError(message.format(name=name, wait=wait), hint)
