"""The container file and the manifests of docs/scale, and the command lines in them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]

from tui.command_line import reordered
from tui.commands.serve import EXTERNAL_ENDING_SECONDS, FEWEST_CHARS
from tui.group import cli
from tui.web.guard import OPEN
from tui.web.service import LEAVING_SECONDS, PATHS

from .test_docs import ROOT, command_lines

SCALE = ROOT / "docs/scale"
CONTAINERFILE = (SCALE / "Containerfile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RAYJOB_SCHEMA = json.loads((ROOT / "tests/fixtures/kuberay/rayjob.json").read_text())
VERSIONS = ("1.30", "1.37")
"""The oldest version of Kubernetes that has all that the manifests use, and a new one."""
Manifest = dict[str, Any]


def manifests(name: str) -> dict[str, Manifest]:
    """The manifests of a file by their kinds."""
    found = list(yaml.safe_load_all((SCALE / name).read_text()))
    assert len({each["kind"] for each in found}) == len(found)
    return {each["kind"]: each for each in found}


REPLICAS = manifests("kubernetes.yaml")
RAYJOB = manifests("rayjob.yaml")["RayJob"]
POD = REPLICAS["Deployment"]["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
CLUSTER = RAYJOB["spec"]["rayClusterSpec"]
TEMPLATES = {
    "serve": REPLICAS["Deployment"]["spec"]["template"],
    "head": CLUSTER["headGroupSpec"]["template"],
    "worker": CLUSTER["workerGroupSpecs"][0]["template"],
}


def stages() -> dict[str, list[str]]:
    """The instructions of each stage of the container file, one a line."""
    found: dict[str, list[str]] = {}
    lines = [line for line in CONTAINERFILE.splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        if line.startswith("FROM "):
            found[line.split(" AS ")[1]] = here = []
        elif line:
            here.append(line)
    return found


def check_words(words: list[str]) -> None:
    """Raise what click raises where these are no words of docsearch."""
    context = cli.make_context("docsearch", reordered(cli, words))
    name, command, rest = cli.resolve_command(context, [*context._protected_args, *context.args])
    assert command is not None
    command.make_context(name, rest, parent=context)


def test_the_container_file_is_linted() -> None:
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    hadolint = shutil.which("hadolint", path=places)
    assert hadolint is not None
    done = subprocess.run(
        [hadolint, SCALE / "Containerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_image_has_what_the_package_is_made_of() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *("pyproject.toml", PROJECT["project"]["readme"], *PROJECT["project"]["license-files"]),
        *(*wheel["packages"], *wheel["shared-data"]),
    }
    copied = {
        word
        for line in stages()["source"]
        if line.startswith("COPY ")
        for word in line.split()[1:-1]
    }
    assert copied == needed
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_images_have_extras_that_exist() -> None:
    extras = {
        name
        for group in re.findall(r"'\.\[([\w,]+)\]'", CONTAINERFILE)
        for name in group.split(",")
    }
    assert extras == {"http", "remote", "ray"}
    assert extras <= set(PROJECT["project"]["optional-dependencies"])


def test_the_images_are_built_as_the_page_says() -> None:
    page = (ROOT / "docs/scale.md").read_text()
    builds = re.findall(r"podman build .*", CONTAINERFILE)
    assert [line for line in builds if line not in page] == []
    assert [re.findall(r"--target (\w+)", line) for line in builds] == [["serve"], ["ray"]]
    assert {"serve", "ray"} < set(stages())
    assert list(stages())[-1] == "serve"


def test_the_image_runs_a_command_that_exists() -> None:
    last = dict(line.split(" ", 1) for line in stages()["serve"])
    assert json.loads(last["ENTRYPOINT"]) == ["docsearch"]
    check_words(json.loads(last["CMD"]))
    assert f"0.0.0.0:{last['EXPOSE']}" in json.loads(last["CMD"])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", REPLICAS)
def test_a_manifest_is_valid(kind: str, version: str) -> None:
    kubernetes_validate.validate(REPLICAS[kind], version, strict=True)


def strict(schema: Any) -> Any:
    """The schema without room for fields that it does not name, as `kubectl apply` reads it."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: strict(each) for name, each in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


def test_the_ray_job_is_valid() -> None:
    schema = strict(RAYJOB_SCHEMA)
    schema["properties"]["metadata"] = {"type": "object"}
    jsonschema.validate(RAYJOB, schema)
    wrong = json.loads(json.dumps(RAYJOB))
    wrong["spec"]["entryPoint"] = wrong["spec"].pop("entrypoint")
    with pytest.raises(jsonschema.ValidationError, match="entryPoint"):
        jsonschema.validate(wrong, schema)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_pod_is_valid(name: str, version: str) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, **TEMPLATES[name]}
    kubernetes_validate.validate(pod, version, strict=True)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_pod_has_few_rights_and_no_secret(name: str) -> None:
    spec = TEMPLATES[name]["spec"]
    assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False)
    assert spec["serviceAccountName"] == REPLICAS["ServiceAccount"]["metadata"]["name"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    user = spec["securityContext"]["runAsUser"]
    assert f"USER {user}:{user}" in stages()["user"]
    (container,) = spec["containers"]
    context = container["securityContext"]
    assert context == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in container["resources"]["limits"]
    values = {each["name"]: each.get("value") for each in container.get("env", ())}
    secret = {key for key, value in values.items() if value and re.search("TOKEN|KEY|SECRET", key)}
    assert (secret, "Secret" in REPLICAS) == (set(), False)
    # What the process writes is on a volume.
    cache = re.search(r"XDG_CACHE_HOME=(\S+)", CONTAINERFILE)
    mounted = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    assert cache is not None
    assert set(mounted) == {cache[1], "/tmp"}
    assert {each["name"] for each in spec["volumes"]} == set(mounted.values())


def test_the_ray_cluster_wants_a_token() -> None:
    assert CLUSTER["authOptions"] == {"mode": "token"}


def test_nothing_is_told_to_the_makers_of_ray() -> None:
    assert "ENV RAY_USAGE_STATS_ENABLED=0" in stages()["ray"]


def test_the_replicas_run_a_command_that_exists() -> None:
    check_words(CONTAINER["args"])
    (port,) = CONTAINER["ports"]
    assert f"0.0.0.0:{port['containerPort']}" in CONTAINER["args"]
    service = REPLICAS["Service"]
    name, space = service["metadata"]["name"], service["metadata"]["namespace"]
    assert {f"http://{name}", f"http://{name}.{space}.svc"} <= set(CONTAINER["args"])
    assert [(each["port"], each["targetPort"]) for each in service["spec"]["ports"]] == [
        (80, port["name"])
    ]


def test_the_probes_are_routes_that_need_no_token() -> None:
    probes = {
        name: CONTAINER[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")
    }
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startup": "/live",
        "liveness": "/live",
        "readiness": "/health",
    }
    assert {probe["path"] for probe in probes.values()} == set(OPEN) < set(PATHS)


def test_a_replica_has_the_time_that_it_needs_to_end() -> None:
    _, seconds = CONTAINER["lifecycle"]["preStop"]["exec"]["command"]
    needed = int(seconds) + EXTERNAL_ENDING_SECONDS + LEAVING_SECONDS
    assert needed < POD["terminationGracePeriodSeconds"]


def test_the_manifests_mean_one_another() -> None:
    deployment = REPLICAS["Deployment"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert REPLICAS["Service"]["spec"]["selector"] == labels
    assert REPLICAS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    scaler = REPLICAS["HorizontalPodAutoscaler"]["spec"]
    assert scaler["scaleTargetRef"] == {
        "apiVersion": deployment["apiVersion"],
        "kind": deployment["kind"],
        "name": deployment["metadata"]["name"],
    }
    least = REPLICAS["PodDisruptionBudget"]["spec"]["minAvailable"]
    assert least < scaler["minReplicas"] <= scaler["maxReplicas"]
    spaces = {each["metadata"].get("namespace") for each in (*REPLICAS.values(), RAYJOB)}
    assert spaces - {None} == {REPLICAS["Namespace"]["metadata"]["name"]}


def test_the_ray_job_runs_a_command_that_exists() -> None:
    program, *words = shlex.split(RAYJOB["spec"]["entrypoint"])
    assert program == "docsearch"
    check_words(words)


def test_the_ray_job_writes_the_index_that_the_replicas_read() -> None:
    words = shlex.split(RAYJOB["spec"]["entrypoint"])
    values = {each["name"]: each.get("value") for each in CONTAINER["env"]}
    assert words[words.index("--index") + 1] == values["DOCSEARCH_INDEX"]
    assert f"ARG RAY={CLUSTER['rayVersion']}" in stages()["ray-packages"]
    images = {name: pod["spec"]["containers"][0]["image"] for name, pod in TEMPLATES.items()}
    assert images["head"] == images["worker"]


def page_lines() -> Iterator[str]:
    yield from sorted(set(command_lines((ROOT / "docs/scale.md").read_text())))


@pytest.mark.parametrize("line", page_lines())
def test_a_command_line_of_the_page_is_one(line: str) -> None:
    check_words(shlex.split(line))


def test_the_page_has_a_token_that_is_long_enough() -> None:
    page = (ROOT / "docs/scale.md").read_text()
    assert {2 * int(count) >= FEWEST_CHARS for count in re.findall(r"rand -hex (\d+)", page)} == {
        True
    }
