"""HTTP on the wire: bounds what comes before a request is one, which no layer of an application can see.

uvicorn's own protocol has no limit on the size of headers and waits for their end without end; what it cannot read
it answers as plain text. Fed by the roles, which serve with it.
"""

from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.edge.answers import Answers
from app.edge.refusals import HeadersTooLarge, Malformed, TooSlow
from app.edge.shields import shielded
from app.errors import AppError
from app.settings.limits import HttpSettings

AROUND_A_BYTE = 8
"""A chunk of one byte has five bytes around it; whoever sends more than this sends something else."""


class Wire(HttpToolsProtocol):
    """One connection; ``protocol`` makes the class for one application.

    A request that is refused here is the last one of its connection: nothing that came behind it is served.
    """

    answers: Answers
    settings: HttpSettings
    _slow: TimerHandle | None = None
    _in_headers = True
    _begun = False
    _fault: AppError | None = None
    _header_bytes = 0
    _around_body = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Start the time that the first request's headers have."""
        super().connection_made(cast("Transport", transport))
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to headers, and what stands around a body's pieces; then read it."""
        if self._in_headers:
            self._header_bytes += len(data)
        else:
            self._around_body += len(data)
        super().data_received(data)
        self._fault = self._fault or self._too_much()
        if self._fault is not None:
            self._refuse(self._fault)

    def _too_much(self) -> AppError | None:
        most = self.settings.headers_max_bytes
        if self._in_headers and self._header_bytes > most:
            return HeadersTooLarge(f"line and headers may have at most {most} bytes together")
        if self._around_body > most:
            return HeadersTooLarge(f"extensions of chunks and fields behind them may have at most {most} bytes")
        return None

    def on_message_begin(self) -> None:
        """Begin with a request: its headers have their time."""
        super().on_message_begin()
        self._begun = True
        self._around_body = 0
        if not self._in_headers and self._fault is None:
            self._header_bytes = 0
            self._await_headers()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; what comes behind a body would change a request that was looked at already."""
        if self._in_headers:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """End the time of the headers; refuse what others may read in another way than we do."""
        self._stop_waiting()
        self._fault = self._fault or self._fault_of_head()
        if self._fault is None:
            super().on_headers_complete()

    def _fault_of_head(self) -> AppError | None:
        most = self.settings.headers_max_bytes
        if sum(len(name) + len(value) + 4 for name, value in self.headers) > most:
            return HeadersTooLarge(f"line and headers may have at most {most} bytes together")
        version = self.parser.get_http_version()
        if version not in {"1.0", "1.1"}:
            return Malformed(f"HTTP/{version} is not spoken here")
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (version == "1.1" and not hosts):
            return Malformed("a request names its host once")
        codings = [value for name, value in self.headers if name == b"transfer-encoding"]
        if codings and [coding.lower() for coding in codings] != [b"chunked"]:
            return Malformed("of transfer codings only 'chunked' is known")
        return None

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body of a request that was let in; small pieces have much around them."""
        self._around_body = max(0, self._around_body - AROUND_A_BYTE * len(body))
        if self._fault is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Take the end of a request that was let in."""
        if self._fault is None:
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
        headers = shielded(answer.raw_headers, behind_tls=self.settings.behind_tls)
        lines += [name + b": " + value for name, value in headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()


def protocol(of: Answers, limits: HttpSettings) -> type[Wire]:
    """Return the protocol of one application."""
    parts: dict[str, Any] = {"answers": of, "settings": limits}
    return type("WireOfService", (Wire,), parts)
