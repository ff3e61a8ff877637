"""The index on the disk: the catalogue in SQLite and the table of passages in LanceDB."""
