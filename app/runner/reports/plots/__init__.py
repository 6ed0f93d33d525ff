"""Plots as SVG: pure functions from numbers to one self-contained element with title and description. PURE."""
