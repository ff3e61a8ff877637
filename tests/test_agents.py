"""The tools for language models, asked by the protocol's official client."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver import MCPServer

from search.index import Index
from tui.agents.budget import excerpt
from tui.agents.protocol import INSTRUCTIONS, mcp_server
from tui.agents.verbs import Verbs

from .commands import COMMAND, docsearch
from .test_readers_pdf import pdf

LEASE = "\n".join(
    [
        "# Lease",
        "",
        *(f"{number} The tenant gives notice in month {number}." for number in range(40)),
    ]
)


@pytest.fixture
def root(notes: Path) -> Path:
    (notes / "house/long lease.md").write_text(LEASE)
    for number, path in enumerate(sorted(notes.rglob("*.*"))):
        os.utime(path, (1_760_000_000 + number, 1_760_000_000 + number))
    return notes


@pytest.fixture
def server(index: Index, root: Path) -> MCPServer:
    index.ingest([root])
    return mcp_server(Verbs(lambda: nullcontext(index)))


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    content = result.structured_content
    assert isinstance(content, dict)
    return content


async def error_of(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    text: str = result.content[0].text  # type: ignore[union-attr]
    return text.removeprefix(f"Error executing tool {tool}: ")


async def test_the_server_says_what_it_is_for_and_that_it_only_reads(server: MCPServer) -> None:
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["search", "read", "list", "status"]
        for tool in tools:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
            assert tool.description
            assert tool.output_schema
        assert client.instructions == INSTRUCTIONS


async def test_search_gives_places_to_cite(server: MCPServer, root: Path) -> None:
    async with Client(server) as client:
        found = await call(client, "search", query="why are my radiators cold", limit=1)
        [passage] = found["passages"]
        assert {
            key: passage[key] for key in ("place", "title", "headings", "modified", "text")
        } == {
            "place": f"{root}/house/boiler.md:3",
            "title": "Boiler",
            "headings": ["Boiler"],
            "modified": "2025-10-09T08:53:20Z",
            "text": (
                "# Boiler\n\nThe radiators stay cold when the boiler loses pressure.\n\n"
                "## Pressure\n\nFill to 1.5 bar."
            ),
        }
        assert (found["weak"], found["left_out"], found["warnings"]) == (False, 0, [])
        reading = await call(client, "read", target=passage["id"])
        assert reading["text"] == passage["text"]


async def test_filters_limit_the_documents(server: MCPServer, root: Path) -> None:
    async with Client(server) as client:

        async def paths(**filters: Any) -> set[str]:
            found = await call(client, "search", query="tide rent dough boiler tenant", **filters)
            return {Path(one["place"].rpartition(":")[0]).name for one in found["passages"]}

        assert await paths(types=["rst"]) == {"sea.rst"}
        assert await paths(paths=["kitchen/**"]) == {"bread.md"}
        assert await paths(after="2025-10-10") == set()
        assert await paths(before="2025-10-10", types=["txt"]) == {"lease.txt"}


async def test_the_budget_bounds_the_answer(server: MCPServer) -> None:
    async with Client(server) as client:
        whole = await call(client, "search", query="tenant notice", tokens=20_000)
        small = await call(client, "search", query="tenant notice", tokens=80)
        assert len(whole["passages"]) == len(small["passages"]) + small["left_out"]
        assert small["left_out"] > 0
        assert sum(len(one["text"].strip("…")) for one in small["passages"]) <= 4 * 80


async def test_reading_goes_on_where_it_ended(server: MCPServer, root: Path) -> None:
    async with Client(server) as client:
        path = str(root / "house/long lease.md")
        first = await call(client, "read", target=path, lines=3)
        assert first == {
            "path": path,
            "title": "Lease",
            "lines": [1, 3],
            "of_lines": 42,
            "pages": 0,
            "text": "# Lease\n\n0 The tenant gives notice in month 0.",
            "next": f"{path}:4",
        }
        second = await call(client, "read", target=first["next"], tokens=100)
        assert (second["lines"][0], second["text"].splitlines()[0]) == (
            4,
            "1 The tenant gives notice in month 1.",
        )
        last = await call(client, "read", target=f"{path}:42")
        assert (last["text"], last["next"]) == ("39 The tenant gives notice in month 39.", "")


async def test_a_page_of_a_pdf_is_read_by_its_place(index: Index, tmp_path: Path) -> None:
    file = tmp_path / "manual.pdf"
    file.write_bytes(pdf(["The boiler is red."], ["The tide turns at six."]))
    index.ingest([file])
    async with Client(mcp_server(Verbs(lambda: nullcontext(index)))) as client:
        found = await call(client, "search", query="tide", limit=1)
        place = found["passages"][0]["place"]
        assert place == f"{file}, page 2"
        page = await call(client, "read", target=place)
        assert (page["text"], page["pages"], page["next"]) == ("The tide turns at six.", 2, "")
        first = await call(client, "read", target=f"{file}, page 1")
        assert first["next"] == place
        assert await error_of(client, "read", target=f"{file}, page 3") == (
            f"{file} has no page 3; it has 2 pages"
        )


async def test_list_and_status_tell_what_there_is(server: MCPServer, root: Path) -> None:
    async with Client(server) as client:
        listing = await call(client, "list", types=["md"], limit=1)
        assert listing == {
            "documents": [
                {
                    "path": f"{root}/kitchen/bread.md",
                    "title": "Sourdough",
                    "kind": "markdown",
                    "modified": "2025-10-09T08:53:23Z",
                }
            ],
            "total": 3,
        }
        assert (await call(client, "list"))["total"] == 5
        status = await call(client, "status")
        assert (status["documents"], status["health"]) == (5, "ok")
        assert [folder["path"] for folder in status["folders"]] == [str(root)]
        [text] = (await client.read_resource("docsearch://status")).contents
        assert json.loads(text.text) == status  # type: ignore[union-attr]


async def test_wrong_arguments_are_told_with_what_to_do(server: MCPServer, tmp_path: Path) -> None:
    async with Client(server) as client:
        secret = tmp_path / "secret.txt"
        secret.write_text("not in the index")
        assert await error_of(client, "read", target=str(secret)) == (
            f"{secret} is not in the index; see why: docsearch check {secret}"
        )
        assert await error_of(client, "read", target="/etc/passwd") == (
            "/etc/passwd is not in the index; see why: docsearch check /etc/passwd"
        )
        assert await error_of(client, "search", query="rent", limit=1000) == (
            "limit is 1000; give a number from 1 to 50"
        )
        assert "is no date" in await error_of(client, "search", query="rent", after="someday")
        assert await error_of(client, "search", query="-rent") == (
            "the query says only what to leave out; add what to look for"
        )


def test_an_excerpt_keeps_the_answer() -> None:
    text = "a" * 50 + "ANSWER" + "b" * 50
    assert excerpt(text, (50, 56), 200) == text
    assert excerpt(text, (50, 56), 16) == "…aaaaaANSWERbbbbb…"
    assert excerpt(text, (0, 3), 10) == "aaaaaaaaaa…"
    assert excerpt(text, (100, 106), 10) == "…bbbbbbbbbb"


@pytest.fixture
def real(root: Path, tmp_path: Path) -> Iterator[Path]:
    """An index with the model of the package."""
    done = docsearch("--index", tmp_path / "real", "ingest", root, cwd=tmp_path)
    assert done.code == 0, done.err
    yield tmp_path / "real"


async def test_the_command_speaks_on_stdin_and_stdout(real: Path, root: Path) -> None:
    program = StdioServerParameters(
        command=str(COMMAND), args=["--index", str(real), "mcp"], env=dict(os.environ)
    )
    async with Client(stdio_client(program)) as client:
        found = await call(client, "search", query="how often may the rent go up", limit=1)
        assert found["passages"][0]["place"] == f"{root}/house/lease.txt:1"
        assert found["passages"][0]["answer"] == "The landlord may raise the rent once a year."


async def test_over_http_the_token_is_needed(real: Path, root: Path) -> None:
    environment = dict(os.environ) | {"DOCSEARCH_MCP_TOKEN": "a-token"}
    process = subprocess.Popen(
        [COMMAND, "--index", real, "mcp", "--http", "0"], env=environment, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline().decode()
        match = re.match(r"answering at (http://127\.0\.0\.1:\d+/mcp); end it with Ctrl-C", line)
        assert match, line
        url = match[1]
        token = {"Authorization": "Bearer a-token"}
        async with httpx2.AsyncClient(headers=token, timeout=60) as http:
            async with Client(streamable_http_client(url, http_client=http)) as client:
                found = await call(client, "search", query="tide", limit=1)
                assert found["passages"][0]["place"].startswith(f"{root}/sea.rst:")
            body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
            rebound = await http.post(url, json=body, headers={"Host": "evil.example"})
            assert rebound.status_code == 421
        async with httpx2.AsyncClient() as http:
            assert (await http.post(url, json={})).status_code == 401
            wrong = await http.post(url, json={}, headers={"Authorization": "Bearer no"})
            assert (wrong.status_code, wrong.text) == (401, "the token is missing or wrong\n")
    finally:
        process.terminate()
        process.wait(30)
        process.stderr.close()


def test_a_missing_index_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    done = docsearch("--index", "nothing", "mcp", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "there is no index in" in done.err
