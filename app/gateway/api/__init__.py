"""HTTP in: comparisons, providers, health."""
