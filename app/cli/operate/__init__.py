"""Commands of those who run the system: start, stop, check, keys, the contracts for others."""
