"""Pictures as terminals show them, each protocol in a file of its own."""
