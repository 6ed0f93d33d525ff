"""What is generated for the API, turned into what it knows now and then: else every answer would be 404.

Loaded by schemathesis through ``SCHEMATHESIS_HOOKS``; ``FUZZ_PACKAGE`` and ``FUZZ_RUNS`` name what is there.
"""

import os
from typing import Any

import schemathesis

PACKAGE = os.environ.get("FUZZ_PACKAGE", "")
RUNS = os.environ.get("FUZZ_RUNS", "").split()


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Name a run or a package that is there for three quarters of what is generated."""
    del context
    if not path_parameters:
        return path_parameters
    for name, known in (("run_id", RUNS), ("package_id", [PACKAGE])):
        given = path_parameters.get(name)
        choice = len(str(given)) % (len(known) + 1)
        if given is not None and known and choice < len(known):
            path_parameters[name] = known[choice]
    return path_parameters


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Ask for runs of the package that is there."""
    del context
    if isinstance(body, dict) and isinstance(body.get("assets"), dict) and "package_id" in body["assets"]:
        return body | {"assets": body["assets"] | {"package_id": PACKAGE}}
    return body
