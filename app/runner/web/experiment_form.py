"""The form of a new experiment: its fields, and the request of the API that they make. PURE.

Fed by the browser with texts; feeds ``experiment_new`` with what ``POST /v1/experiments`` takes, so that its rules
judge them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from app.contracts.llm_http import Effort
from app.errors import FieldProblem
from app.runner.runs.spec import Pairing
from app.runner.runs.states import Mode
from app.runner.web.experiment_view import MEASURE_NAMES

USUAL_LEVEL = "(usual)"
"""The level that leaves the choice to the engine; no name of a prompt has brackets."""
TEXTS = (
    *("name", "assets.package_id", "mode", "assignment_id"),
    *("max_cost_usd", "max_concurrency", "criterion"),
    *("factors.repeats", "design.seed", "design.pairing", "budget.max_comparisons"),
)
FLAGS = ("design.both_orders",)
MODELS = "factors.models"
LEVELS = ("factors.prompts", "factors.rubrics", "factors.reasoning_efforts")
"""Fields that have several values: the levels that are ticked."""
ROLES = {"factors.prompts": "system", "factors.rubrics": "rubric"}
FIELDS = (*TEXTS, *FLAGS, MODELS, *LEVELS)
"""All fields, by the path of what they say in a request."""
USUAL = dict.fromkeys((*TEXTS, *FLAGS), "") | {
    "name": "experiment %Y-%m-%d",
    "mode": Mode.ANCHOR_ALIGN_TEST.value,
    "max_cost_usd": "1",
    "max_concurrency": "2",
    "criterion": "tau_b",
    "factors.repeats": "3",
    "design.seed": "0",
    "budget.max_comparisons": "66",
    MODELS: "mock/latent",
}
USUAL_LEVELS: Mapping[str, Sequence[str]] = dict.fromkeys(LEVELS, (USUAL_LEVEL,))
CRITERIA = ("tau_b", "tau_a", "spearman", "targets_met", "inversions", "mean_se")


def choices() -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen in each list of the form: values and words."""
    pairings = [(name, name.replace("_", " ")) for name in get_args(Pairing) if name != "pre_specified"]
    return {
        "criterion": [(name, MEASURE_NAMES[name]) for name in CRITERIA],
        "design.pairing": [("", "The engine's usual one"), *pairings],
        "mode": [
            (Mode.ANCHOR_ALIGN_TEST.value, "Test on anchors"),
            (Mode.EXECUTE.value, "Grade students (needs an assignment)"),
        ],
        "factors.reasoning_efforts": [
            (USUAL_LEVEL, "The model's usual one"),
            *((name, name) for name in get_args(Effort)),
        ],
    }


def request_of(
    given: Mapping[str, str], levels: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], list[FieldProblem]]:
    """Return the body of a request to start an experiment, and what no rule of the API could know is wrong."""
    body: dict[str, Any] = {}
    problems = []
    for path in TEXTS:
        if given[path]:
            _put(body, path, given[path])
    for path in FLAGS:
        _put(body, path, bool(given[path]))
    for path in LEVELS:
        if not levels[path]:
            problems.append(FieldProblem(path, "tick at least one"))
        _put(body, path, [_level(path, name) for name in levels[path]] or [None])
    models = [_model(line) for line in filter(None, map(str.strip, given[MODELS].splitlines()))]
    _put(body, MODELS, models or [None])
    return body, problems


def _put(body: dict[str, Any], path: str, value: object) -> None:
    *above, last = path.split(".")
    at = body
    for step in above:
        at = at.setdefault(step, {})
    at[last] = value


def _level(path: str, name: str) -> object:
    if name == USUAL_LEVEL:
        return None
    return {"name": name} if path in ROLES else name


def _model(line: str) -> dict[str, str]:
    """Return a model from ``provider`` or ``provider/model``; a model's own name may have slashes."""
    provider, slash, model = line.partition("/")
    return {"provider": provider.strip()} | ({"model": model.strip()} if slash else {})
