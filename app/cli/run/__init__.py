"""``cj-runner run``: from a folder of essays to a finished run, and its files in a folder."""
