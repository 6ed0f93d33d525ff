"""Rows picked to be changed: at most so many, each by one transaction, whatever the planner makes of it.

Fed by whoever takes from a table that others take from too; feeds the UPDATE or DELETE of the same statement.
"""

from typing import Any

from sqlalchemy import CTE, Select


def picked(rows: Select[Any], limit: int, name: str = "picked") -> CTE:
    """Return at most ``limit`` of ``rows``, locked, without those that somebody else holds.

    It is read once, by name. As a subselect (``WHERE id IN (SELECT … LIMIT n FOR UPDATE SKIP LOCKED)``) the
    planner may run it anew for each outer row; rows already changed are then skipped, further ones are locked
    instead, and the statement changes all that there are instead of ``limit``.
    """
    locked = rows.limit(limit).with_for_update(skip_locked=True)
    return locked.cte(name).prefix_with("MATERIALIZED")
