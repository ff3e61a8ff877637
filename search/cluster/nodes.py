"""Asks each machine of a cluster whether it can do its part, before any work begins."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Self

from .. import __version__
from ..documents import File
from ..errors import ClusterFailure, DocsearchError
from ..results import IndexModels
from ..storage.table_place import TablePlace
from ..urls import is_url
from .connection import Cluster
from .ray_errors import failure_of

SECONDS = 120.0
"""For how long a machine may take to answer; to start its first process takes some seconds."""


@dataclass(frozen=True, slots=True)
class NodeQuestion:
    """What a machine needs: a version of docsearch, a model, folders to read, and one to write."""

    version: str
    embedder: str
    roots: tuple[str, ...]
    folder: str

    @classmethod
    def of(cls, files: Iterable[File], place: TablePlace, models: IndexModels) -> Self:
        """The question for a run over these files into the table at `place`."""
        roots = sorted({file.root for file in files if not is_url(file.root)})
        folder = "" if is_url(place.uri) else place.uri
        return cls(__version__, models.embedder, tuple(roots), folder)

    def trouble(self) -> str:
        """What this machine lacks, in a sentence; empty where it lacks nothing."""
        from ..models.local import model_folder

        host = socket.gethostname()
        if __version__ != self.version:
            return f"{host} has docsearch {__version__}, this machine {self.version}"
        for root in self.roots:
            if not os.path.exists(root):
                return f"{host} cannot see {root}"
        if self.folder and not os.access(self.folder, os.W_OK):
            return f"{host} cannot write to {self.folder}"
        try:
            model_folder(self.embedder)
        except DocsearchError as error:
            return f"{host} lacks the model: {error}"
        return ""


_REMEDY = (
    "give all machines the same docsearch and models, and folders that they share or an object "
    "store"
)


def check_nodes(cluster: Cluster, question: NodeQuestion) -> None:
    """Raise ClusterFailure where a machine of the cluster lacks what its part needs."""
    ray = cluster.ray
    scheduling: Any = import_module("ray.util.scheduling_strategies")
    asked = [
        ray.remote(num_cpus=0)(NodeQuestion.trouble)
        .options(
            scheduling_strategy=scheduling.NodeAffinitySchedulingStrategy(
                node["NodeID"], soft=False
            )
        )
        .remote(question)
        for node in ray.nodes()
        if node["Alive"]
    ]
    try:
        answers = ray.get(asked, timeout=SECONDS)
    except ray.exceptions.RayError as error:
        message = "a machine of the cluster cannot run docsearch"
        raise failure_of(error, message, _REMEDY) from error
    for trouble in filter(None, answers):
        raise ClusterFailure(trouble, _REMEDY)
