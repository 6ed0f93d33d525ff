"""HTTP in: runs, packages, artefacts, reports."""
