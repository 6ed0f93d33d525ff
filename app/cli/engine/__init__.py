"""Commands that look into cj: assignments, anchors, everything stored of a batch, and reports on it."""
