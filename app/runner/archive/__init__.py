"""The files of a run after its end: opened without following links, bundled, checked."""
