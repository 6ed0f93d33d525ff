"""Callbacks in: verdicts, completions, failures, results."""
