"""What the OpenAPI document says of access: the credential, the scope of each operation, the refusals.

Fed by the same routes as the guard.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from app.edge.access import ADMIN, READ, SAFE_METHODS, WRITE
from app.runner.access.places import OPEN

SCHEME = "bearer"
STATUSES = (401, 403, 429)
"""The refusals of the guard, by status."""
METHODS = ("get", "head", "post", "put", "patch", "delete")
DESCRIPTION = (
    "An API key (`cjr_…`), or a token (JWT) of the identity service. Scopes: `runs:read`, `runs:write` (implies "
    "reading), `admin` (implies both). Not needed where the service listens on loopback only."
)


def secured(document: dict[str, Any], refusals: Mapping[int | str, dict[str, Any]]) -> dict[str, Any]:
    """Make a document speak of access; ``refusals`` are the responses that the guard may give."""
    scheme = {"type": "http", "scheme": "bearer", "description": DESCRIPTION}
    document.setdefault("components", {}).setdefault("securitySchemes", {})[SCHEME] = scheme
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                _describe(operations[method], path, method, refusals)
    return document


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
    for status in STATUSES:
        known = responses.setdefault(str(status), deepcopy(refusals[status]))
        ours = refusals[status]["description"]
        if ours not in known.get("description", ours):
            known["description"] += f"; {ours}"
