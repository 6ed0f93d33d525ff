"""Postgres for every service: engine, the one place that commits, listening, migrations."""
