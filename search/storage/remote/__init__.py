"""An index in an object store: its lease, its snapshots, their cache, and its tables."""
