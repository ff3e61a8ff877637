"""Readers of what stands on pages: PDF files and pictures."""
