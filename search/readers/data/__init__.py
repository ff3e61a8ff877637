"""Readers of data files: tables, JSON, YAML, XML, notebooks and subtitles."""
