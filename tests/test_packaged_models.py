"""The models of installed packages: small ones in packages that the tests make."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from search.errors import ModelError
from search.models.caches import repository_folder
from search.models.local import full_name, model_folder
from search.models.packaged import PackagedModel, packaged_at, packaged_models
from search.models.profiles import PROFILES
from search.supply.checksums import write_sums
from search.supply.inventory import fitting_profile, inventory, present_profiles, repositories
from search.supply.model_choice import ModelChoice, models_for_new

from .commands import Done, docsearch
from .made_models import empty_caches, made, write_model

NAME, REPOSITORY = "multilingual-e5-small", "intfloat/multilingual-e5-small"
PROFILE = PROFILES["multilingual"]
REINSTALL = "install its package again: pip install --force-reinstall docsearch-made"


@dataclass(frozen=True)
class Packages:
    """A folder of packages, as pip installs them; it is on the path of Python."""

    folder: Path

    def install(
        self, distribution: str, entries: str, package: str = "", models: tuple[str, ...] = ()
    ) -> Path:
        """Install a package with these entry points and folders of models."""
        info = self.folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        )
        (info / "entry_points.txt").write_text(entries)
        for name in models:
            write_model(self.folder / package / name, made(REPOSITORY))
        if package:
            # Whoever runs this code fails.
            (self.folder / package / "__init__.py").write_text("raise SystemExit('was run')\n")
        return self.folder / package


@pytest.fixture
def packages(monkeypatch, tmp_path) -> Packages:
    empty_caches(monkeypatch, tmp_path)
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("DOCSEARCH_BACKEND", "cpu")
    packages = Packages(folder)
    # It hides the package of that name that may be installed.
    packages.install("docsearch-multilingual", "")
    return packages


@pytest.fixture
def model(packages) -> Path:
    """The folder of a whole model in an installed package."""
    entries = f"[docsearch.models]\n{NAME} = made_multilingual\n"
    return packages.install("docsearch-made", entries, "made_multilingual", (NAME,)) / NAME


def pulled(tmp_path: Path) -> Path:
    """The folder of the standard checkpoint, as a pull leaves it."""
    store = tmp_path / "hub" / repository_folder(REPOSITORY)
    return write_model(store / "snapshots" / "1", made(REPOSITORY))


def run(tmp_path: Path, *arguments: str) -> Done:
    return docsearch(*arguments, cwd=tmp_path)


def test_a_package_brings_a_model(model):
    assert packaged_models() == (PackagedModel(NAME, model, "docsearch-made"),)
    assert (packaged_at(model), packaged_at(model.parent)) == (packaged_models()[0], None)
    assert (model_folder(NAME), full_name(NAME)) == (model, NAME)
    row = inventory().models[2]
    assert (row.name, row.role, row.form, row.bits, row.dimensions, row.state) == (
        NAME,
        "embedder",
        "standard",
        32,
        64,
        "available",
    )
    assert (row.profiles, row.licence, row.path) == (("multilingual",), "MIT", str(model))


def test_a_model_may_lie_in_a_part_of_a_package_without_code(packages):
    packages.install("docsearch-made", "[docsearch.models]\ne5-mine = made_models_of.parts\n")
    folder = write_model(packages.folder / "made_models_of/parts/e5-mine", made(REPOSITORY))
    assert packaged_models() == (PackagedModel("e5-mine", folder, "docsearch-made"),)


def test_other_packages_bring_none(packages):
    packages.install("other", "[console_scripts]\nother = other:main\n")
    packages.install("odd", "no entry at all\n")
    (packages.folder / "odd-1.0.dist-info" / "entry_points.txt").write_bytes(b"\xff\xfe[")
    (packages.folder / "nameless-1.0.dist-info").mkdir()
    assert packaged_models() == ()


def test_of_two_copies_of_a_package_the_first_on_the_path_counts(
    packages, model, tmp_path, monkeypatch
):
    later = Packages(tmp_path / "later")
    later.install("docsearch-made", f"[docsearch.models]\n{NAME} = elsewhere\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(later.folder)])
    assert packaged_models() == (PackagedModel(NAME, model, "docsearch-made"),)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            "[docsearch.models]\nno entry\n",
            "the entry_points.txt of the package docsearch-wrong is damaged; "
            "install it again: pip install --force-reinstall docsearch-wrong",
        ),
        (
            "[docsearch.models]\norg/name = wrong\n",
            "the package docsearch-wrong brings org/name: a model of a package has no slash in its "
            "name; tell its makers, and remove it: pip uninstall docsearch-wrong",
        ),
        (
            "[docsearch.models]\ne5-mine = wrong\ne5-mine = wrong\n",
            "the packages docsearch-wrong and docsearch-wrong both bring e5-mine; "
            "remove one of them: pip uninstall docsearch-wrong",
        ),
    ],
)
def test_a_wrong_list_of_models_is_one_line(packages, tmp_path, entries, message):
    packages.install("docsearch-wrong", entries)
    with pytest.raises(ModelError) as raised:
        packaged_models()
    assert str(raised.value) == message
    commands = [("models", "list"), ("ingest", ".", "--profile", "multilingual")]
    # Other libraries, which an ingest imports, read all entry points and fail where one is none.
    for command in commands[:1] if "no entry" in entries else commands:
        done = run(tmp_path, "--index", "index", *command)
        assert (done.code, done.out, done.err) == (2, "", f"docsearch: {message}\n")
    # What comes with docsearch works all the same.
    assert model_folder("starter").name == "starter"


@pytest.mark.parametrize(
    "value", ["absent", "absent.part", "json", "__main__", "a-b", "json:dumps"]
)
def test_a_package_without_the_folder_has_a_partial_model(packages, tmp_path, value):
    packages.install("docsearch-made", f"[docsearch.models]\ne5-mine = {value}\n")
    row = inventory().models[2]
    assert (row.name, row.state, row.detail) == (
        "e5-mine",
        "partial",
        "config.json, tokenizer.json, model.safetensors missing",
    )
    with pytest.raises(ModelError) as raised:
        model_folder("e5-mine")
    assert str(raised.value) == (
        f"e5-mine is partial: config.json, tokenizer.json, model.safetensors missing; {REINSTALL}"
    )


def test_the_profile_takes_the_package_or_what_was_pulled(packages, model, tmp_path):
    choice = ModelChoice("multilingual")
    assert models_for_new(choice).embedder == NAME
    folder = pulled(tmp_path)
    assert (models_for_new(choice).embedder, model_folder(REPOSITORY)) == (NAME, folder)
    assert model_folder(NAME) == model
    (packages.folder / "docsearch_made-1.0.dist-info" / "entry_points.txt").unlink()
    assert models_for_new(choice).embedder == REPOSITORY
    assert present_profiles() == (PROFILES["starter"], PROFILE)
    assert repositories("multilingual") == repositories(NAME) == (REPOSITORY,)


def test_the_profile_is_chosen_for_other_languages_than_english(model):
    assert present_profiles() == (PROFILES["starter"], PROFILE)
    assert fitting_profile() is PROFILES["starter"]
    assert fitting_profile("de") is PROFILE


def test_without_its_model_the_profile_is_not_chosen(packages):
    assert fitting_profile("de") is PROFILES["starter"]


GERMAN = "Die Häuser in dieser Straße sind alt, und die meisten haben einen Garten mit einem Baum."
FRENCH = "Les maisons de cette rue sont anciennes et la plupart ont un jardin avec un arbre."


@pytest.fixture
def foreign(notes, tmp_path) -> Path:
    """Four English documents, and more text in German and French."""
    (notes / "de.txt").write_text(f"{GERMAN}\n" * 30)
    (notes / "fr.txt").write_text(f"{FRENCH}\n" * 20)
    return notes


def profile_of(tmp_path: Path, index: str) -> str:
    status = json.loads(run(tmp_path, "--index", index, "status", "--json").out)
    assert status["languages"] == {"en": 4, "de": 1, "fr": 1}
    return status["models"]["profile"]


def test_a_first_ingest_takes_the_models_for_the_languages_of_most_text(model, foreign, tmp_path):
    done = run(tmp_path, "--index", "new", "ingest", str(foreign))
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert profile_of(tmp_path, "new") == "multilingual"
    # What is asked for by name is taken, by an option or by the settings.
    for index, arguments in (("asked", ["--profile", "starter"]), ("shorter", [])):
        settings = tmp_path / "xdg-config" / "docsearch" / "config.toml"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("" if arguments else 'profile = "starter"\n')
        done = run(tmp_path, "--index", index, "ingest", str(foreign), *arguments)
        assert (done.code, done.err.count("\n")) == (0, 1)
        assert profile_of(tmp_path, index) == "starter"


def test_a_first_ingest_says_how_to_get_models_for_other_languages(packages, foreign, tmp_path):
    done = run(tmp_path, "--index", "index", "ingest", str(foreign), "--json")
    notice = (
        "most of the text is in German, and the model of this index reads English only: run "
        "make multilingual in docsearch's sources, which installs docsearch-multilingual, or "
        "docsearch models pull multilingual; then docsearch ingest --reembed --profile multilingual"
    )
    assert (done.code, json.loads(done.out)["warnings"]) == (0, [notice])
    # It is told before anything is embedded, and once.
    assert done.err.splitlines()[0] == f"docsearch: {notice}"
    assert done.err.count(notice) == 1
    assert profile_of(tmp_path, "index") == "starter"
    # An index that has its models says nothing.
    done = run(tmp_path, "--index", "index", "ingest", "--json")
    assert json.loads(done.out)["warnings"] == []


def test_a_missing_model_says_how_to_get_it(packages, notes, tmp_path):
    done = run(tmp_path, "--index", "index", "ingest", str(notes), "--profile", "multilingual")
    assert (done.code, done.out, done.err) == (
        2,
        "",
        f"docsearch: the model {NAME} is not here; install the package docsearch-multilingual, "
        "or run: docsearch models pull multilingual\n",
    )


def test_a_folder_is_ingested_and_found_with_the_model(model, notes, tmp_path):
    index = ("--index", "index")
    done = run(tmp_path, *index, "ingest", str(notes), "--profile", "multilingual", "--json")
    report = json.loads(done.out)
    assert (done.code, report["added"], report["failed"]) == (0, 4, [])
    status = json.loads(run(tmp_path, *index, "status", "--json").out)
    recorded = {
        name: status["models"][name] for name in ("profile", "embedder", "reranker", "name")
    }
    assert recorded == {
        "profile": "multilingual",
        "embedder": NAME,
        "reranker": "multilingual-reranker",
        "name": NAME,
    }
    assert (status["models"]["query_prompt"], status["models"]["passage_prompt"]) == (
        "query: ",
        "passage: ",
    )
    done = run(
        tmp_path, *index, "query", "Kessel", "--mode", "vector", "--min-score", "0", "--json"
    )
    answer = json.loads(done.out)
    # The model reads other letters than Latin ones, so there is no warning.
    assert (done.code, done.err, answer["model"], answer["reranked"]) == (0, "", NAME, False)
    assert len(answer["hits"]) == 4
    done = run(tmp_path, *index, "query", "котёл", "--min-score", "0", "--json")
    warning = (
        "not reranked: the model multilingual-reranker is not here; "
        "install the package docsearch-multilingual"
    )
    assert (json.loads(done.out)["warnings"], done.err) == ([warning], f"docsearch: {warning}\n")
    done = run(tmp_path, *index, "ingest", "--profile", "multilingual")
    assert done.code == 0


def test_models_test_and_rm_know_it(model, tmp_path):
    done = run(tmp_path, "models", "test", NAME)
    assert done.code == 0
    assert done.out.splitlines()[0] == (f"{NAME} (embedder, cpu): works with these differences")
    done = run(tmp_path, "models", "rm", NAME)
    assert (done.code, done.out, done.err) == (
        2,
        "",
        f"docsearch: {NAME} belongs to the package docsearch-made; "
        "to remove it, run: pip uninstall docsearch-made\n",
    )
    assert model.is_dir()
    write_sums(model)
    (model / "tokenizer.json").write_bytes((model / "tokenizer.json").read_bytes() + b"\n")
    done = run(tmp_path, "models", "test", NAME)
    assert done.code == 1
    assert f"  - tokenizer.json has a wrong checksum: {REINSTALL}\n" in done.out


def test_a_model_is_tested_by_a_path_of_the_working_folder(model, tmp_path):
    done = run(tmp_path, "models", "test", f"./site-packages/made_multilingual/{NAME}")
    assert (done.code, done.err) == (0, "")


def unknown(model: Path) -> None:
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps(config | {"model_type": "t5"}))


DAMAGES = {
    "weights cut short": (
        lambda model: (model / "model.safetensors").write_bytes(
            (model / "model.safetensors").read_bytes()[:9_000]
        ),
        f"{NAME} is damaged: model.safetensors is cut short; {REINSTALL}",
    ),
    "no tokenizer": (
        lambda model: (model / "tokenizer.json").unlink(),
        f"{NAME} is partial: tokenizer.json missing; {REINSTALL}",
    ),
    "no settings": (
        lambda model: (model / "config.json").write_text("{"),
        f"{NAME} is damaged: config.json is not JSON; {REINSTALL}",
    ),
    "an unknown architecture": (unknown, None),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_or_unknown_model_is_one_line_and_the_index_stays(model, notes, tmp_path, case):
    index = ("--index", "index")
    assert run(tmp_path, *index, "ingest", str(notes), "--profile", "starter").code == 0
    before = run(tmp_path, *index, "status", "--json").out
    answer = run(tmp_path, *index, "query", "boiler", "--json").out
    damage, message = DAMAGES[case]
    damage(model)
    for arguments in (
        (*index, "ingest", "--reembed", "--profile", "multilingual"),
        ("--index", "another", "ingest", str(notes), "--profile", "multilingual"),
    ):
        done = run(tmp_path, *arguments)
        assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
        assert message is None or done.err == f"docsearch: {message}\n"
    assert run(tmp_path, *index, "status", "--json").out == before
    hits = json.loads(run(tmp_path, *index, "query", "boiler", "--json").out)["hits"]
    assert hits == json.loads(answer)["hits"]
    done = run(tmp_path, "models", "test", "starter")
    assert done.code == 0


def test_the_starter_and_the_help_look_at_no_package(model, notes, tmp_path):
    code = (
        "import sys; sys.argv = ['docsearch', *{arguments!r}]\n"
        "from tui.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "from search.models import packaged\n"
        "print('importlib.metadata' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code.format(arguments=["--help"])],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "False\n"
    # A query imports libraries that look at packages. docsearch does not: this list is damaged.
    assert run(tmp_path, "--index", "index", "ingest", str(notes), "--profile", "starter").code == 0
    entries = tmp_path / "site-packages" / "docsearch_made-1.0.dist-info" / "entry_points.txt"
    entries.write_text("[docsearch.models]\nno entry\n")
    done = run(tmp_path, "--index", "index", "query", "boiler")
    assert (done.code, done.err) == (0, "")
