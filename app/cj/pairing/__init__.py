"""Pairs of the next wave, by policy. PURE."""
