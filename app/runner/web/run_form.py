"""The form of a new run: its fields, and the request of the API that they make. PURE.

Fed by the browser with texts; feeds ``run_new`` with what ``POST /v1/runs`` takes, so that its rules judge them.
"""

import re
from collections.abc import Mapping
from typing import Any, get_args

from app.contracts.grade_scales import SCALES
from app.contracts.llm_http import PROVIDERS, Effort, Verbosity
from app.errors import FieldProblem
from app.runner.runs.spec import Pairing
from app.runner.runs.states import Mode
from app.runner.web import wording

OWN = "(own)"
"""The choice of a prompt's text that stands in the form itself; no name of a prompt has brackets."""
PROMPTS = {"llm.system_prompt": "system", "llm.rubric": "rubric"}
TEXTS = (
    *("mode", "batch_label", "assets.package_id", "assignment_id", "language", "expected_grade_scale"),
    *("llm.provider", "llm.model", "llm.temperature", "llm.max_tokens"),
    *("llm.reasoning_effort", "llm.output_verbosity"),
    *("budget.max_comparisons", "budget.max_cost_usd"),
    *("design.pairing", "design.seed", "design.batching_mode"),
    *("design.stop.rule", "design.stop.min_comparisons", "design.stop.threshold"),
    *("design.stop.target_mean_se", "design.stop.target_band_share"),
)
BOUNDARY = ("boundary.boundaries", "boundary.iterations", "boundary.least_win_rate")
FLAGS = ("design.both_orders", "design.early_repeats")
MINUTES = "budget.completion_timeout_s"
LABELS = "labels"
PROMPT_FIELDS = tuple(f"{name}{part}" for name in PROMPTS for part in ("", ".text"))
FIELDS = (*TEXTS, *BOUNDARY, *FLAGS, MINUTES, LABELS, *PROMPT_FIELDS)
"""All fields, by the path of what they say in a request; the texts of prompts beside their choice."""
USUAL = dict.fromkeys(FIELDS, "") | {
    "mode": Mode.ANCHOR_ALIGN_TEST.value,
    "batch_label": "run %Y-%m-%d no. {n}",
    "language": "en",
    "llm.provider": "mock",
    "budget.max_comparisons": "60",
    MINUTES: "30",
    "design.seed": "0",
    "design.stop.rule": "stability",
}
ENGINE = ("", "The engine's usual one")
POLICIES: Mapping[str, str] = {
    "optimal_graph": "Even: every essay about as often as the others",
    "information": "Informative: the pairs that teach most",
    "nearest": "Nearest: essays of about the same standing",
    "random_balanced": "At random, evenly",
    "anchors_only": "Students against anchors only",
}
STOPS = (
    ("stability", "When scores stand still"),
    ("precision", "When scores are exact enough"),
    ("cap", "Only when the budget is used up"),
)
BATCHING = (
    ("", "The engine's usual way"),
    ("per_request", "One by one"),
    ("serial_bundle", "In bundles"),
    ("provider_batch_api", "As the provider's batch job: cheaper, takes hours"),
)
_NUMBER = re.compile(r"[0-9]+([.,][0-9]+)?")


def choices() -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen in each list of the form: values and words."""
    pairings = [(name, POLICIES.get(name, name)) for name in get_args(Pairing) if name != "pre_specified"]
    return {
        "llm.provider": [
            ("", "The engine's usual judge"),
            *((name, wording.provider(name)) for name in PROVIDERS),
        ],
        "llm.reasoning_effort": [("", "The model's usual one"), *((name, name) for name in get_args(Effort))],
        "llm.output_verbosity": [("", "The model's usual one"), *((name, name) for name in get_args(Verbosity))],
        "design.pairing": [ENGINE, *pairings],
        "design.stop.rule": list(STOPS),
        "design.batching_mode": list(BATCHING),
        "language": [("en", "English"), ("sv", "Swedish")],
        "expected_grade_scale": [("", "The usual scale"), *((name, name) for name in sorted(SCALES))],
    }


def request_of(given: Mapping[str, str]) -> tuple[dict[str, Any], list[FieldProblem]]:
    """Return the body of a request to start a run, and what no rule of the API could know is wrong."""
    body: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for path in TEXTS:
        if given[path]:
            _put(body, path, given[path])
    for path in FLAGS:
        _put(body, path, bool(given[path]))
    for path in PROMPTS:
        problems += _prompt(body, path, given)
    _boundary(body, given)
    problems += _minutes(body, given[MINUTES])
    problems += _labels(body, given[LABELS])
    return body, problems


def _put(body: dict[str, Any], path: str, value: object) -> None:
    *above, last = path.split(".")
    at = body
    for step in above:
        at = at.setdefault(step, {})
    at[last] = value


def _boundary(body: dict[str, Any], given: Mapping[str, str]) -> None:
    """Put what is tested into the body: where nothing is said, all that the anchors allow."""
    told: dict[str, Any] = {path.rpartition(".")[2]: given[path] for path in BOUNDARY if given[path]}
    if "boundaries" in told:
        told["boundaries"] = re.findall(r"[^\s,;]+", told["boundaries"])
    if told or given["mode"] == Mode.BOUNDARY_TEST.value:
        body["boundary"] = told


def _prompt(body: dict[str, Any], path: str, given: Mapping[str, str]) -> list[FieldProblem]:
    chosen, text = given[path], given[f"{path}.text"]
    if chosen == OWN and not text:
        return [FieldProblem(f"{path}.text", "write your text here, or choose another one above")]
    if chosen != OWN and text:
        return [FieldProblem(f"{path}.text", "choose 'My own text' above to use this text, or empty this field")]
    if chosen:
        _put(body, path, {"text": text} if chosen == OWN else {"name": chosen})
    return []


def _minutes(body: dict[str, Any], text: str) -> list[FieldProblem]:
    if not text:
        return []
    if not _NUMBER.fullmatch(text):
        return [FieldProblem(MINUTES, "give a number of minutes, for example 30")]
    _put(body, MINUTES, 60 * float(text.replace(",", ".")))
    return []


def _labels(body: dict[str, Any], text: str) -> list[FieldProblem]:
    labels: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        key, sign, value = (part.strip() for part in line.partition("="))
        if not sign:
            return [FieldProblem(LABELS, f"write each line as key=value; this one is not: {line[:60]}")]
        if key in labels:
            return [FieldProblem(LABELS, f"the key {key[:60]} is there twice")]
        labels[key] = value
    if labels:
        body[LABELS] = labels
    return []
