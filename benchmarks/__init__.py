"""What docsearch costs, measured: `python -m benchmarks`."""
