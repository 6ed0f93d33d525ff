"""What the runner's API looks at and asks: its probes, and the neighbours that a plan is made with."""

from collections.abc import Sequence

from app.edge.client_http import http_client
from app.edge.tokens import service_token
from app.roles.clock import now
from app.roles.parts import Parts as Opened
from app.runner.plan.plan import Neighbours as Asked
from app.runner.plan.prices_http import Prices
from app.runner.preflight import broker, here, neighbours_http
from app.runner.preflight.check import BOUND_S, Probe
from app.runner.prepare.assignments_http import Assignments
from app.settings import AuthSettings, Neighbours, RunnerSettings

SUBJECT = "cj-runner-api"


async def asked_and_probes(opened: Opened, settings: RunnerSettings) -> tuple[Asked, tuple[Probe, ...]]:
    """Return whom a plan asks, and all probes; their clients close with the role."""
    places, auth = Neighbours(), AuthSettings()
    names: Sequence[str] = ("cj", "the gateway", "the content store")
    cj, gateway, content = [
        await opened.stack.enter_async_context(http_client(name, timeout_s=BOUND_S, attempts=1)) for name in names
    ]

    def token() -> str:
        return service_token(auth, SUBJECT, now)

    asked = Asked(Assignments(cj, places.cj_url, token), Prices(gateway, places.gateway_url))
    return asked, (
        here.database(opened.database),
        here.migrations(opened.database),
        broker.broker(opened.kafka),
        neighbours_http.cj(cj, places.cj_url),
        neighbours_http.cj_credential(cj, places.cj_url, token),
        neighbours_http.gateway(gateway, places.gateway_url),
        neighbours_http.provider_keys(gateway, places.gateway_url),
        neighbours_http.content(content, places.content_url, token if places.content_access == "on" else None),
        here.disk(settings),
        here.assets(settings),
        here.prompt_texts(settings),
    )
