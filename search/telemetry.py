"""Keeps libraries from telling their makers what they are used for."""

from __future__ import annotations

import os

SWITCH = "ORT_DISABLE_TELEMETRY"
"""What onnxruntime reads while it is imported: a call to its library afterwards comes too late."""


def keep_onnxruntime_silent() -> None:
    """Let onnxruntime collect and send nothing; to be called before its import.

    Otherwise its builds keep a database of events in the user's cache folder, which they send to
    Microsoft. A value that the user has set stays.
    """
    os.environ.setdefault(SWITCH, "1")
