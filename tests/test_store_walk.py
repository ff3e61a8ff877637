"""Sources in an object store: what a walk finds, how changes are told, and what is unreachable."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest

from search.documents import File, Reason, Skip
from search.errors import RemoteFailure, UsageError
from search.index import Index
from search.ingest.rule_verdicts import WalkRules
from search.ingest.store_walk import StoreWalk, is_at, walk_store
from search.ingest.walker import walk
from search.object_store import client, options
from search.object_store.client import ObjectStore
from search.results import RootStatus
from search.urls import parted

from .s3_server import BUCKET, make_bucket, put_files


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


TREE = {
    "a.md": "A",
    "a b/ü ?#%20.md": "spaces",
    ".hidden.md": "hidden",
    ".config/x.md": "hidden too",
    "node_modules/lib/index.js": "left out by default",
    "deep/er/note.txt": "deep",
    "deep/.gitignore": "*.log\nprivate/\n!keep.log\n",
    "deep/run.log": "log",
    "deep/keep.log": "kept",
    "deep/private/secret.md": "secret",
    "deep/er/.docsearchignore": "draft*\n",
    "deep/er/draft.md": "draft",
    "big.txt": "x" * 3000,
    "photos/.git/info/exclude": "raw.txt\n",
    "photos/raw.txt": "raw",
    "photos/README.md": "photos",
}
RULES = WalkRules(max_file_size=2000)


class TestAWalk:
    @pytest.mark.parametrize(
        "rules",
        [
            RULES,
            WalkRules(hidden=True),
            WalkRules(ignore_files=False),
            WalkRules(exclude=("deep/",)),
            WalkRules(include=("*.md",)),
        ],
        ids=["default", "hidden", "no ignore files", "exclude", "include"],
    )
    def test_it_finds_what_a_walk_of_a_folder_does(
        self, store_url: str, tmp_path: Path, rules: WalkRules
    ) -> None:
        """With one exception: Git's own folder is never listed as such in both."""
        write(tmp_path / "tree", **TREE)
        put_files(tmp_path / "tree", store_url)

        def told(found: File | Skip, root: str) -> tuple[str, object, str]:
            text = found.message if isinstance(found, Skip) else ""
            detail = found.reason if isinstance(found, Skip) else found.size
            return found.path.removeprefix(root), detail, text.replace(root, "")

        root = str(tmp_path / "tree")
        here = sorted((told(found, root) for found in walk(root, rules)), key=str)
        there = sorted((told(found, store_url) for found in walk_store(store_url, rules)), key=str)
        assert there == here

    def test_a_part_of_a_root_has_the_rules_of_the_folders_above(
        self, store_url: str, tmp_path: Path
    ) -> None:
        write(tmp_path / "tree", **TREE)
        put_files(tmp_path / "tree", store_url)
        found = list(walk_store(store_url, RULES, f"{store_url}/deep/er"))
        assert [each.path.removeprefix(store_url) for each in found] == [
            "/deep/er/.docsearchignore",
            "/deep/er/draft.md",
            "/deep/er/note.txt",
        ]
        assert [type(each) for each in found] == [Skip, Skip, File]
        (private,) = walk_store(store_url, RULES, f"{store_url}/deep/private")
        assert private == Skip(
            f"{store_url}/deep/private",
            Reason.IGNORED,
            f"the folder private is ignored by {store_url}/deep/.gitignore line 2: private/",
        )

    def test_one_path(self, store_url: str, tmp_path: Path) -> None:
        write(tmp_path / "tree", **TREE)
        put_files(tmp_path / "tree", store_url)
        walk = StoreWalk(store_url, RULES)
        assert walk.skip_of(f"{store_url}/a.md") is None
        skip = walk.skip_of(f"{store_url}/big.txt")
        assert skip is not None
        assert skip.message == "the file has 3 kB, more than the limit of 2 kB"

    def test_a_single_object_is_a_root(self, store_url: str, tmp_path: Path) -> None:
        write(tmp_path / "tree", **{"a.md": "A", "a.md.bak": "B"})
        put_files(tmp_path / "tree", store_url)
        (found,) = walk_store(f"{store_url}/a.md", RULES)
        assert (found.path, found.size) == (f"{store_url}/a.md", 1)

    def test_objects_that_stand_for_folders(self, store_url: str) -> None:
        store = ObjectStore(store_url)
        store.create("notes/", b"")
        store.create("notes/a.md", b"A")
        assert [found.path for found in walk_store(store_url, RULES)] == [f"{store_url}/notes/a.md"]

    def test_an_odd_key_costs_its_folder(
        self, store_url: str, s3_endpoint: str, notes: Path, index: Index
    ) -> None:
        put_files(notes, store_url)
        index.ingest([store_url])
        put_raw(s3_endpoint, f"{store_url}/kitchen//odd.md".removeprefix("s3://"))
        assert is_at(store_url)
        report = index.ingest()
        assert [skip.path for skip in report.failed] == [f"{store_url}/kitchen"]
        assert report.failed[0].message == (
            "the folder cannot be listed: a key cannot be read: invalid path: Path "
            f'"{parted(store_url)[1]}/kitchen//" contained empty path segment'
        )
        assert (report.unchanged, report.warnings) == (
            3,
            ("1 document could not be looked for; the index keeps what it has",),
        )
        assert index.query("dough").hits[0].path == f"{store_url}/kitchen/bread.md"

    def test_an_index_below_the_root(self, store_url: str, notes: Path, index: Index) -> None:
        put_files(notes, store_url)
        with Index(f"{store_url}/index", None, index.opened.load_embedder, index.rules) as other:
            other.ingest([notes])
        skips = [found for found in walk_store(store_url, RULES) if isinstance(found, Skip)]
        assert skips == [
            Skip(f"{store_url}/index", Reason.EXCLUDED, "the folder index is a docsearch index")
        ]


class TestIngest:
    def test_documents_of_a_store(self, store_url: str, notes: Path, index: Index) -> None:
        put_files(notes, store_url)
        report = index.ingest([store_url])
        assert (report.added, report.failed, report.warnings) == (4, (), ())
        assert index.query("tide").hits[0].path == f"{store_url}/sea.rst"
        text = (notes / "sea.rst").read_text()
        assert index.document(f"{store_url}/sea.rst").text == text.rstrip()
        assert index.check(f"{store_url}/sea.rst").code == "indexed"
        (root,) = index.status().roots
        assert root == RootStatus(store_url, 4, 4, root.ingested, True)

    def test_a_store_that_keeps_versions(
        self, store_url: str, s3_endpoint: str, notes: Path, index: Index
    ) -> None:
        """It tells them of one object, and not in a list."""
        name = f"{BUCKET}-versions"
        make_bucket(s3_endpoint, name)
        keep = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        put_raw(s3_endpoint, f"{name}?versioning", keep)
        put_files(notes, f"s3://{name}")
        assert index.ingest([f"s3://{name}"]).added == 4
        store = ObjectStore(f"s3://{name}")
        listed = next(found for found in store.objects() if found.name == "sea.rst")
        assert store.head("sea.rst") != listed
        assert index.check(f"s3://{name}/sea.rst").code == "indexed"
        assert index.ingest().unchanged == 4

    def test_changes_are_told_by_the_tag(self, store_url: str, notes: Path, index: Index) -> None:
        put_files(notes, store_url)
        index.ingest([store_url])
        assert index.ingest().unchanged == 4
        store = ObjectStore(store_url)
        # The size is the same, and so is the second.
        found = store.read("kitchen/bread.md")
        assert found is not None
        store.replace("kitchen/bread.md", found[0].replace(b"four", b"five"), found[1])
        store.delete(["sea.rst"])
        store.create("house/new.md", b"# New\n\nThe reef.\n")
        dry = index.dry_run()
        assert [planned.path.removeprefix(store_url) for planned in dry.read] == [
            "/house/new.md",
            "/kitchen/bread.md",
        ]
        assert dry.removed == (f"{store_url}/sea.rst",)
        report = index.ingest()
        assert (report.added, report.changed, report.removed, report.unchanged) == (1, 1, 1, 2)

    def test_both_at_urls(self, store_url: str, notes: Path, index: Index) -> None:
        put_files(notes, f"{store_url}/notes")
        with Index(f"{store_url}/index", None, index.opened.load_embedder, index.rules) as other:
            assert other.ingest([f"{store_url}/notes"]).added == 4
            assert other.query("tide").hits[0].path == f"{store_url}/notes/sea.rst"

    def test_forget_a_part(self, store_url: str, notes: Path, index: Index) -> None:
        put_files(notes, store_url)
        index.ingest([f"{store_url}/"])
        assert index.forget(f"{store_url}/house/") == 2
        report = index.ingest()
        assert (report.unchanged, dict(report.passed_over)) == (2, {"excluded": 1})


class TestAway:
    def test_a_store_that_is_away_takes_nothing_from_the_index(
        self, store_url: str, notes: Path, index: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_files(notes, store_url)
        index.ingest([store_url, notes])
        endpoint = client.os.environ["AWS_ENDPOINT_URL"]
        monkeypatch.setattr(options, "RETRIES", 1)
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        client.store_at.cache_clear()
        for prune in (False, True):
            report = index.ingest(prune=prune)
            assert [(skip.path, skip.reason) for skip in report.failed] == [
                (store_url, Reason.UNREADABLE)
            ]
            assert report.failed[0].message == (
                f"the store cannot be listed: the store cannot be reached ({bucket(store_url)}: "
                "nothing listens there)"
            )
            assert report.warnings == (
                "4 documents could not be looked for; the index keeps what it has",
            )
            assert index.status().documents == 8
            assert index.query("tide").hits
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        client.store_at.cache_clear()
        report = index.ingest()
        assert (report.failed, report.warnings, report.unchanged) == ((), (), 8)
        assert index.status().unread == ()

    def test_an_empty_prefix_keeps_its_documents(
        self, store_url: str, notes: Path, index: Index
    ) -> None:
        put_files(notes, store_url)
        index.ingest([store_url])
        store = ObjectStore(store_url)
        store.delete([found.name for found in store.objects()])
        report = index.ingest()
        assert report.warnings == (
            f"{store_url} holds nothing to read now; its 4 documents stay in the index "
            "(use --prune to forget them)",
        )
        assert index.ingest(prune=True).removed == 4
        assert index.status().roots == ()

    def test_nothing_is_there(self, store_url: str, index: Index) -> None:
        with pytest.raises(UsageError) as refused:
            index.ingest([store_url])
        assert str(refused.value) == f"{store_url} does not exist; check the path"

    def test_no_such_bucket(self, store_url: str, index: Index) -> None:
        with pytest.raises(RemoteFailure, match="there is no such bucket"):
            index.ingest(["s3://nowhere/notes"])

    def test_it_cannot_be_watched(self, store_url: str, notes: Path, index: Index) -> None:
        put_files(notes, store_url)
        reports = index.watch([store_url])
        assert next(reports).added == 4
        with pytest.raises(UsageError) as refused:
            next(reports)
        assert str(refused.value) == (
            f"{store_url} cannot be watched, since a store tells nobody of its changes; "
            "run docsearch ingest now and then"
        )


def put_raw(endpoint: str, key: str, data: bytes = b"odd") -> None:
    """Store an object under a key that obstore refuses."""
    headers = {"Content-Type": "application/octet-stream"}
    request = urllib.request.Request(f"{endpoint}/{key}", data, headers, method="PUT")
    urllib.request.urlopen(request).close()


def bucket(url: str) -> str:
    return "/".join(url.split("/")[:3])
