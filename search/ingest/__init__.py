"""Ingest: walk → read → passages → embed → store."""
