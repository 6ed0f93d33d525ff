"""Setting groups: read from the environment once, at the start of a role, and handed down from there.

Each group names its own prefix. Names that operators know from the platform this service speaks
with (``CJ_ASSESSMENT_SERVICE_…``, ``LLM_PROVIDER_SERVICE_…``, ``CJ_SERVICE_URL``) are kept.
"""

from app.settings.access import AccessSettings, StaticKey
from app.settings.base import BatchingMode
from app.settings.cj import CJSettings
from app.settings.comparing import ComparingSettings
from app.settings.content import ContentSettings
from app.settings.experiments import ExperimentSettings
from app.settings.faults import FaultSettings
from app.settings.gateway import GatewaySettings
from app.settings.limits import (
    CJHttpSettings,
    ContentHttpSettings,
    GatewayHttpSettings,
    HttpSettings,
    RunnerHttpSettings,
)
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

__all__ = [
    "AccessSettings",
    "AuthSettings",
    "BatchingMode",
    "CJHttpSettings",
    "CJSettings",
    "ComparingSettings",
    "ContentHttpSettings",
    "ContentSettings",
    "DatabaseSettings",
    "ExperimentSettings",
    "FaultSettings",
    "GatewayHttpSettings",
    "GatewaySettings",
    "GradeScaleSettings",
    "HttpSettings",
    "KafkaSettings",
    "LoginSettings",
    "Neighbours",
    "ProviderSettings",
    "ResultsSettings",
    "RunnerHttpSettings",
    "RunnerSettings",
    "StaticKey",
    "TelemetrySettings",
    "TracingSettings",
    "WebhookSettings",
]
