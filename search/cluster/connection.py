"""Connects to a Ray cluster, or starts Ray on this machine."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import FrameType
from typing import Any

from ..errors import ClusterFailure, UsageError

HERE = "local"
"""The address that stands for a Ray of this run's own, on this machine."""

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that end a process, unless it handles or ignores them."""

REACHABLE_SECONDS = 5.0
_ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^\s:/\[\]]+):(?P<port>[0-9]{1,5})")
_CLUSTER = "see docs/scale.md, or leave out --ray to ingest on this machine"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that this process is connected to. It may grow and shrink meanwhile."""

    ray: Any

    @property
    def cores(self) -> int:
        """The processors that it has now; one where the first machine is still to come."""
        return max(int(self.ray.cluster_resources().get("CPU", 0)), 1)

    @property
    def gpus(self) -> int:
        """The GPUs that it has now."""
        return int(self.ray.cluster_resources().get("GPU", 0))


def check_address(address: str) -> None:
    """Raise UsageError for what is no address of a cluster."""
    if address not in (HERE, "auto") and not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"{address} is no address of a Ray cluster",
            "write HOST:PORT or auto behind --ray, or put --ray behind the paths",
        )


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The cluster at an address: HOST:PORT, `auto` for the one that runs here, or HERE.

    A process that is connected already stays so. Raises UsageError for a wrong address, and
    ClusterFailure where the packages are missing or nothing answers.
    """
    check_address(address)
    if missing := [name for name in ("ray", "lance_ray") if find_spec(name) is None]:
        raise ClusterFailure(
            f"--ray needs the package {missing[0].replace('_', '-')}, which is not installed",
            "run: pip install 'docsearch[ray]'",
        )
    if match := _ADDRESS.fullmatch(address):
        _check_reachable(match["host"].strip("[]"), int(match["port"]), address)
    # Nothing about a run leaves the cluster.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # A thread that still asks Ray after the end would start another one.
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"
    # Ray's compiled part writes to stderr, between the lines of the progress.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    ray: Any = import_module("ray")
    is_own = not ray.is_initialized()
    if is_own:
        _connect(ray, address)
    try:
        logging.getLogger("ray").setLevel(logging.CRITICAL)
        yield Cluster(ray)
    finally:
        if is_own:
            ray.shutdown()


def _connect(ray: Any, address: str) -> None:
    # A cluster of this run alone is for nobody else to reach.
    alone = {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    own = alone if address == HERE else {}
    # Each try takes half a minute, and Ray would make twenty of them.
    if address != HERE:
        os.environ.setdefault("RAY_gcs_server_port_wait_time_s", "1")
    try:
        with _uninterrupted(), _without_stderr():
            ray.init(address=address, log_to_driver=False, logging_level=logging.CRITICAL, **own)
    except KeyboardInterrupt:
        ray.shutdown()
        raise
    except (ConnectionError, RuntimeError, OSError, ValueError) as error:
        ray.shutdown()
        if address == "auto":
            raise ClusterFailure("no Ray cluster runs on this machine", _CLUSTER) from error
        reason = str(error).strip().split("\n")[0][:200]
        raise ClusterFailure(f"Ray at {address} cannot be used: {reason}", _CLUSTER) from error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A context in which signals that end the process wait for its end.

    Ray leaves processes behind where it is interrupted while it starts, and sets a handler of its
    own. A second signal ends this process at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.getsignal(number) for number in ENDINGS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for came in caught:
        signal.raise_signal(came)


@contextmanager
def _without_stderr() -> Iterator[None]:
    """A context in which nothing is written to stderr, whoever writes it.

    Ray's compiled part tells there which level of its messages was asked for.
    """
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _check_reachable(host: str, port: int, address: str) -> None:
    """Raise ClusterFailure where nothing listens; Ray itself would wait for a minute."""
    try:
        socket.create_connection((host, port), REACHABLE_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterFailure(f"no Ray cluster answers at {address}: {error}", _CLUSTER) from error
