"""Probes of the services that runs need: cj with our credential, the gateway with its keys, the content store.

Feeds ``check``. Each may be another implementation of the platform's contract: a route that it lacks is no fault.
"""

from collections.abc import Callable

from pydantic import ValidationError

from app.contracts.llm_http import ProviderList
from app.edge.client_http import HttpClient
from app.runner.preflight.check import Finding, Probe

WITHOUT_KEYS = frozenset({"mock", "replay"})


def cj(client: HttpClient, base_url: str) -> Probe:
    """Return the probe: cj answers."""

    async def look() -> Finding:
        status = (await client.call("GET", f"{base_url.rstrip('/')}/healthz")).status_code
        return Finding(ok=True, detail=f"cj answers (status {status})")

    return Probe("cj", look, "start cj, or correct CJ_SERVICE_URL")


def cj_credential(client: HttpClient, base_url: str, token: Callable[[], str]) -> Probe:
    """Return the probe: cj takes our credential, which runs in mode execute need."""
    way_out = "set HULEEDU_SERVICE_ACCOUNT_TOKEN, or the JWT_SECRET_KEY that cj checks tokens with"

    async def look() -> Finding:
        url = f"{base_url.rstrip('/')}/admin/v1/assessment-instructions?page_size=1"
        status = (await client.call("GET", url, headers={"Authorization": f"Bearer {token()}"})).status_code
        if status in {401, 403}:
            return Finding(ok=False, detail=f"cj refuses our credential (status {status})", what_to_do=way_out)
        if status != 200:
            detail = f"cj answered {status} where assignments are listed"
            return Finding(ok=False, detail=detail, what_to_do="see cj's log", severity="warning")
        return Finding(ok=True, detail="cj takes our credential")

    return Probe("cj credential", look, way_out)


def gateway(client: HttpClient, base_url: str) -> Probe:
    """Return the probe: the gateway answers."""

    async def look() -> Finding:
        status = (await client.call("GET", f"{base_url.rstrip('/')}/healthz")).status_code
        return Finding(ok=True, detail=f"the gateway answers (status {status})")

    return Probe("gateway", look, "start the gateway, or correct LLM_PROVIDER_SERVICE_URL")


def provider_keys(client: HttpClient, base_url: str) -> Probe:
    """Return the probe: which judges are set up; only stand-ins, or a circuit that is open, is a warning."""
    way_out = "give the gateway a key, such as OPENAI_API_KEY or ANTHROPIC_API_KEY, and restart it"

    async def look() -> Finding:
        response = await client.call("GET", f"{base_url.rstrip('/')}/api/v1/providers")
        try:
            found = ProviderList.model_validate_json(response.content).providers
        except ValidationError:
            return Finding(ok=True, detail="this gateway does not say which providers are set up")
        return judges({item.name: item.status for item in found if item.set_up}, way_out)

    return Probe("provider keys", look, "see the probe gateway", "warning")


def judges(set_up: dict[str, str], way_out: str) -> Finding:
    """Return what it means that these judges are set up, by name with their status."""
    real = sorted(set_up.keys() - WITHOUT_KEYS)
    if not real:
        detail = f"no provider has a key; without keys: {', '.join(sorted(set_up)) or 'none'}"
        return Finding(ok=False, detail=detail, what_to_do=way_out, severity="warning")
    away = [name for name in real if set_up[name] == "unavailable"]
    if away:
        return Finding(
            ok=False,
            detail=f"set up: {', '.join(real)}; does not answer: {', '.join(away)}",
            what_to_do="see GET /api/v1/providers of the gateway: a circuit is open after repeated faults",
            severity="warning",
        )
    return Finding(ok=True, detail=f"set up: {', '.join(real)}")


def content(client: HttpClient, url: str, token: Callable[[], str] | None = None) -> Probe:
    """Return the probe: the content store answers; a text that cannot be there is asked for."""

    async def look() -> Finding:
        headers = {} if token is None else {"Authorization": f"Bearer {token()}"}
        status = (await client.call("GET", f"{url.rstrip('/')}/{'0' * 32}", headers=headers)).status_code
        if status in {401, 403}:
            way_out = "set CONTENT_SERVICE_ACCESS=on and the content store's JWT_SECRET_KEY for every role"
            return Finding(ok=False, detail=f"the content store asks who calls ({status})", what_to_do=way_out)
        if status not in {200, 400, 404}:
            detail = f"the content store answered {status} where a text is asked for"
            return Finding(ok=False, detail=detail, what_to_do="see the content store's log")
        return Finding(ok=True, detail="the content store answers")

    return Probe("content", look, "start the content store, or correct CONTENT_SERVICE_URL")
