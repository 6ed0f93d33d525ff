"""What a log line says of the work at hand is that of its own task."""

import asyncio

import structlog
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.testing import LogCapture

from app.messaging.bus import Record
from app.messaging.known import known
from app.telemetry.context import bound


async def test_tasks_at_the_same_time_have_their_own_names_and_leave_none_behind() -> None:
    capture, barrier = LogCapture(), asyncio.Barrier(20)
    log = structlog.wrap_logger(None, processors=[merge_contextvars, capture])

    async def work(number: int) -> None:
        with bound(run_id=f"run_{number}", batch_id=None):
            await barrier.wait()
            log.info("seen", number=number)
            await asyncio.to_thread(log.info, "seen_in_thread", number=number)
            with bound(run_id=f"inner_{number}"):
                await barrier.wait()
                log.info("inside", number=number)
            log.info("after", number=number)

    await asyncio.gather(*(work(number) for number in range(20)))
    assert len(capture.entries) == 80
    for entry in capture.entries:
        prefix = "inner" if entry["event"] == "inside" else "run"
        assert entry["run_id"] == f"{prefix}_{entry['number']}"
        assert "batch_id" not in entry
    assert get_contextvars() == {}


def test_headers_of_a_record_that_are_no_names_are_left_out() -> None:
    headers = {"correlation_id": "8f8f5f0e-6c3d", "event_id": "a b\n{", "event_type": "x" * 200, "x-other": "y"}
    assert known(Record("topic", 0, 0, None, b"", headers)) == {"correlation_id": "8f8f5f0e-6c3d"}
