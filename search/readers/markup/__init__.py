"""Readers of text with markup, such as Markdown, HTML and LaTeX."""
