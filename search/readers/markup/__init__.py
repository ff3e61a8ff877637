"""Readers of text with markup: Markdown, HTML, LaTeX and others."""
