"""The app's own widgets; none of them calls the store."""
