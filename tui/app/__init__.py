"""The Textual app: search as you type, see the passage in its document."""

import os

# Textual reads the variable when it is imported. At its default of 60 frames a second an answer
# waits up to 16 ms for its frame.
os.environ.setdefault("TEXTUAL_FPS", "120")

from .application import DocsearchApp

__all__ = ["DocsearchApp"]
