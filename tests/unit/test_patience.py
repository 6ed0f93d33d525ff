"""A reader who takes nothing is let go; one who reads is waited for as long as it reads."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from app.edge.patience import Patience


class Producer:
    """Sends three pieces; knows whether it was stopped."""

    def __init__(self) -> None:
        self.sent, self.stopped = 0, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        try:
            for _ in range(3):
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
                self.sent += 1
        except BaseException:
            self.stopped = True
            raise


async def _nothing() -> Message:
    return {"type": "http.request"}


async def test_a_reader_who_takes_nothing_is_let_go_and_the_producer_is_stopped() -> None:
    producer = Producer()

    async def never(message: Message) -> None:
        del message
        await asyncio.Event().wait()

    async with asyncio.timeout(10):
        await Patience(producer, 0.01)({"type": "http", "path": "/x"}, _nothing, never)
    assert (producer.sent, producer.stopped) == (0, True)


async def test_a_reader_who_takes_each_piece_in_time_gets_all() -> None:
    producer, taken = Producer(), []

    async def slow(message: Message) -> None:
        await asyncio.sleep(0)
        taken.append(message)

    await Patience(producer, 10)({"type": "http", "path": "/x"}, _nothing, slow)
    assert (producer.sent, len(taken), producer.stopped) == (3, 3, False)
