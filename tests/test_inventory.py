"""The table of known models, and the inventory of made ones in every state and layout."""

import json
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from search.errors import UsageError
from search.models.bundled import BUNDLED
from search.models.caches import ModelState, repository_folder
from search.supply.inventory import ModelEntry, inventory, repositories
from search.supply.known_models import KNOWN

from .made_models import BERT, MADE, empty_caches, made, one_file, packed, write_model


@pytest.fixture(autouse=True)
def no_discovered_caches(monkeypatch, tmp_path):
    empty_caches(monkeypatch, tmp_path)
    # A package with models may be installed beside docsearch.
    monkeypatch.setattr("search.supply.inventory.packaged_models", lambda: ())


def in_hub_cache(tmp_path: Path, name: str) -> Path:
    """Write a made model into the hub's cache as a pull leaves it there."""
    store = tmp_path / "hub" / repository_folder(name)
    (store / "refs").mkdir(parents=True)
    (store / "refs" / "main").write_text("c0ffee")
    return write_model(store / "snapshots" / "c0ffee", made(name))


def entry(name: str, cache_folder: str | None = None):
    return next(model for model in inventory(cache_folder).models if model.name == name)


def test_the_table_lists_the_models_of_the_report():
    assert [
        (model.name, model.role, model.form, model.bits, model.dimensions, model.licence)
        for model in KNOWN
    ] == [
        ("Qwen/Qwen3-Embedding-0.6B", "embedder", "standard", 16, 1024, "Apache-2.0"),
        ("Qwen/Qwen3-Embedding-4B", "embedder", "standard", 16, 2560, "Apache-2.0"),
        ("Qwen/Qwen3-Embedding-8B", "embedder", "standard", 16, 4096, "Apache-2.0"),
        ("mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ", "embedder", "MLX", 4, 1024, "Apache-2.0"),
        ("mlx-community/Qwen3-Embedding-4B-4bit-DWQ", "embedder", "MLX", 4, 2560, "Apache-2.0"),
        ("mlx-community/Qwen3-Embedding-8B-4bit-DWQ", "embedder", "MLX", 4, 4096, "Apache-2.0"),
        ("mlx-community/bge-small-en-v1.5-bf16", "embedder", "MLX", 16, 384, "MIT"),
        ("mlx-community/bge-small-en-v1.5-4bit", "embedder", "MLX", 4, 384, "MIT"),
        ("intfloat/multilingual-e5-small", "embedder", "standard", 32, 384, "MIT"),
        ("Qwen/Qwen3-Reranker-0.6B", "reranker", "standard", 16, 0, "Apache-2.0"),
        ("Qwen/Qwen3-Reranker-4B", "reranker", "standard", 16, 0, "Apache-2.0"),
        ("Qwen/Qwen3-Reranker-8B", "reranker", "standard", 16, 0, "Apache-2.0"),
    ]
    assert set(MADE) == {model.name for model in KNOWN}


def test_with_empty_caches_only_the_bundled_models_are_here():
    found = inventory()
    assert [(model.name, model.state) for model in found.models] == [
        ("starter", ModelState.AVAILABLE),
        ("starter-reranker", ModelState.AVAILABLE),
        *((known.name, ModelState.MISSING) for known in KNOWN),
    ]
    starter, reranker = found.models[:2]
    assert (starter.role, starter.form, starter.bits, starter.dimensions) == (
        "embedder",
        "MLX",
        8,
        384,
    )
    assert (reranker.role, reranker.form, reranker.bits, reranker.dimensions) == (
        "reranker",
        "MLX",
        8,
        0,
    )
    assert (
        (starter.profiles, starter.licence)
        == (reranker.profiles, reranker.licence)
        == (("starter",), "MIT")
    )
    assert found.warnings == ()


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_every_made_model_is_available(tmp_path, known):
    folder = in_hub_cache(tmp_path, known.name)
    size = sum(path.stat().st_size for path in folder.parent.parent.rglob("*") if path.is_file())
    found = entry(known.name)
    assert replace(found, profiles=()) == replace(
        found,
        role=known.role,
        form=known.form,
        bits=known.bits,
        dimensions=64 if known.dimensions else 0,
        size_bytes=size,
        download_bytes=known.download_bytes,
        state=ModelState.AVAILABLE,
        detail="",
        profiles=(),
        licence=known.licence,
        path=str(folder),
    )


@pytest.mark.parametrize(
    "name",
    [
        "Qwen/Qwen3-Embedding-0.6B",
        "mlx-community/bge-small-en-v1.5-4bit",
        "Qwen/Qwen3-Reranker-0.6B",
    ],
)
@pytest.mark.parametrize("layout", ["ORG/NAME", "NAME", "repository"])
def test_models_in_a_folder_of_the_users_are_found(tmp_path, name, layout):
    models = tmp_path / "disk"
    inner = {
        "ORG/NAME": name,
        "NAME": name.split("/")[1],
        "repository": f"{repository_folder(name)}/snapshots/1",
    }[layout]
    folder = write_model(models / inner, made(name))
    found = entry(name if layout != "NAME" else name.split("/")[1], str(models))
    assert (found.state, found.path) == (ModelState.AVAILABLE, str(folder))
    assert (found.role, found.licence) == (entry(name).role, entry(name).licence)


def test_the_user_folder_comes_from_the_environment_too(tmp_path, monkeypatch):
    write_model(tmp_path / "disk" / "bge-mine", made("mlx-community/bge-small-en-v1.5-bf16"))
    monkeypatch.setenv("DOCSEARCH_MODELS", str(tmp_path / "disk"))
    found = entry("bge-mine")
    assert (found.form, found.bits, found.dimensions) == ("MLX", 16, 64)


DWQ, SHARDED = "mlx-community/Qwen3-Embedding-0.6B-4bit-DWQ", "Qwen/Qwen3-Embedding-4B"
SECOND = "model-00002-of-00002.safetensors"


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


STATES = {
    "nothing but a folder": (
        DWQ,
        lambda f: [path.unlink() for path in f.rglob("*") if path.is_file()],
        "partial",
        "config.json, tokenizer.json, model.safetensors missing",
    ),
    "no tokenizer": (
        DWQ,
        lambda f: (f / "tokenizer.json").unlink(),
        "partial",
        "tokenizer.json missing",
    ),
    "no weights": (
        DWQ,
        lambda f: (f / "model.safetensors").unlink(),
        "partial",
        "model.safetensors missing",
    ),
    "a link to nothing": (
        DWQ,
        lambda f: (
            (f / "model.safetensors").unlink(),
            (f / "model.safetensors").symlink_to("none"),
        ),
        "partial",
        "model.safetensors missing",
    ),
    "a shard missing": (SHARDED, lambda f: (f / SECOND).unlink(), "partial", f"{SECOND} missing"),
    "a shard cut short": (
        SHARDED,
        lambda f: cut(f / SECOND, 9_000),
        "damaged",
        f"{SECOND} is cut short",
    ),
    "weights of one byte": (
        DWQ,
        lambda f: cut(f / "model.safetensors", 1),
        "damaged",
        "model.safetensors is cut short, or is not a safetensors file",
    ),
    "a page for weights": (
        DWQ,
        lambda f: (f / "model.safetensors").write_bytes(b"<html>" * 99),
        "damaged",
        "model.safetensors is cut short, or is not a safetensors file",
    ),
    "a header of noise": (
        DWQ,
        lambda f: (f / "model.safetensors").write_bytes(b"\x04\0\0\0\0\0\0\0\xff\xff\xff\xff"),
        "damaged",
        "model.safetensors has a damaged header",
    ),
    "bytes too many": (
        DWQ,
        lambda f: longer(f / "model.safetensors"),
        "damaged",
        "model.safetensors is too long",
    ),
    "config of no JSON": (
        DWQ,
        lambda f: (f / "config.json").write_text("{"),
        "damaged",
        "config.json is not JSON",
    ),
    "an index of nothing": (
        SHARDED,
        lambda f: (f / "model.safetensors.index.json").write_text("{}"),
        "damaged",
        "model.safetensors.index.json names no weight files",
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_each_damage_has_its_state_and_detail(tmp_path, case):
    name, damage, state, detail = STATES[case]
    damage(in_hub_cache(tmp_path, name))
    found = entry(name)
    assert (found.state, found.detail) == (ModelState(state), detail)


def test_of_two_copies_the_whole_one_is_listed(tmp_path):
    (in_hub_cache(tmp_path, DWQ) / "tokenizer.json").unlink()
    assert entry(DWQ).state is ModelState.PARTIAL
    whole = write_model(tmp_path / "data" / "docsearch" / "models" / DWQ, made(DWQ))
    assert (entry(DWQ).state, entry(DWQ).path) == (ModelState.AVAILABLE, str(whole))


def test_other_models_are_listed_if_they_embed_or_rerank(tmp_path):
    files = made("mlx-community/bge-small-en-v1.5-bf16")
    config = json.loads(files["config.json"])
    unknown = files | {"README.md": b"# no licence"}
    models = {
        "someone/Qwen3-Reranker-8B-mlx-4Bit": made("Qwen/Qwen3-Reranker-8B"),
        "cross-encoder/ms-marco-MiniLM-L6-v2": unknown,
        "some/classifier": unknown
        | {
            "config.json": json.dumps(
                config | {"architectures": ["BertForSequenceClassification"]}
            ).encode()
        },
        "some/pooled-model": unknown | {"1_Pooling/config.json": b"{}"},
        "meta/Llama-4": unknown,
    }
    for name, made_files in models.items():
        write_model(tmp_path / "hub" / repository_folder(name) / "snapshots" / "1", made_files)
    others = inventory().models[len(BUNDLED) + len(KNOWN) :]
    assert [(model.name, model.role, model.licence) for model in others] == [
        ("cross-encoder/ms-marco-MiniLM-L6-v2", "reranker", ""),
        ("some/classifier", "reranker", ""),
        ("some/pooled-model", "embedder", ""),
        ("someone/Qwen3-Reranker-8B-mlx-4Bit", "reranker", "Apache-2.0"),
    ]


def test_rules_for_single_modules_do_not_change_the_bits_listed(tmp_path):
    import mlx.core as mx

    rules = {"group_size": 64, "bits": 8}
    special = rules | {"encoder.layer.0.output.dense": {"group_size": 32, "bits": 4}}
    tensors = packed(mx.load(str(BERT / "model.safetensors")), rules)
    files = made("mlx-community/bge-small-en-v1.5-bf16") | one_file(tensors)
    files["config.json"] = json.dumps(
        json.loads(files["config.json"]) | {"quantization": special}
    ).encode()
    write_model(tmp_path / "hub" / "bge-8bit", files)
    assert (entry("bge-8bit").form, entry("bge-8bit").bits) == ("MLX", 8)


def test_an_unplugged_disk_is_a_warning_and_the_rest_is_listed(tmp_path, monkeypatch):
    in_hub_cache(tmp_path, DWQ)
    away = tmp_path / "Volumes" / "Models"
    found = inventory(str(away))
    assert found.warnings == (
        f"the models folder {away} (from --cache-folder) is not there; "
        "plug in its disk, or create the folder",
    )
    assert entry(DWQ, str(away)).state is ModelState.AVAILABLE
    monkeypatch.setenv("HF_HUB_CACHE", str(away / "hub"))
    assert inventory().warnings == (
        f"the models folder {away}/hub (from HF_HUB_CACHE) is not there; "
        "plug in its disk, or create the folder",
    )


def test_a_pull_names_repositories_models_or_profiles():
    assert repositories("someone/something") == ("someone/something",)
    assert repositories("Qwen3-Embedding-8B-4bit-DWQ") == (
        "mlx-community/Qwen3-Embedding-8B-4bit-DWQ",
    )
    with pytest.raises(
        UsageError, match="the profile starter needs no download; it comes with docsearch"
    ):
        repositories("starter")
    with pytest.raises(
        UsageError,
        match=(
            "there is no known model or profile best-of-all; give it as ORG/NAME, or see: docsearch"
        ),
    ):
        repositories("best-of-all")


def test_listing_loads_nothing_heavy():
    code = (
        "import sys; from search.supply.inventory import inventory; inventory();"
        "print({'numpy', 'mlx', 'huggingface_hub', 'tokenizers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_docs_have_the_table_and_the_fields():
    page = (Path(__file__).parent.parent / "docs" / "models.md").read_text()
    for known in KNOWN:
        size = known.download_bytes
        cells = (
            f"`{known.name}`",
            known.role,
            known.form,
            str(known.bits),
            str(known.dimensions or ""),
            f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB",
            known.licence,
            ", ".join(f"`{name}`" for name in entry(known.name).profiles),
        )
        assert f"| {' | '.join(cells)} |" in page
    listing = page[page.index("`models list --json` is") :].partition("\n\n")[0]
    assert [field.name for field in fields(ModelEntry) if f"`{field.name}`" not in listing] == []
