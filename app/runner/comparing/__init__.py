"""Runs read back from their rows for a comparison with each other or with people."""
