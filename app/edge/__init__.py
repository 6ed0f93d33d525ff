"""HTTP edges that all services share: problem details, health, metrics, the client towards neighbours."""
