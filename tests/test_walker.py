"""The walk yields the files under a root that are documents, and says why others are not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from search.documents import File, Reason, Skip
from search.errors import UsageError
from search.ingest.rule_verdicts import WalkRules
from search.ingest.walker import file_at, skip_of, walk
from search.storage.catalog import Catalog

EVERYTHING = WalkRules()


def tree(root, files):
    """Write files by their relative paths; a path that ends in a slash is an empty folder."""
    for name, text in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return root


def walked(root, rules=EVERYTHING, below=None):
    """The walk's paths relative to the root, each with its reason where it is skipped."""
    found = walk(str(root), rules, None if below is None else str(below))
    return [
        os.path.relpath(item.path, root) + (f": {item.reason}" if isinstance(item, Skip) else "")
        for item in found
    ]


def test_files_come_depth_first_in_the_order_of_names(tmp_path):
    tree(tmp_path, {"b.md": "", "a/z.md": "", "a/b/x.md": "", "c/": "", "B.md": ""})
    assert walked(tmp_path) == ["B.md", "a/b/x.md", "a/z.md", "b.md"]


def test_a_file_has_the_size_and_times_of_lstat(tmp_path):
    path = tree(tmp_path, {"a.md": "twelve bytes"}) / "a.md"
    os.utime(path, ns=(0, -5))
    status = path.stat()
    file = File(str(path), str(tmp_path), 12, -5, status.st_ctime_ns, status.st_ino, mounted=False)
    assert list(walk(str(tmp_path), WalkRules())) == [file]
    assert file_at(str(path)) == File(
        str(path), str(path), 12, -5, status.st_ctime_ns, status.st_ino
    )


def test_file_at_knows_only_regular_files(tmp_path):
    assert file_at(str(tmp_path)) is None
    assert file_at(str(tmp_path / "missing")) is None


def test_a_root_may_be_a_file_whatever_its_name(tmp_path):
    root = tree(tmp_path, {".secret": "x", ".gitignore": "*"}) / ".secret"
    assert [type(item) for item in walk(str(root), WalkRules(include=("*.md",)))] == [File]
    assert skip_of(str(root), str(root), WalkRules()) is None


def test_a_root_that_is_missing_yields_nothing(tmp_path):
    assert walked(tmp_path / "missing") == []
    assert walked(tmp_path, below=tmp_path / "missing") == []
    assert skip_of(str(tmp_path / "missing"), str(tmp_path), WalkRules()) is None


def test_hidden_names_are_left_out_unless_asked_for_and_version_control_always(tmp_path):
    tree(
        tmp_path,
        {
            ".git/config": "",
            ".notes/a.md": "",
            ".plan": "",
            "b.md": "",
            "sub/.git": "gitdir: elsewhere",
        },
    )
    assert walked(tmp_path) == [
        ".git: excluded",
        ".notes: hidden",
        ".plan: hidden",
        "b.md",
        "sub/.git: excluded",
    ]
    assert walked(tmp_path, WalkRules(hidden=True)) == [
        ".git: excluded",
        ".notes/a.md",
        ".plan",
        "b.md",
        "sub/.git: excluded",
    ]


def test_a_deeper_ignore_file_overrides_a_shallower_one_and_a_later_line_an_earlier_one(tmp_path):
    tree(
        tmp_path,
        {
            ".gitignore": "*.log\n!keep.log\nbuild/\n/top.md\n\n# comment\n",
            "a.log": "",
            "keep.log": "",
            "top.md": "",
            "build/x.md": "",
            "sub/.gitignore": "!a.log\nkeep.log\n",
            "sub/a.log": "",
            "sub/keep.log": "",
            "sub/top.md": "",
        },
    )
    assert walked(tmp_path) == [
        ".gitignore: hidden",
        "a.log: ignored",
        "build: ignored",
        "keep.log",
        "sub/.gitignore: hidden",
        "sub/a.log",
        "sub/keep.log: ignored",
        "sub/top.md",
        "top.md: ignored",
    ]


def test_a_pattern_can_take_files_back_from_a_folder_of_ignored_files(tmp_path):
    tree(
        tmp_path,
        {".gitignore": "drafts/**\n!drafts/final.md\n", "drafts/a.md": "", "drafts/final.md": ""},
    )
    assert walked(tmp_path) == [".gitignore: hidden", "drafts/a.md: ignored", "drafts/final.md"]


def test_nothing_in_an_ignored_folder_can_be_taken_back_in(tmp_path):
    tree(tmp_path, {".gitignore": "drafts/\n!drafts/final.md\n", "drafts/final.md": ""})
    assert walked(tmp_path) == [".gitignore: hidden", "drafts: ignored"]


def test_our_own_ignore_file_overrides_the_others_from_above(tmp_path):
    tree(
        tmp_path,
        {
            ".docsearchignore": "!a.md\n",
            ".ignore": "b.md\n",
            ".gitignore": "!b.md\n",
            "sub/.gitignore": "a.md\n",
            "sub/a.md": "",
            "sub/b.md": "",
        },
    )
    assert [line for line in walked(tmp_path) if "hidden" not in line] == [
        "sub/a.md",
        "sub/b.md: ignored",
    ]


def test_the_rules_of_the_enclosing_repository_apply_in_a_root_inside_it(tmp_path):
    tree(
        tmp_path,
        {
            "repo/.git/info/exclude": "private.md\n",
            "repo/.gitignore": "docs/old/\n",
            "repo/docs/.ignore": "*.tmp\n",
            "repo/docs/old/x.md": "",
            "repo/docs/new/a.tmp": "",
            "repo/docs/new/private.md": "",
            "repo/docs/new/b.md": "",
            ".gitignore": "b.md\n",
        },
    )
    expected = [
        ".ignore: hidden",
        "new/a.tmp: ignored",
        "new/b.md",
        "new/private.md: ignored",
        "old: ignored",
    ]
    assert walked(tmp_path / "repo/docs") == expected
    (tmp_path / "link").symlink_to(tmp_path / "repo/docs")
    assert walked(tmp_path / "link") == expected


def test_a_repository_inside_another_has_only_its_own_rules(tmp_path):
    tree(tmp_path, {".gitignore": "*.log\n", "a.log": "", "inner/.git/HEAD": "", "inner/a.log": ""})
    assert walked(tmp_path) == [
        ".gitignore: hidden",
        "a.log: ignored",
        "inner/.git: excluded",
        "inner/a.log",
    ]


def test_a_root_that_is_an_ignored_folder_is_read(tmp_path):
    tree(
        tmp_path,
        {".git/HEAD": "", ".gitignore": "build/\n*.md\n", "build/a.txt": "", "build/b.md": ""},
    )
    assert walked(tmp_path / "build") == ["a.txt", "b.md"]


def test_dependencies_caches_and_secrets_are_left_out_by_default(tmp_path):
    tree(
        tmp_path,
        {
            "node_modules/x/readme.md": "",
            "__pycache__/a": "",
            "a.md~": "",
            "prod.env": "",
            "b.md": "",
        },
    )
    assert walked(tmp_path) == [
        "__pycache__: ignored",
        "a.md~: ignored",
        "b.md",
        "node_modules: ignored",
        "prod.env: ignored",
    ]
    (tmp_path / ".docsearchignore").write_text("!node_modules/\n")
    assert "node_modules/x/readme.md" in walked(tmp_path)


def test_ignore_files_can_be_switched_off(tmp_path):
    tree(tmp_path, {".gitignore": "*.log\n", "a.log": "", "node_modules/b.md": ""})
    assert walked(tmp_path, WalkRules(ignore_files=False)) == [
        ".gitignore: hidden",
        "a.log",
        "node_modules/b.md",
    ]


def test_malformed_patterns_and_foreign_encodings_do_no_harm(tmp_path):
    tree(tmp_path, {"a.md": "", "b.md": "", "c.md": ""})
    Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.md")).touch()
    (tmp_path / ".gitignore").write_bytes(
        b"\xef\xbb\xbfa.md\r\n!\n[z-a]\nend\\\ncaf\xe9.md\r\nb.md"
    )
    assert walked(tmp_path) == [
        ".gitignore: hidden",
        "a.md: ignored",
        "b.md: ignored",
        "c.md",
        "caf\udce9.md: ignored",
    ]


def test_only_a_regular_file_is_an_ignore_file(tmp_path):
    tree(tmp_path, {"a.md": "", ".ignore/": ""})
    os.mkfifo(tmp_path / ".gitignore")
    assert walked(tmp_path) == [".gitignore: hidden", ".ignore: hidden", "a.md"]


def test_an_ignore_file_that_is_too_large_is_reported(tmp_path):
    tree(tmp_path, {"a.md": "", ".gitignore": "*" * 1_000_001})
    path = str(tmp_path / ".gitignore")
    message = "the ignore file cannot be read: it is larger than 1,000,000 bytes"
    assert next(walk(str(tmp_path), WalkRules())) == Skip(path, Reason.UNREADABLE, message)


def test_exclude_and_include_count_from_the_root(tmp_path):
    tree(
        tmp_path,
        {"a.md": "", "a.txt": "", "drafts/b.md": "", "sub/drafts/c.md": "", "sub/d.txt": ""},
    )
    assert walked(tmp_path, WalkRules(exclude=("/drafts", "*.txt"))) == [
        "a.md",
        "a.txt: excluded",
        "drafts: excluded",
        "sub/d.txt: excluded",
        "sub/drafts/c.md",
    ]
    assert walked(tmp_path, WalkRules(include=("*.md", "sub/**"), exclude=("drafts/",))) == [
        "a.md",
        "a.txt: excluded",
        "drafts: excluded",
        "sub/d.txt",
        "sub/drafts: excluded",
    ]


def test_links_are_followed_only_to_files_in_the_root_that_are_not_reached_otherwise(tmp_path):
    root = tree(tmp_path / "root", {"real/a.md": "", ".store/b.md": "", ".store/sub/c.md": ""})
    tree(tmp_path, {"outside/d.md": ""})
    links = {
        "to_real": "real",
        "to_file.md": "real/a.md",
        "to_hidden": ".store",
        "again": ".store",
        "file.md": ".store/b.md",
        "out": "../outside",
        "gone": "nothing",
        "self": "self",
        "real/up": "..",
        ".store/loop": "../.store",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    assert walked(root) == [
        ".store: hidden",
        "again/b.md",
        "again/loop: symlink",
        "again/sub/c.md",
        "file.md",
        "gone: symlink",
        "out: symlink",
        "real/a.md",
        "real/up: symlink",
        "self: symlink",
        "to_file.md: symlink",
        "to_hidden: symlink",
        "to_real: symlink",
    ]


def test_pipes_sockets_and_large_files_are_skipped_with_a_reason(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.md")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.txt")
    with open(tmp_path / "big.md", "wb") as big:
        big.truncate(52_400_001)
    assert list(walk(str(tmp_path), WalkRules())) == [
        Skip(
            f"{tmp_path}/big.md",
            Reason.TOO_LARGE,
            "the file has 52.4 MB, more than the limit of 50 MB",
        ),
        Skip(f"{tmp_path}/pipe.md", Reason.SPECIAL, "a named pipe is no document"),
        Skip(f"{tmp_path}/socket.txt", Reason.SPECIAL, "a socket is no document"),
    ]


def test_a_link_to_a_pipe_is_not_opened(tmp_path):
    (tmp_path / ".d").mkdir()
    os.mkfifo(tmp_path / ".d/pipe")
    (tmp_path / "p.md").symlink_to(".d/pipe")
    assert walked(tmp_path) == [".d: hidden", "p.md: special"]


@contextmanager
def as_ordinary_user():
    """Act as a user to whom file modes are barriers, also where the tests run as root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_an_unreadable_path_is_reported_and_the_rest_is_walked():
    with tempfile.TemporaryDirectory() as folder:
        root = tree(
            Path(folder),
            {"a.md": "", "closed/b.md": "", "listed/c.md": "", "mode0.md": "", "z.md": ""},
        )
        for name, mode in ((".", 0o755), ("mode0.md", 0), ("closed", 0), ("listed", 0o444)):
            (root / name).chmod(mode)
        with as_ordinary_user():
            found = list(walk(folder, WalkRules()))
        for name in ("closed", "listed"):
            (root / name).chmod(0o755)
    assert [(item.path.removeprefix(folder), getattr(item, "message", "")) for item in found] == [
        ("/a.md", ""),
        ("/closed", "the folder cannot be read: permission denied"),
        ("/listed/c.md", "the path cannot be read: permission denied"),
        ("/mode0.md", "the file cannot be read: permission denied"),
        ("/z.md", ""),
    ]


@pytest.mark.parametrize(
    "name",
    ["new\nline.md", "caf\udce9.md", "-rf.md", "star*?[x].md", " lead.md", "n" * 252 + ".md"],
)
def test_any_name_that_a_file_can_have_is_walked(tmp_path, name):
    (tmp_path / name).write_text("x")
    assert [item.path for item in walk(str(tmp_path), WalkRules(exclude=("*.txt",)))] == [
        f"{tmp_path}/{name}"
    ]


@pytest.fixture
def bottom(tmp_path):
    """A file nested deeper than Python's recursion limit.

    The fixture removes the folders itself, because shutil.rmtree cannot.
    """
    folders = [f"{tmp_path}/" + "d/" * depth for depth in range(1, 1_201)]
    for folder in folders:
        os.mkdir(folder)
    path = Path(folders[-1], "bottom.md")
    path.touch()
    yield path
    path.unlink()
    for folder in reversed(folders):
        os.rmdir(folder)


def test_folders_may_be_nested_deeper_than_python_calls(tmp_path, bottom):
    assert [item.path for item in walk(str(tmp_path), WalkRules())] == [str(bottom)]
    assert skip_of(str(bottom), str(tmp_path), WalkRules()) is None


def test_below_walks_a_part_under_the_rules_of_all_folders_above(tmp_path):
    tree(
        tmp_path,
        {
            ".gitignore": "*.log\nbuild/\n",
            "sub/.ignore": "x.md\n",
            "sub/deep/x.md": "",
            "sub/deep/y.md": "",
            "sub/deep/z.log": "",
            "build/deep/a.md": "",
            "b.md": "",
        },
    )
    assert walked(tmp_path, below=tmp_path / "sub/deep") == [
        "sub/deep/x.md: ignored",
        "sub/deep/y.md",
        "sub/deep/z.log: ignored",
    ]
    assert walked(tmp_path, below=tmp_path / "sub/deep/y.md") == ["sub/deep/y.md"]
    assert walked(tmp_path, below=tmp_path / "build/deep") == ["build: ignored"]
    assert walked(tmp_path, below=tmp_path / "b.md/c") == []
    assert walked(tmp_path, below=tmp_path) == walked(tmp_path)


def test_below_must_lie_under_the_root(tmp_path):
    with pytest.raises(UsageError) as caught:
        list(walk(str(tmp_path / "a"), WalkRules(), str(tmp_path / "ab")))
    assert caught.value.message == f"{tmp_path}/ab is not under {tmp_path}/a"


def test_why_names_the_rule(tmp_path):
    root = str(tmp_path)
    tree(
        tmp_path,
        {
            ".gitignore": "# old\nbuild/\n",
            "build/deep/a.md": "",
            ".x/b.md": "",
            "c.md": "",
            "prod.env": "",
        },
    )
    rules = WalkRules(exclude=("c.*",))
    message = f"the folder build is ignored by {root}/.gitignore line 2: build/"
    assert skip_of(f"{root}/build/deep/a.md", root, rules) == Skip(
        f"{root}/build", Reason.IGNORED, message
    )
    assert skip_of(f"{root}/.x/b.md", root, rules) == Skip(
        f"{root}/.x", Reason.HIDDEN, "the folder .x is hidden"
    )
    message = "the file c.md is excluded by the pattern c.*"
    assert skip_of(f"{root}/c.md", root, rules) == Skip(f"{root}/c.md", Reason.EXCLUDED, message)
    assert skip_of(f"{root}/c.md", root, WalkRules()) is None
    message = "the file prod.env is ignored by default: *.env"
    assert skip_of(f"{root}/prod.env", root, rules) == Skip(
        f"{root}/prod.env", Reason.IGNORED, message
    )


def test_an_index_is_never_read_whether_it_is_closed_or_in_use(tmp_path):
    tree(
        tmp_path,
        {
            "a.md": "",
            "other/catalog.sqlite": "notes",
            "busy/catalog.sqlite": "x" * 5000,
            "busy/catalog.sqlite-wal": "x",
            "busy/catalog.sqlite-shm": "x",
            "tiny/catalog.sqlite": "",
            "tiny/catalog.sqlite-wal": "x",
            "tiny/catalog.sqlite-shm": "x",
        },
    )
    os.mkdir(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe/catalog.sqlite")
    Catalog.open(tmp_path / "closed", create=True).close()
    expected = [
        "a.md",
        "busy/catalog.sqlite",
        "busy/catalog.sqlite-shm",
        "busy/catalog.sqlite-wal",
        "closed: excluded",
        "open: excluded",
        "other/catalog.sqlite",
        "pipe/catalog.sqlite: special",
        "tiny/catalog.sqlite",
        "tiny/catalog.sqlite-shm",
        "tiny/catalog.sqlite-wal",
    ]
    with Catalog.open(tmp_path / "open", create=True) as catalog:
        assert walked(tmp_path, WalkRules(ignore_files=False, hidden=True)) == expected
        catalog.put_setting("still", "writable")
    path = f"{tmp_path}/closed"
    skip = Skip(path, Reason.EXCLUDED, "the folder closed is a docsearch index")
    assert skip_of(f"{path}/catalog.sqlite", str(tmp_path), EVERYTHING) == skip
    assert list(walk(path, EVERYTHING)) == [skip]
    assert skip_of(f"{path}/catalog.sqlite", path, EVERYTHING) == skip


def test_an_open_index_stays_locked_when_it_is_walked_over(tmp_path):
    script = (
        "import sys, sqlite3\n"
        "connection = sqlite3.connect(sys.argv[1], timeout=0)\n"
        "try: connection.execute('PRAGMA journal_mode = DELETE')\n"
        "except sqlite3.OperationalError as error: print(error)\n"
    )
    with Catalog.open(tmp_path / "index", create=True) as catalog:
        assert walked(tmp_path) == ["index: excluded"]
        command = [sys.executable, "-c", script, f"{tmp_path}/index/catalog.sqlite"]
        assert (
            subprocess.run(command, capture_output=True, text=True).stdout == "database is locked\n"
        )
        assert catalog.roots() == ()


def test_links_to_files_that_a_rule_leaves_out_are_not_followed(tmp_path):
    tree(
        tmp_path,
        {
            ".git/config": "",
            ".gitignore": "drafts/\n",
            "drafts/a.md": "",
            "prod.env": "",
            ".store/.git/HEAD": "",
            ".store/b.md": "",
            ".store/key.pem": "",
            "old/c.md": "",
            "notes/": "",
        },
    )
    targets = {
        "1": ".git",
        "2.md": ".git/config",
        "3": "drafts",
        "4.md": "drafts/a.md",
        "5.md": "prod.env",
        "6.md": ".store/b.md",
        "7.md": ".store/key.pem",
        "8.md": ".store/.git/HEAD",
        "9.md": "old/c.md",
    }
    for name, target in targets.items():
        (tmp_path / "notes" / name).symlink_to(tmp_path / target)
    assert walked(tmp_path, WalkRules(exclude=("/old",)), below=tmp_path / "notes") == [
        "notes/1: symlink",
        "notes/2.md: symlink",
        "notes/3: symlink",
        "notes/4.md: symlink",
        "notes/5.md: symlink",
        "notes/6.md",
        "notes/7.md: symlink",
        "notes/8.md: symlink",
        "notes/9.md: symlink",
    ]
    message = (
        f"the link leads to {tmp_path}/prod.env: the file prod.env is ignored by default: *.env"
    )
    path = f"{tmp_path}/notes/5.md"
    assert skip_of(path, str(tmp_path), EVERYTHING) == Skip(path, Reason.SYMLINK, message)


def test_a_link_may_lead_to_a_file_that_only_the_links_name_includes(tmp_path):
    tree(tmp_path, {"other/a.md": "", "notes/": ""})
    (tmp_path / "notes/a.md").symlink_to("../other/a.md")
    assert walked(tmp_path, WalkRules(include=("notes/**",))) == [
        "notes/a.md",
        "other/a.md: excluded",
    ]
