"""Nulls of examples, put back: FastAPI drops them from the document that it makes. Feeds ``described``."""

from typing import Any

Json = dict[str, Any]


def filled(value: Any, schema: Json, schemas: Json) -> Any:
    """Return an example in which every property that is required, and may be null, is there."""
    schema = _resolved(schema, schemas)
    if isinstance(value, list):
        return [filled(item, schema.get("items", {}), schemas) for item in value]
    if not isinstance(value, dict):
        return value
    known: Json = schema.get("properties", {})
    shown = {name: filled(part, known.get(name, {}), schemas) for name, part in value.items()}
    lacking = [
        name for name in schema.get("required", ()) if name not in shown and _may_be_null(known.get(name, {}))
    ]
    return shown | dict.fromkeys(lacking)


def _resolved(schema: Json, schemas: Json) -> Json:
    """Return what a schema refers to; of a choice between a thing and null, the thing."""
    if "$ref" in schema:
        return dict(schemas[schema["$ref"].rsplit("/", 1)[1]])
    things = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    return _resolved(things[0], schemas) if len(things) == 1 else schema


def _may_be_null(schema: Json) -> bool:
    kinds = schema.get("type")
    return (
        "null" in kinds
        if isinstance(kinds, list)
        else any(choice.get("type") == "null" for choice in schema.get("anyOf", ()))
    )
