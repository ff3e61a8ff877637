"""What people and scripts see of docsearch: the command line, its output and the app."""
