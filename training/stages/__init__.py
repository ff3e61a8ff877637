"""The stages as commands: each has `arguments` for its options and `run`."""
