"""What the OpenAPI document says of access: the credential, the scope of each operation, the refusals.

Fed by the same routes as the guard.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

from app.edge.access import ADMIN, READ, SAFE_METHODS, WRITE
from app.runner.access.places import OPEN

SCHEME = "bearer"
NAMES = {401: "NotKnown", 403: "NotAllowed", 429: "TooManyFailures"}
"""The refusals of the guard, by status, as components of the document."""
METHODS = ("get", "head", "post", "put", "patch", "delete")
DESCRIPTION = (
    "An API key (`cjr_…`), or a token (JWT) of the identity service. Scopes: `runs:read`, `runs:write` (implies "
    "reading), `admin` (implies both). Not needed where the service listens on loopback only."
)


def describe(app: FastAPI, refusals: Mapping[int | str, dict[str, Any]]) -> None:
    """Make the application's document speak of access; ``refusals`` are the responses that the guard may give."""
    plain: Callable[[], dict[str, Any]] = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        scheme = {"type": "http", "scheme": "bearer", "description": DESCRIPTION}
        components = document.setdefault("components", {})
        components.setdefault("securitySchemes", {})[SCHEME] = scheme
        components.setdefault("responses", {}).update({NAMES[status]: refusals[status] for status in NAMES})
        for path, operations in document["paths"].items():
            for method in METHODS:
                if method in operations:
                    _describe(operations[method], path, method, refusals)
        return document

    app.openapi = described  # type: ignore[method-assign]  # - FastAPI's own way to change its document


def _describe(
    operation: dict[str, Any], path: str, method: str, refusals: Mapping[int | str, dict[str, Any]]
) -> None:
    if path in OPEN:
        operation["security"] = []
        return
    is_admin = ADMIN in operation.get("tags", ())
    scope = ADMIN if is_admin else READ if method.upper() in SAFE_METHODS else WRITE
    operation["security"] = [{SCHEME: [scope]}]
    responses = operation.setdefault("responses", {})
    for status, name in NAMES.items():
        known = responses.setdefault(str(status), {"$ref": f"#/components/responses/{name}"})
        ours = refusals[status]["description"]
        if ours not in known.get("description", ours):
            known["description"] += f"; {ours}"
