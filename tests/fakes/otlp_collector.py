"""A collector of traces in a thread: takes what exporters send by OTLP over HTTP, and keeps it; can play dead."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Value = str | bool | int | float | list[str]
LONGEST_WAIT_S = 60.0
FAILED = 2
KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


@dataclass(frozen=True)
class Seen:
    """One span as it was sent; ``parent`` is empty for a root, ``links`` are pairs of trace and span."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    links: tuple[tuple[str, str], ...]
    attributes: dict[str, Value]
    failed: bool
    seconds: float
    began: int


@dataclass
class Collector:
    """What came in; while ``answers`` is not set, requests hang."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    answers: Event = field(default_factory=Event)
    asked: int = 0
    news: Condition = field(default_factory=Condition)

    def take(self, path: str, body: bytes) -> None:
        with self.news:
            self.paths.add(path)
            self.raw.append(body)
            self.spans.extend(read(body))
            self.news.notify_all()

    def of(self, trace: str) -> list[Seen]:
        with self.news:
            return self.of_now(trace)

    def of_now(self, trace: str) -> list[Seen]:
        """Return the spans of a trace, by their beginning; ``news`` is held."""
        return sorted((span for span in self.spans if span.trace == trace), key=lambda span: span.began)

    def wait_for(self, trace: str, name: str, service: str) -> Seen:
        """Return the first span of ``service`` with this name in a trace, when it is there."""

        def found() -> list[Seen]:
            return [one for one in self.spans if (one.trace, one.name, one.service) == (trace, name, service)]

        with self.news:
            assert self.news.wait_for(lambda: bool(found()), LONGEST_WAIT_S), f"no span {name} of {service}"
            return found()[0]


def read(body: bytes) -> list[Seen]:
    """Return the spans of one request."""
    request = ExportTraceServiceRequest.FromString(body)
    found: list[Seen] = []
    for of_resource in request.resource_spans:
        resource = {pair.key: _value(pair.value) for pair in of_resource.resource.attributes}
        service = str(resource["service.name"])
        found += [_seen(service, span) for scope in of_resource.scope_spans for span in scope.spans]
    return found


def _seen(service: str, span: Span) -> Seen:
    return Seen(
        service,
        span.name,
        KINDS[span.kind],
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
        {pair.key: _value(pair.value) for pair in span.attributes},
        span.status.code == FAILED,
        (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        span.start_time_unix_nano,
    )


def _value(value: AnyValue) -> Value:
    if value.WhichOneof("value") == "array_value":
        return [item.string_value for item in value.array_value.values]
    found: Value = getattr(value, value.WhichOneof("value") or "string_value")
    return found


def tree(spans: list[Seen]) -> str:
    """Return the spans as an indented tree; siblings of one name are counted."""
    ids = {span.id for span in spans}
    lines: list[str] = []

    def show(parent: str, depth: int) -> None:
        children = [span for span in spans if (span.parent if span.parent in ids else "") == parent]
        shown: dict[tuple[str, str], list[Seen]] = {}
        for span in children:
            shown.setdefault((span.service, span.name), []).append(span)
        for (service, name), alike in shown.items():
            times = "" if len(alike) == 1 else f"  x{len(alike)}"
            lines.append(f"{'  ' * depth}{name}  [{service}, {alike[0].seconds * 1000:.0f} ms]{times}")
            show(alike[0].id, depth + 1)

    show("", 0)
    return "\n".join(lines)


@contextmanager
def collecting() -> Iterator[Collector]:
    """Collect on a free port of the loopback address."""
    collector = Collector()
    collector.answers.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.asked += 1
            if not collector.answers.is_set():
                collector.answers.wait(LONGEST_WAIT_S)
                self.close_connection = True
                return
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(self.path, body)
            try:
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", "0")
                self.end_headers()
            except ConnectionError:
                self.close_connection = True

        def log_request(self, code: object = "-", size: object = "-") -> None:
            del code, size

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            collector.answers.set()
            server.shutdown()
            thread.join()
