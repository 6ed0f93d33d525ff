"""cj asked what it has for a run, where its messages may have been lost."""
