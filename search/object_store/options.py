"""What obstore and LanceDB are told of a store.

Both read credentials and endpoints from the environment by themselves. What the user's profile of
Amazon adds is given to them in memory, and written nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from .aws_profile import AwsKey, AwsProfile, profile_files, profile_for_keys, profile_in

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
"""The variables of the environment that name another endpoint than Amazon's."""

REGION = "us-east-1"
"""The region where none is told, as obstore has it."""

REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")

_ENDPOINT = re.compile(
    r"https?://[^\s/:@\[\]]+(:\d{1,5})?(/\S*)?|https?://\[[0-9a-f:.]+\](:\d{1,5})?(/\S*)?",
    re.IGNORECASE,
)

CONNECT_SECONDS = 5
RETRY_SECONDS = 30
RETRIES = 6
"""A store that is away is told of after so long, and not after the libraries' three minutes."""


def is_http_allowed(url: str, environment: Mapping[str, str]) -> bool:
    """Whether the endpoint in use, which the user named, has no encryption."""
    if _is_s3(url):
        endpoint, prefix = endpoint_in(environment), "AWS"
    elif url.startswith("az://"):
        endpoint, prefix = environment.get("AZURE_STORAGE_ENDPOINT", ""), "AZURE"
    else:
        # Google's libraries take another endpoint from the file of credentials only.
        endpoint, prefix = "", "GOOGLE"
    allowed = environment.get(f"{prefix}_ALLOW_HTTP", "").lower() in ("1", "true", "yes")
    return allowed or endpoint.startswith("http://")


def endpoint_in(environment: Mapping[str, str]) -> str:
    """The endpoint of the environment, else that of the profile; empty for Amazon's own.

    Raises ConfigError.
    """
    for name in ENDPOINTS:
        if endpoint := environment.get(name, ""):
            return _checked(endpoint, name)
    return _checked(profile_in(environment).endpoint, "endpoint_url in ~/.aws/config")


def region_in(environment: Mapping[str, str]) -> str:
    """The region of the environment, else that of the profile; empty where there is none."""
    regions = (environment.get(name, "") for name in REGIONS)
    return next(filter(None, regions), "") or profile_in(environment).region


def credential_files(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that may hold credentials, whether they are there or not."""
    google = ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_SERVICE_ACCOUNT")
    named = (environment.get(name) for name in google)
    return (*profile_files(environment), *(Path(path) for path in named if path))


def client_options(url: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """The arguments for a client of obstore. Raises RemoteFailure and ConfigError."""
    options: dict[str, Any] = {
        "client_options": {
            "allow_http": is_http_allowed(url, environment),
            "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        },
        "retry_config": {
            "max_retries": RETRIES,
            "retry_timeout": timedelta(seconds=RETRY_SECONDS),
        },
    }
    if not _is_s3(url):
        return options
    profile = profile_for_keys(environment)
    if profile is not None and (first := profile.keys()) is not None:
        options["credential_provider"] = _Keys(profile, first)
    return options | {"config": _added(environment)}


def lance_options(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """LanceDB's options for a store; all else it reads by itself, and so the keys of a profile."""
    options = {
        "connect_timeout": f"{CONNECT_SECONDS}s",
        "client_max_retries": str(RETRIES),
        "client_retry_timeout": str(RETRY_SECONDS),
    }
    if is_http_allowed(url, environment):
        options["allow_http"] = "true"
    if not _is_s3(url):
        return options
    if not region_in(environment):
        # Each of the two libraries has a region of its own where none is told.
        options["aws_region"] = REGION
    return options | _added(environment)


def _is_s3(url: str) -> bool:
    return url.startswith("s3")


def _added(environment: Mapping[str, str]) -> dict[str, str]:
    """What the profile adds to the environment, but for keys."""
    added = {}
    if not any(environment.get(name) for name in ENDPOINTS):
        added["aws_endpoint"] = endpoint_in(environment)
    if not any(environment.get(name) for name in REGIONS):
        added["aws_region"] = region_in(environment)
    return {name: value for name, value in added.items() if value}


def _checked(endpoint: str, name: str) -> str:
    if endpoint and not _ENDPOINT.fullmatch(endpoint):
        raise ConfigError(
            f"{name} is {endpoint}, which names no server",
            "write it as https://HOST or http://HOST:PORT",
        )
    return endpoint


class _Keys:
    """Gives the keys of a profile to obstore, which asks again before they end."""

    def __init__(self, profile: AwsProfile, first: AwsKey) -> None:
        self._profile = profile
        self._first: AwsKey | None = first

    def __call__(self) -> dict[str, Any]:
        key, self._first = self._first, None
        if key is None or (key.ends is not None and key.ends <= datetime.now(UTC)):
            key = self._profile.keys()
        assert key is not None
        return {
            "access_key_id": key.key_id,
            "secret_access_key": key.secret,
            "token": key.token or None,
            "expires_at": key.ends,
        }
