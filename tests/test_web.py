"""The HTTP service's answers for programs."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
from openapi_spec_validator import validate
from prometheus_client.parser import text_string_to_metric_families

from search import Filter
from search.config import Config
from search.index import Index
from search.results import StoredPart
from tui.commands.query import query
from tui.jsont import result_json, status_json
from tui.web.parameters import Parameter
from tui.web.questions import OPTIONS

from .test_readers_pdf import pdf
from .web_server import Served, served, until

WEB = Path(__file__).parent.parent / "tui/web"
ROUTES = {
    *("/search", "/document", "/picture", "/status", "/health", "/live", "/metrics"),
    "/openapi.json",
}


@pytest.fixture
def root(notes: Path) -> Path:
    (notes / "house/manual.pdf").write_bytes(pdf(["The boiler is red."], ["The tide is blue."]))
    (notes / "sea \udcff.txt").write_text("The harbour of the north.\n")
    (notes / "lines.txt").write_text("\n".join(f"{number} tenants" for number in range(1, 101)))
    for number, path in enumerate(sorted(notes.rglob("*.*"))):
        os.utime(path, (1_760_000_000 + number, 1_760_000_000 + number))
    return notes


@pytest.fixture
def filled(index: Index, root: Path) -> Index:
    index.ingest([root])
    return index


@pytest.fixture
def web(filled: Index) -> Iterator[Served]:
    with served(lambda: nullcontext(filled)) as web:
        yield web


def error_of(response: httpx2.Response) -> tuple[int, str, str]:
    """The status, the code and the message of an error, which is one line of JSON."""
    assert response.headers["content-type"] == "application/json"
    assert response.text.endswith("}\n") and response.text.count("\n") == 1
    error = response.json()["error"]
    assert set(error) == {"code", "message", "hint"}
    return response.status_code, error["code"], error["message"]


def timeless(line: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(line)
    assert answer.pop("took_ms") >= 0
    return answer


@pytest.mark.parametrize(
    ("url", "text", "options"),
    [
        ({"q": "when does the tide turn"}, "when does the tide turn", {}),
        ({"q": "tide rent dough", "limit": "2"}, "tide rent dough", {"limit": 2}),
        ({"q": "rent", "mode": "text", "explain": "on"}, "rent", {"mode": "text", "explain": True}),
        ({"q": "rent", "min_score": "0"}, "rent", {"min_score": 0.0}),
        (
            {"q": "tide boiler", "type": ["rst", ".pdf"]},
            "tide boiler",
            {"where": Filter(types=("rst", "pdf"))},
        ),
        ({"q": "dough", "path": "kitchen/**"}, "dough", {"where": Filter(("kitchen/**",))}),
        ({"q": "boiler", "per_file": "1", "rerank": "off"}, "boiler", {"per_file": 1}),
        # A form sends its empty fields too.
        ({"q": "tide", "type": "", "after": "", "mode": ""}, "tide", {}),
    ],
)
def test_search_answers_as_the_library_does(
    web: Served, filled: Index, url: dict[str, Any], text: str, options: dict[str, Any]
) -> None:
    response = web.get("/search", params=url)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    expected = replace(filled.query(text, **options), query=url["q"])
    assert timeless(response.text) == timeless(result_json(expected))


def test_filter_words_count_and_stay_in_the_answer(web: Served, filled: Index) -> None:
    answer = web.get("/search", params={"q": "tide type:rst mode:text"}).json()
    assert (answer["query"], answer["mode"]) == ("tide type:rst mode:text", "text")
    assert [Path(hit["path"]).name for hit in answer["hits"]] == ["sea.rst"]


def test_the_settings_are_the_defaults(filled: Index) -> None:
    with served(lambda: nullcontext(filled), Config(limit=1, mode="text")) as web:
        answer = web.get("/search", params={"q": "tide boiler"}).json()
        assert (answer["mode"], len(answer["hits"])) == ("text", 1)


def test_a_path_that_is_not_utf8_has_its_bytes(web: Served, root: Path) -> None:
    answer = web.get("/search", params={"q": "harbour north", "mode": "text", "limit": 1}).json()
    [hit] = answer["hits"]
    assert hit["path_bytes"]
    document = web.get("/document?path=" + str(root) + "/sea%20%FF.txt").json()
    assert (document["text"], document["path_bytes"]) == (
        "The harbour of the north.",
        hit["path_bytes"],
    )


def test_a_document_is_given_in_parts(web: Served, root: Path) -> None:
    path = str(root / "house/lease.txt")
    text = "The landlord may raise the rent once a year. The tenant gives two months notice."
    assert web.get("/document", params={"path": path}).json() == {
        "schema": 1,
        "path": path,
        "kind": "text",
        "title": text,
        "text": text,
        "char_start": 0,
        "line_start": 1,
        "pages": [],
        "chars": len(text),
        "lines": 1,
        "page_count": 0,
    }
    manual = str(root / "house/manual.pdf")
    page = web.get("/document", params={"path": manual, "page": 2}).json()
    assert (page["text"].strip(), page["page_count"]) == ("The tide is blue.", 2)
    assert page["pages"] == [page["char_start"]] * 2
    lines = web.get("/document", params={"path": str(root / "lines.txt"), "lines": "3-4"}).json()
    assert (lines["text"], lines["line_start"]) == ("3 tenants\n4 tenants", 3)
    assert (lines["char_start"], lines["lines"]) == (20, 100)
    end = web.get("/document", params={"path": str(root / "lines.txt"), "lines": "100-200"}).json()
    assert (end["text"], end["line_start"]) == ("100 tenants", 100)
    chars = web.get("/document", params={"path": path, "chars": "4-12"}).json()
    assert (chars["text"], chars["char_start"]) == ("landlord", 4)


def test_a_page_is_drawn(web: Served, root: Path) -> None:
    manual = str(root / "house/manual.pdf")
    response = web.get("/picture", params={"path": manual, "page": 2})
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
    assert response.content.startswith(b"\x89PNG\r\n\x1a\n")
    text = web.get("/document", params={"path": manual}).json()["text"]
    start = text.index("tide")
    params = {"path": manual, "page": 2, "mark": f"{start}-{start + 4}"}
    tinted = web.get("/picture", params=params).content
    assert tinted.startswith(b"\x89PNG") and tinted != response.content
    assert web.get("/picture", params=params | {"mark": "0-0"}).content == response.content
    assert error_of(web.get("/picture", params={"path": manual, "page": 9})) == (
        *(422, "unreadable", "there is no page 9; the file has 2"),
    )
    assert error_of(web.get("/picture", params={"path": str(root / "sea.rst")})) == (
        *(400, "usage", "a document of kind rst has no picture"),
    )


@pytest.mark.parametrize("route", ["/document", "/picture"])
def test_only_documents_of_the_index_are_read(web: Served, root: Path, route: str) -> None:
    (root.parent / "secret.pdf").write_bytes(pdf(["It is secret."]))
    (root / "later.pdf").write_bytes(pdf(["It is not ingested."]))
    (root / "link.pdf").symlink_to(root.parent / "secret.pdf")
    for path in (
        root.parent / "secret.pdf",
        root / "later.pdf",
        root / "link.pdf",
        root / "house/../../secret.pdf",
        root / "house",
        root,
        "/etc/passwd",
        "../secret.pdf",
        "house/manual.pdf",
        "/proc/self/environ",
        "\0",
    ):
        assert error_of(web.get(route, params={"path": str(path)})) == (
            *(404, "not_found", "the index holds no such document"),
        )


def test_a_document_that_became_a_link_is_not_drawn(web: Served, root: Path) -> None:
    secret = root.parent / "secret.pdf"
    secret.write_bytes(pdf(["It is secret."]))
    manual = root / "house/manual.pdf"
    manual.unlink()
    manual.symlink_to(secret)
    status, _, message = error_of(web.get("/picture", params={"path": str(manual)}))
    assert (status, message) == (404, "the file is a link now, which leads elsewhere")


def test_status_health_and_the_counts(web: Served, filled: Index) -> None:
    assert web.get("/status").text == status_json(filled.status()) + "\n"
    until(lambda: web.get("/health").status_code == 200)
    assert web.get("/health").json() == {"schema": 1, "health": "ok"}
    assert web.get("/live").json() == {"schema": 1, "live": True}
    web.get("/search", params={"q": "tide"})
    web.get("/search")
    web.get("/nowhere")
    counts = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(web.get("/metrics").text)
        for sample in family.samples
    }
    assert counts["docsearch_requests_total", "/search", "200"] == 1
    assert counts["docsearch_requests_total", "/search", "400"] == 1
    assert counts["docsearch_requests_total", "other", "404"] == 1
    assert counts["docsearch_request_seconds_count", "/search"] == 2
    assert counts["docsearch_documents",] == 7
    assert counts["docsearch_turns",] == 0 or counts["docsearch_turns",] == 1
    assert not any("tide" in str(key) for key in counts)


def test_health_tells_nothing_about_an_index_that_is_gone(tmp_path: Path) -> None:
    with served(lambda: Index.open(tmp_path / "nothing")) as web:
        assert error_of(httpx2.get(f"http://{web.address.name}/health")) == (
            *(503, "index", "the index cannot be read"),
        )
        assert error_of(web.get("/search", params={"q": "tide"}))[:2] == (503, "no_index")


@pytest.mark.parametrize(
    ("url", "status", "message"),
    [
        ("/search", 400, "the parameter q is missing"),
        ("/search?q=", 400, "the parameter q is missing"),
        ("/search?q=%20", 400, "the query is empty"),
        ("/search?q=-tide", 400, "the query says only what to leave out"),
        ("/search?q=tide&size=3", 400, "there is no parameter 'size'"),
        ("/search?q=tide&limit=0", 400, "the parameter limit: 0 is not in the range 1<=x<=1000"),
        ("/search?q=tide&limit=x", 400, "the parameter limit: 'x' is not a valid integer range"),
        ("/search?q=tide&limit=1&limit=2", 400, "the parameter limit stands there twice"),
        ("/search?q=tide&mode=magic", 400, "the parameter mode: 'magic' is not one of "),
        ("/search?q=tide&rerank=maybe", 400, "the parameter rerank: 'maybe' is neither on nor off"),
        ("/search?q=tide&after=someday", 400, "the parameter after: 'someday' is no date"),
        ("/search?q=tide+after:someday", 400, "'someday' is no date"),
        ("/search?q=tide&min_score=nan", 400, "the parameter min_score: "),
        ("/search?q=" + "x" * 4001, 414, "the question has 4,001 characters"),
        ("/search?" + "&".join(["type=x"] * 65), 400, "there are more than 64 parameters"),
        ("/document", 400, "the parameter path is missing"),
        ("/status?x=1", 400, "there is no parameter 'x'"),
        ("/nowhere", 404, "there is nothing at /nowhere"),
        ("/search/", 404, "there is nothing at /search/"),
        ("/static/..%2fguard.py", 404, "there is nothing at "),
        ("/static/nothing.js", 404, "there is nothing at /static/nothing.js"),
    ],
)
def test_each_fault_is_one_line(web: Served, url: str, status: int, message: str) -> None:
    found = error_of(web.get(url))
    assert found[0] == status
    assert found[2].startswith(message)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"page": 3}, "there is no page 3"),
        ({"page": 1, "lines": "1-2"}, "lines and page exclude each other"),
        ({"chars": "9-3"}, "the parameter chars: '9-3' is no range; write it like 40-80"),
    ],
)
def test_a_wrong_part_is_told(
    web: Served, root: Path, wanted: dict[str, Any], message: str
) -> None:
    path = str(root / "house/manual.pdf")
    assert error_of(web.get("/document", params={"path": path} | wanted)) == (400, "usage", message)


def test_the_openapi_document_describes_the_answers(web: Served, root: Path) -> None:
    document = web.get("/openapi.json").json()
    validate(document)
    assert set(document["paths"]) == ROUTES
    for route, params in {
        "/search": {"q": "tide boiler", "explain": "on"},
        "/document": {"path": str(root / "house/manual.pdf")},
        "/status": {},
        "/health": {},
        "/live": {},
    }.items():
        until(lambda route=route, params=params: web.get(route, params=params).status_code == 200)
        content = document["paths"][route]["get"]["responses"]["200"]["content"]
        schema = content["application/json"]["schema"] | {"components": document["components"]}
        jsonschema.validate(web.get(route, params=params).json(), schema)
        for name in document["components"]["schemas"].values():
            name.setdefault("additionalProperties", False)
        jsonschema.validate(web.get(route, params=params).json(), schema)
    error = {"$ref": "#/components/schemas/Error", "components": document["components"]}
    jsonschema.validate(web.get("/search").json(), error)


def test_search_takes_the_options_of_query(web: Served) -> None:
    document = web.get("/openapi.json").json()
    parameters = {
        each["name"]: each["description"]
        for each in document["paths"]["/search"]["get"]["parameters"]
    }
    own = map(Parameter.of, query.params[1:])  # type: ignore[arg-type]
    options = {each.name: each.help for each in own}
    assert set(parameters) == {"q", *OPTIONS}
    assert {name: parameters[name] for name in OPTIONS} == {name: options[name] for name in OPTIONS}
    left_out = {"json", "jsonl", "files_with_matches", "null", "full", "reranker"}
    assert set(options) - OPTIONS == left_out


def test_the_documentation_has_every_route_parameter_and_field(web: Served) -> None:
    page = (Path(__file__).parent.parent / "docs/web.md").read_text()
    document = web.get("/openapi.json").json()
    names = {each.name for each in fields(StoredPart)} | set(document["paths"])
    for route in document["paths"].values():
        names |= {each["name"] for each in route["get"]["parameters"]}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
    codes = set(re.findall(r"^\| [\d, ]+ \| (.*?) \|", page, re.MULTILINE))
    told = {code for each in codes for code in re.findall(r"`(\w+)`", each)}
    source = "".join(file.read_text() for file in WEB.glob("*.py"))
    raised = set(re.findall(r"(?:Fault\(\s*\*?\(?|_refuse\(\s*)\d+,\s*\"(\w+)\"", source))
    assert {"host", "token", "too_long", "slow", "busy"} < raised
    assert raised - told == set()


def test_an_unexpected_fault_tells_its_kind_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken:
        def query(self, *_: object, **__: object) -> None:
            raise KeyError("/home/ida/secret")

    with served(lambda: nullcontext(Broken())) as web:
        assert error_of(web.get("/search", params={"q": "tide"})) == (
            *(500, "error", "unexpected KeyError"),
        )
    assert "/home/ida/secret" in caplog.text
