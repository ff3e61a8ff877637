"""Readers of files that are made of pages: PDF files and pictures."""
