"""HTTP in: assignments, anchors, batches."""
