"""Settings of traces, under the names of the OpenTelemetry specification where it has one."""

from typing import Literal
from urllib.parse import unquote

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from app.settings.base import Address, Settings

SamplerName = Literal[
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
]
LOCAL = "http://localhost:4318"


def _named(field: str, variable: str) -> AliasChoices:
    return AliasChoices(field, variable)


class TracingSettings(Settings):
    """Traces of every role, sent by OTLP over HTTP: off by default, and an extra (``cj-runner[otel]``)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True)

    exporter: Literal["otlp", "none"] | None = Field(
        default=None, validation_alias=_named("exporter", "OTEL_TRACES_EXPORTER")
    )
    """`otlp` sends traces, `none` does not; unset, they are sent where one of the two endpoints is set."""
    endpoint: Address | None = Field(
        default=None, validation_alias=_named("endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT")
    )
    """Address of the collector; `/v1/traces` is added to it. With `otlp` and none, `http://localhost:4318`."""
    traces_endpoint: Address | None = Field(
        default=None, validation_alias=_named("traces_endpoint", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    )
    """Whole address for traces, where it is another one."""
    headers: SecretStr | None = Field(
        default=None, validation_alias=_named("headers", "OTEL_EXPORTER_OTLP_HEADERS")
    )
    """Headers that the collector wants, `name=value,name=value`, percent-encoded."""
    timeout_s: float = Field(default=5.0, gt=0, validation_alias=_named("timeout_s", "TRACING_TIMEOUT_S"))
    """Seconds after which one sending, its new tries included, is given up."""
    every_s: float = Field(default=2.0, gt=0, validation_alias=_named("every_s", "TRACING_EVERY_S"))
    """Seconds between two sendings, where there is less than a full one."""
    queue_size: int = Field(default=4096, ge=1, validation_alias=_named("queue_size", "TRACING_QUEUE_SIZE"))
    """Spans that wait in memory for the collector; the oldest fall out when there are more."""
    service_name: str | None = Field(default=None, validation_alias=_named("service_name", "OTEL_SERVICE_NAME"))
    """Name of the service on its spans; unset, each role has its own, the `service.name` of its log lines."""
    sampler: SamplerName = Field(
        default="parentbased_always_on", validation_alias=_named("sampler", "OTEL_TRACES_SAMPLER")
    )
    """Which traces are recorded. Those that begin with `parentbased_` leave it to the caller of the API where it
    sends a `traceparent`.
    """
    sampler_ratio: float = Field(
        default=1.0, ge=0, le=1, validation_alias=_named("sampler_ratio", "OTEL_TRACES_SAMPLER_ARG")
    )
    """Share of traces that a sampler with a ratio records."""

    @field_validator("headers")
    @classmethod
    def _are_pairs(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse what is no list of pairs, without showing it."""
        for part in _parts(value):
            name, equals, _ = part.partition("=")
            if not equals or not name.strip():
                raise ValueError("must be name=value pairs, separated by commas")
        return value

    @property
    def is_on(self) -> bool:
        """Whether traces are sent."""
        if self.exporter is None:
            return self.endpoint is not None or self.traces_endpoint is not None
        return self.exporter == "otlp"

    @property
    def wanted_by(self) -> str:
        """The variable that turned traces on."""
        if self.exporter is not None:
            return "OTEL_TRACES_EXPORTER"
        return "OTEL_EXPORTER_OTLP_ENDPOINT" if self.endpoint is not None else "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"

    @property
    def address(self) -> str:
        """Where traces are sent to."""
        return self.traces_endpoint or f"{(self.endpoint or LOCAL).rstrip('/')}/v1/traces"

    def header_pairs(self) -> dict[str, str]:
        """Return the headers, decoded."""
        pairs = (part.partition("=") for part in _parts(self.headers))
        return {name.strip().lower(): unquote(value.strip()) for name, _, value in pairs}


def _parts(value: SecretStr | None) -> list[str]:
    return [] if value is None else [part for part in value.get_secret_value().split(",") if part.strip()]
