"""`python -m tui`."""

from .cli import main

main()
