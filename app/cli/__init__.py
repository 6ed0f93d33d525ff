"""The command line: a thin client over the REST API, and tools that work alone."""
