"""``cj-runner runs``: what is there, what it is doing, and what became of it."""
