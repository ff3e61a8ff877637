"""The resident process: it keeps models and indexes loaded, and answers commands at once."""
