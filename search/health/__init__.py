"""Checks of the index, the models, the disk, the engine and the permissions; they only read."""
