"""Benchmark of the statistics: times fit, standard errors and fit statistics on simulated judgements."""
