"""The HTTP service: answers for programs as JSON, and the search page for people."""
