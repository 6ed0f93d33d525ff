"""HTTP on the wire: bounds what comes before a request is one, which no layer of an application can see.

uvicorn's own protocol has no limit on the size of headers and waits for their end without end; what it cannot read
it answers as plain text. Fed by the roles, which serve with it.
"""

from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.edge.answers import Answers
from app.edge.refusals import HeadersTooLarge, Malformed, TooSlow
from app.errors import AppError
from app.settings.limits import HttpSettings


class Wire(HttpToolsProtocol):
    """One connection; ``protocol`` makes the class for one application."""

    answers: Answers
    settings: HttpSettings
    _slow: TimerHandle | None = None
    _in_headers = True
    _begun = False
    _header_bytes = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Start the time that the first request's headers have."""
        super().connection_made(cast("Transport", transport))
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to headers, then read it."""
        if self._in_headers:
            self._header_bytes += len(data)
        super().data_received(data)
        if self._in_headers and self._header_bytes > self.settings.headers_max_bytes:
            most = self.settings.headers_max_bytes
            self._refuse(HeadersTooLarge(f"line and headers may have at most {most} bytes together"))

    def on_message_begin(self) -> None:
        """Begin with a request: its headers have their time."""
        super().on_message_begin()
        self._begun = True
        if not self._in_headers:
            self._header_bytes = 0
            self._await_headers()

    def on_headers_complete(self) -> None:
        """End the time of the headers; refuse those that came at once and are too many."""
        self._stop_waiting()
        if sum(len(name) + len(value) + 4 for name, value in self.headers) > self.settings.headers_max_bytes:
            self._in_headers = True
            self._header_bytes = self.settings.headers_max_bytes + 1
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body of a request that was let in."""
        if not self._in_headers:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Take the end of a request that was let in."""
        if not self._in_headers:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read."""
        self._refuse(Malformed(msg.rstrip(".").lower()))

    def _await_headers(self) -> None:
        self._in_headers = True
        self._slow = self.loop.call_later(self.settings.headers_patience_s, self._too_slow)

    def _stop_waiting(self) -> None:
        self._in_headers = False
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _too_slow(self) -> None:
        if self._begun:
            self._refuse(TooSlow(f"the headers must be there within {self.settings.headers_patience_s:g} s"))
        elif not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, error: AppError) -> None:
        if self.transport.is_closing():
            return
        self._stop_waiting()
        under_way: RequestResponseCycle | None = self.cycle
        if under_way is not None and under_way.response_started and not under_way.response_complete:
            self.transport.close()
            return
        answer = self.answers.of({"type": "http", "path": "", "headers": []}, error, {"Connection": "close"})
        lines = [f"HTTP/1.1 {answer.status_code} {error.title}".encode()]
        lines += [name + b": " + value for name, value in answer.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()


def protocol(of: Answers, limits: HttpSettings) -> type[Wire]:
    """Return the protocol of one application."""
    parts: dict[str, Any] = {"answers": of, "settings": limits}
    return type("WireOfService", (Wire,), parts)
