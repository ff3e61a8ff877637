"""How a command meets the resident process, which keeps models and indexes loaded.

It asks through a socket, and runs in its own process where nobody answers.
"""
