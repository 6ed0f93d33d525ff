"""The service: accepts runs, publishes them, collects callbacks, writes artefacts and reports."""
