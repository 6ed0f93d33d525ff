"""Names of operations: read off method and address, so that generated clients keep their names. PURE.

``POST /v1/runs/{run_id}/cancel`` is ``cancel_run``, ``GET /v1/runs/{run_id}/events`` is ``list_run_events``. An
address is a promise anyway; a name that follows from it cannot change by the renaming of a function.
"""

import re

NAMES = {
    ("POST", "/v1/runs"): "start_run",
    ("POST", "/v1/experiments"): "start_experiment",
    ("POST", "/v1/asset-packages"): "upload_asset_package",
    ("POST", "/v1/asset-packages/from-folder"): "register_asset_package",
    ("GET", "/healthz"): "check_liveness",
    ("GET", "/readyz"): "check_readiness",
    ("GET", "/v1/preflight"): "check_preflight",
    ("GET", "/v1/audit"): "list_audit",
    ("POST", "/v1/webhooks/{subscription_id}/rotate-secret"): "rotate_webhook_secret",
    ("GET", "/v1/runs/{run_id}/verify"): "verify_run",
    ("GET", "/v1/runs/{run_id}/bundle.zip"): "get_run_bundle",
    ("GET", "/v1/runs/{run_id}/events/files"): "list_run_event_files",
    ("GET", "/v1/compare"): "compare_runs",
    ("POST", "/v1/runs/{run_id}/human-verdicts"): "import_human_verdicts",
    ("GET", "/v1/runs/{run_id}/human-verdicts"): "list_human_verdicts",
    ("GET", "/v1/runs/{run_id}/human-verdicts/{set_id}"): "get_human_verdicts",
    ("DELETE", "/v1/runs/{run_id}/human-verdicts/{set_id}"): "delete_human_verdicts",
    ("GET", "/v1/runs/{run_id}/agreement"): "get_run_agreement",
}
"""Those that the rule would name worse."""
VERBS = {"GET": "get", "HEAD": "head", "DELETE": "delete", "PUT": "replace", "PATCH": "update", "POST": "create"}


def operation_id(method: str, path: str) -> str:
    """Return the name of an operation."""
    method = method.upper()
    plain = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
    return NAMES.get((method, plain)) or _named(method, re.sub(r"^/v\d+", "", plain))


def _named(method: str, path: str) -> str:
    resource, _, act = path.partition(":")
    steps = [step for step in resource.split("/") if step]
    words = [_word(step) for step in steps if not step.startswith("{")]
    if act:
        return _joined(_word(act), *map(_one, words))
    if not words or steps[-1].startswith("{"):
        return _joined(VERBS[method], *map(_one, words))
    *owners, last = words
    if method == "POST" and len(steps) > 1 and steps[-2].startswith("{") and not _many(last):
        return _joined(last, *map(_one, owners))
    if method == "GET" and _many(last):
        return _joined("list", *map(_one, owners), last)
    return _joined(VERBS[method], *map(_one, owners), _one(last) if method == "POST" else last)


def _joined(*words: str) -> str:
    return "_".join(words)


def _word(step: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", step.lower()).strip("_")


def _many(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us"))


def _one(word: str) -> str:
    """Return the singular of a word."""
    if not _many(word):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]
