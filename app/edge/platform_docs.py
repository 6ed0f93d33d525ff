"""The application of a service that speaks the platform's wire: its document says how it refuses and whom it asks.

Fed by the routes of cj, the gateway and the content store; feeds their ``/openapi.json``.
"""

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

ASKS = Depends(HTTPBearer(auto_error=False, scheme_name="bearer", description="A token with the role `admin`."))
"""Says in the document that a route wants a credential; what checks it stands beside it."""
OPEN = frozenset({"/healthz", "/readyz"})
_METHODS = frozenset({"get", "put", "post", "patch", "delete"})
_FIELD = {
    "type": "object",
    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
    "required": ["field", "message"],
}
_TEXT = {"type": "string"}
REFUSAL = {
    "type": "object",
    "title": "Refusal",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                **dict.fromkeys(("code", "message", "correlation_id", "service"), _TEXT),
                "timestamp": {"type": "string", "format": "date-time"},
                "details": {
                    "type": "object",
                    "properties": {"problems": {"type": "array", "items": _FIELD}},
                    "required": ["problems"],
                },
            },
            "required": ["code", "message", "correlation_id", "service", "timestamp", "details"],
        }
    },
    "required": ["error"],
}
"""The body of every refusal; ``details.problems`` names the fields."""
_REFUSED = {
    "description": "Refused: the code and the fields say why",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
}


class Described(FastAPI):
    """An application whose document has every refusal in the shape that is really sent."""

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        if self.openapi_schema is None:
            self.openapi_schema = _described(super().openapi())
        return self.openapi_schema


def _described(document: dict[str, Any]) -> dict[str, Any]:
    """Put our refusals where FastAPI writes its own 422, which no service here sends."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Refusal"] = REFUSAL
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS and path not in OPEN:
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = _REFUSED
    return document
