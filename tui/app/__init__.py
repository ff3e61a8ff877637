"""The Textual app: search as you type, see the passage in its document."""

from .application import DocsearchApp

__all__ = ["DocsearchApp"]
