"""The stages as commands. In each module, `arguments` adds the options and `run` does the work."""
