"""Who may do what at the runner's API: the guard in front of all routes, API keys, owners of things, the audit."""
