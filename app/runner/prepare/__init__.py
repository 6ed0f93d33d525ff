"""From an accepted run to a published request."""
