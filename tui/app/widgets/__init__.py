"""The app's own widgets. None of them calls the index."""
