"""Which role reads which settings: what is checked before a role starts, and what the page of settings lists."""

from app.settings.access import AccessSettings
from app.settings.base import Settings
from app.settings.cj import CJSettings
from app.settings.comparing import ComparingSettings
from app.settings.content import ContentSettings
from app.settings.experiments import ExperimentSettings
from app.settings.faults import FaultSettings
from app.settings.gateway import GatewaySettings
from app.settings.limits import CJHttpSettings, ContentHttpSettings, GatewayHttpSettings, RunnerHttpSettings
from app.settings.providers import ProviderSettings
from app.settings.results import ResultsSettings
from app.settings.runner import RunnerSettings
from app.settings.shared import (
    AuthSettings,
    DatabaseSettings,
    GradeScaleSettings,
    KafkaSettings,
    LoginSettings,
    Neighbours,
    TelemetrySettings,
)
from app.settings.tracing import TracingSettings
from app.settings.webhooks import WebhookSettings

Groups = tuple[type[Settings], ...]
_ALL: Groups = (TelemetrySettings, DatabaseSettings)
_WITH_FAULTS: Groups = (*_ALL, TracingSettings, FaultSettings)
_SERVICE: Groups = (*_WITH_FAULTS, KafkaSettings, GradeScaleSettings, AuthSettings)
_RUNNER: Groups = (
    *_SERVICE,
    Neighbours,
    RunnerSettings,
    ResultsSettings,
    ComparingSettings,
    ExperimentSettings,
    WebhookSettings,
)

READERS: dict[str, Groups] = {
    "api": (*_RUNNER, RunnerHttpSettings, AccessSettings),
    "worker": _RUNNER,
    "cj": (*_SERVICE, Neighbours, CJSettings, CJHttpSettings),
    "gateway": (*_SERVICE, GatewaySettings, GatewayHttpSettings, ProviderSettings),
    "content": (*_WITH_FAULTS, GradeScaleSettings, AuthSettings, ContentSettings, ContentHttpSettings),
    "migrate": (*_ALL, LoginSettings),
    "grant": (*_ALL, LoginSettings),
}
"""``everything`` starts the others, each of which checks its own."""


def readers_of(group: type[Settings]) -> tuple[str, ...]:
    """Return the roles that read ``group``."""
    return tuple(role for role, groups in READERS.items() if group in groups)


def every_group() -> Groups:
    """Return all groups, each once, those first that many roles read."""
    return tuple(dict.fromkeys(group for groups in READERS.values() for group in groups))
