"""A Ray cluster on this machine, in a process of its own: two machines of one core each.

Run as a script, it prints its address, then does as lines of its stdin ask, until stdin is closed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

MEMORY = 150 << 20
"""The bytes of each machine's object store."""

SECONDS = 60.0
"""For how long a worker is waited for."""

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Otherwise Ray takes 127.0.0.1 for the machine's address on its network.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}


@dataclass(frozen=True)
class RayCluster:
    """A running cluster; `address` is that of its head."""

    address: str
    process: subprocess.Popen[str]

    def ask(self, line: str) -> None:
        """Have the cluster do as `main` tells, and wait until it has."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == line


@contextmanager
def ray_cluster(environment: Mapping[str, str]) -> Iterator[RayCluster]:
    """A cluster whose machines have these variables."""
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=dict(os.environ) | dict(environment) | ENVIRONMENT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield RayCluster(process.stdout.readline().strip(), process)
        finally:
            process.stdin.close()
            process.wait(60)


def kill_worker(stage: str) -> None:
    """Kill a process that runs a stage, once there is one; raise TimeoutError without one."""
    # Ray brings this package along, under its own folder.
    import psutil

    head = psutil.Process()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for child in head.children(recursive=True):
            with suppress(psutil.Error):
                if any(stage in part for part in child.cmdline()):
                    child.kill()
                    return
        time.sleep(0.1)
    raise TimeoutError(stage)


def main() -> None:
    """Serve until stdin is closed.

    A line of stdin is `remove` or `add`, for the second machine, or `kill STAGE`.
    """
    from ray.cluster_utils import Cluster

    machine = {
        "num_cpus": 1,
        "object_store_memory": MEMORY,
        "node_ip_address": "127.0.0.1",
    }
    cluster = Cluster(True, head_node_args={**machine, "include_dashboard": False})
    second = cluster.add_node(**machine)
    print(cluster.address, flush=True)
    for line in sys.stdin:
        match line.split():
            case ["remove"]:
                cluster.remove_node(second, allow_graceful=False)
            case ["add"]:
                second = cluster.add_node(**machine)
            case ["kill", stage]:
                kill_worker(stage)
        print(line.strip(), flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main()
