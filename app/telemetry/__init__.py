"""What the operator sees: logs, metrics, and the context that ties them to one run."""
