"""A receiver of webhooks in a thread, for tests of whole systems: answers when it is allowed to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread

LONGEST_WAIT_S = 60.0


@dataclass(frozen=True)
class Came:
    """One request; header names are in lower case."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came in, in order; no request is answered before ``may_answer`` is set."""

    url: str = ""
    came: "Queue[Came]" = field(default_factory=Queue)
    may_answer: Event = field(default_factory=Event)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive on a free port of the loopback address."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.came.put(Came({name.lower(): value for name, value in self.headers.items()}, body))
            receiver.may_answer.wait(LONGEST_WAIT_S)
            try:
                self.send_response(204)
                self.end_headers()
            except ConnectionError:
                self.close_connection = True

        def log_request(self, code: object = "-", size: object = "-") -> None:
            del code, size

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.may_answer.set()
            server.shutdown()
            thread.join()
