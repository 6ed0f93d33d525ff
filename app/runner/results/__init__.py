"""What a run came to: one row an essay, and the artefact document. PURE."""
