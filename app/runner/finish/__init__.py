"""From collected rows to artefact, manifest and reports."""
