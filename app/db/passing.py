"""Which errors of the database pass by themselves: those are told apart from what is wrong with a statement.

Fed by ``unit``; feeds every loop, route and stage, which try again later. Without this a message whose transaction
met a deadlock or a full disk would count as one that its handler refuses for good.
"""

from typing import ClassVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class DatabaseAway(ConnectionError):
    """The database does not answer at present, or broke the connection; nothing of the transaction was kept.

    Only where the connection broke in a commit may it have been kept: every handler stands being run twice.
    """

    told: ClassVar[str] = "the database does not answer"
    """What a caller is told, without the database's own words."""


class DatabaseBusy(DatabaseAway):
    """The transaction lost against others: a deadlock, a conflict, a lock, or no free connection."""

    told = "the database is busy"


class DatabaseFull(DatabaseAway):
    """The database has no disk, memory or other room left for it."""

    told = "the database has no room left"


class DatabaseReadOnly(DatabaseAway):
    """The database takes no writes at present."""

    told = "the database takes no writes at present"


BY_STATE: dict[str, type[DatabaseAway]] = {
    "08": DatabaseAway,  # connection exceptions
    "25006": DatabaseReadOnly,
    "25P03": DatabaseAway,  # idle for too long in a transaction
    "40": DatabaseBusy,  # deadlock, serialisation failure
    "53": DatabaseFull,
    "53300": DatabaseBusy,  # too many connections
    "55006": DatabaseBusy,  # object in use
    "55P03": DatabaseBusy,  # lock not available
    "57": DatabaseAway,  # shutting down, crashed, starting up
    "57014": DatabaseBusy,  # a statement that took too long
    "58": DatabaseAway,  # the system under it failed
}
"""By the SQLSTATE, or its class of two characters (PostgreSQL documentation, appendix A)."""


def passing(error: SQLAlchemyError) -> DatabaseAway | None:
    """Return the error that says that trying again can help, or None where the statement is to blame."""
    kind = _kind(error)
    return None if kind is None else kind(_words(error))


def _kind(error: SQLAlchemyError) -> type[DatabaseAway] | None:
    if isinstance(error, PoolTimeout):
        return DatabaseBusy
    if not isinstance(error, DBAPIError):
        return None
    state = str(getattr(error.orig, "sqlstate", None) or "")
    known = BY_STATE.get(state) or BY_STATE.get(state[:2])
    if known is not None:
        return known
    if type(error.orig).__name__ == "InvalidCachedStatementError":  # a migration went by; the cache is dropped
        return DatabaseBusy
    lost = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return DatabaseAway if lost else None


def _words(error: SQLAlchemyError) -> str:
    """Return the database's own words, without the statement and its values."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).splitlines()[0][:200] if str(cause) else type(error).__name__
