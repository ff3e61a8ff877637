"""Ingest on the machines of a Ray cluster, by the same functions as on one machine."""
