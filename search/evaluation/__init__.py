"""Measuring retrieval quality on collections with known answers."""
