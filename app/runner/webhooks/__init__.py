"""Webhooks: who subscribed is told, by signed HTTP requests, what became of runs.

``enqueue`` writes deliveries in the transaction of the run's move; ``deliver`` sends them from the worker.
"""
