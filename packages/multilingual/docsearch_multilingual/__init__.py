"""Models for docsearch in about a hundred languages: a folder for each, and no code."""
