"""Readers of office files and electronic books."""
