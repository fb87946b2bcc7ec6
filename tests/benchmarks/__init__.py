"""The project's own benchmarks: `python -m tests.benchmarks --help`."""
