"""How the stores of each kind of URL are set up, for hints."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Cloud:
    """What sets an endpoint, allows http, and has the keys, and how to give the credentials."""

    endpoint: str
    http: str
    keys: str
    credentials: str


AMAZON = Cloud(
    endpoint="AWS_ENDPOINT_URL",
    http="AWS_ALLOW_HTTP",
    keys="the environment or in ~/.aws",
    credentials="put them into the environment, such as AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, name a profile with AWS_PROFILE, or set AWS_SKIP_SIGNATURE=true for a "
    "public bucket",
)
CLOUDS = {
    "gs": Cloud(
        endpoint="gcs_base_url in the file of credentials",
        http="GOOGLE_ALLOW_HTTP",
        keys="the file of credentials",
        credentials="name their file with GOOGLE_APPLICATION_CREDENTIALS, or run: gcloud auth "
        "application-default login",
    ),
    "az": Cloud(
        endpoint="AZURE_STORAGE_ENDPOINT",
        http="AZURE_ALLOW_HTTP",
        keys="AZURE_STORAGE_ACCOUNT_KEY",
        credentials="put them into the environment, such as AZURE_STORAGE_ACCOUNT_NAME and "
        "AZURE_STORAGE_ACCOUNT_KEY",
    ),
}


def in_words_of(url: str, hint: str) -> str:
    """A hint whose fields are those of Cloud, for the store of a URL.

    >>> in_words_of("az://box/notes", "check the endpoint ({endpoint})")
    'check the endpoint (AZURE_STORAGE_ENDPOINT)'
    """
    return hint.format(**asdict(CLOUDS.get(url.partition(":")[0], AMAZON)))
