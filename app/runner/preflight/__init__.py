"""Whether everything that a run needs is there: looked at all at once, each with what to do about it."""
