"""The engine: takes batches in, asks for comparisons in waves, stops, scores, projects grades."""
