"""Experiments: a matrix of runs over one package, started as money and concurrency allow, read as one table."""
