"""The closed list of fault points: where each one stands, and in which roles the data passes it."""

from enum import StrEnum


class Point(StrEnum):
    """Where a fault can happen; the value is the name in a plan, ``<who>.<moment>``."""

    UNIT_BEFORE_COMMIT = "unit.before_commit"
    UNIT_AFTER_COMMIT = "unit.after_commit"
    CONSUME_AFTER_RECEIVE = "consume.after_receive"
    CONSUME_BEFORE_HANDLER = "consume.before_handler"
    CONSUME_BEFORE_COMMIT = "consume.before_commit"
    CONSUME_BEFORE_OFFSETS = "consume.before_offsets"
    CONSUME_AFTER_OFFSETS = "consume.after_offsets"
    RELAY_AFTER_LEASE = "relay.after_lease"
    RELAY_AFTER_SEND = "relay.after_send"
    RELAY_AFTER_MARK = "relay.after_mark"
    LEASED_AFTER_LEASE = "leased.after_lease"
    LEASED_BEFORE_RELEASE = "leased.before_release"
    LEASED_AFTER_RELEASE = "leased.after_release"


PASSED_IN: dict[Point, tuple[str, ...]] = {
    Point.UNIT_BEFORE_COMMIT: ("api", "worker", "cj", "gateway", "content"),
    Point.UNIT_AFTER_COMMIT: ("api", "worker", "cj", "gateway", "content"),
    Point.CONSUME_AFTER_RECEIVE: ("worker", "cj"),
    Point.CONSUME_BEFORE_HANDLER: ("worker", "cj"),
    Point.CONSUME_BEFORE_COMMIT: ("worker", "cj"),
    Point.CONSUME_BEFORE_OFFSETS: ("worker", "cj"),
    Point.CONSUME_AFTER_OFFSETS: ("worker", "cj"),
    Point.RELAY_AFTER_LEASE: ("worker", "cj", "gateway"),
    Point.RELAY_AFTER_SEND: ("worker", "cj", "gateway"),
    Point.RELAY_AFTER_MARK: ("worker", "cj", "gateway"),
    Point.LEASED_AFTER_LEASE: ("worker", "cj", "gateway"),
    Point.LEASED_BEFORE_RELEASE: ("worker", "cj", "gateway"),
    Point.LEASED_AFTER_RELEASE: ("worker", "cj", "gateway"),
}
"""The roles in which a run makes its data pass each point."""
