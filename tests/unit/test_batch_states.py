"""What announcements of one batch come to, whatever order they arrive in."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.runner.runs.batch_states import BatchState, Kind, Said, in_order, moment, summary, versions_of

START = datetime(2026, 1, 1, tzinfo=UTC)


def said(kind: Kind, minute: int, digest: str = "d", detail: str | None = None) -> Said:
    return Said(kind, digest, START + timedelta(minutes=minute), detail, START)


some = st.lists(
    st.builds(
        said,
        st.sampled_from(["completion", "result", "failure"]),
        st.integers(0, 3),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["completed_successfully", "failed_critically"]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda item: (item.kind, item.digest),
)


@given(some, st.randoms())
def test_the_order_of_arrival_changes_nothing(items: list[Said], chance: Random) -> None:
    shuffled = list(items)
    chance.shuffle(shuffled)
    assert summary(shuffled) == summary(items)
    assert in_order(shuffled) == in_order(items)
    assert versions_of(shuffled) == versions_of(items)


@pytest.mark.parametrize(
    ("items", "state", "reason", "minute"),
    [
        ([said("completion", 1, detail="completed_successfully")], BatchState.AWAITING_RESULT, None, 1),
        ([said("completion", 1, detail="failed_critically")], BatchState.FAILED, "failed_critically", 1),
        ([said("result", 1), said("completion", 2, detail="failed_critically")], BatchState.COMPLETED, None, 1),
        ([said("failure", 1, detail="no prompt"), said("result", 2)], BatchState.COMPLETED, None, 2),
        ([said("failure", 2, detail="no prompt"), said("result", 2)], BatchState.COMPLETED, None, 2),
        ([said("result", 1), said("failure", 2, detail="no prompt")], BatchState.FAILED, "no prompt", 2),
        ([said("failure", 2, "x", "later"), said("failure", 1, "y", "first")], BatchState.FAILED, "later", 2),
    ],
)
def test_a_batch_stands_where_what_was_said_last_puts_it(
    items: list[Said], state: BatchState, reason: str | None, minute: int
) -> None:
    found = summary(items)
    assert (found.state, found.reason) == (state, reason)
    assert found.completed_at == START + timedelta(minutes=minute)


def test_versions_are_numbered_by_when_they_were_said() -> None:
    items = [
        said("result", 3, "third"),
        said("result", 1, "first"),
        said("failure", 0),
        said("result", 2, "second"),
    ]
    assert [item.digest for item in versions_of(items)] == ["first", "second", "third"]
    assert summary(items).versions == 3


def test_a_time_without_a_zone_is_utc_and_one_beyond_the_calendar_is_now() -> None:
    assert moment(START.replace(tzinfo=None), START + timedelta(1)) == START
    beyond = datetime.fromisoformat("0001-01-01T00:00:00+14:00")
    assert moment(beyond, START) == START
