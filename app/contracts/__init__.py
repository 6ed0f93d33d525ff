"""Wire shapes: what travels between services and into files, and nothing else."""
