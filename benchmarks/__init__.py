"""Measures the speed, memory and quality of docsearch: `python -m benchmarks`."""
