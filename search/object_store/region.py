"""The region of a bucket, which S3 tells anyone in a header of each answer."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from .options import CONNECT_SECONDS, REGION, endpoint_in, region_in

HEADER = "x-amz-bucket-region"


def region_of(url: str, environment: Mapping[str, str]) -> str:
    """The region of the bucket of a URL, for which the store is asked; empty where it is silent.

    The request has no credentials.
    """
    region = region_in(environment) or REGION
    endpoint = urlsplit(endpoint_in(environment) or f"https://s3.{region}.amazonaws.com")
    kind = HTTPSConnection if endpoint.scheme == "https" else HTTPConnection
    connection = kind(endpoint.netloc, timeout=CONNECT_SECONDS)
    try:
        connection.request("HEAD", f"{endpoint.path.rstrip('/')}/{urlsplit(url).netloc}")
        return connection.getresponse().headers.get(HEADER, "")
    except (OSError, HTTPException):
        return ""
    finally:
        connection.close()
