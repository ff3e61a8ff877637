"""Nothing tells anybody what docsearch is used for."""

import os
import subprocess
import sys
from pathlib import Path

CODE = "from search.models.onnx_session import multiplies_bytes_exactly as look; look()"


def test_onnxruntime_collects_nothing(tmp_path: Path) -> None:
    env = dict(os.environ) | {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "ORT_DISABLE_TELEMETRY"):
        env.pop(name, None)
    subprocess.run([sys.executable, "-c", CODE], env=env, check=True)
    assert list(tmp_path.rglob("*")) == []
