"""How the OpenAPI document describes experiments: the tables of results, and one story of one experiment.

Feeds ``examples``.
"""

from collections.abc import Mapping
from typing import Any

from app.runner.api.example import AT, JSON, LATER, RUN_ID, Example
from app.runner.api.result_docs import table
from app.runner.experiments.measures import MEASURES, Measured
from app.runner.experiments.records import BY_CELL, BY_SETTING
from app.runner.experiments.spec import ExperimentRequest
from app.runner.export.columns import Row

Json = dict[str, Any]
EXPERIMENT_ID = "exp_019abf5a7e3c7d10b6c2f4a8e9d1b3c5"
PACKAGE_ID = "pkg_019abf39c0de7f2b8d4e6a1b2c3d4e5f"
LEVELS = ("default", "003_language_control", "mock/latent", "default")
NUMBERS: Json = {
    "tau_a": 0.939,
    "tau_b": 0.917,
    "spearman": 0.972,
    "inversions": 2,
    "zero_wins": 0,
    "top_regressions": 0,
    "targets_met": 3,
    "mean_se": 0.71,
    "comparisons": 66,
    "comparisons_failed": 0,
    "latency_ms": 840.5,
    "duration_s": 12.4,
    "cost_usd": 0.0205,
}
MEASURED: Json = Measured(
    **NUMBERS, targets=4, coverage=1.0, stop_reason="cap: the budget of comparisons was used up"
).model_dump(mode="json")
_SETTING: Row = (
    *(1, *LEVELS, 2, 2, True, True, True),
    *(
        value
        for measure in MEASURES
        for value in (2, NUMBERS[measure.name], 0.02, NUMBERS[measure.name], NUMBERS[measure.name])
    ),
)
_CELL: Row = (
    *(1, 1, *LEVELS, 1, 7, "completed", None, 1, RUN_ID, False, MEASURED["stop_reason"], 1.0, 4),
    *(NUMBERS[measure.name] for measure in MEASURES),
)
_WHOSE = {"experiment_id": EXPERIMENT_ID, "experiment_status": "completed"}
AGAINST: Json = {"setting": 2, "difference": 0.061, "low": -0.02, "high": 0.142, "clear": False}
EFFECT: Json = {"factor": "rubric", "level": LEVELS[1], "n": 2, "mean": 0.939, "from_mean": 0.03, "sd": 0.01}
SETTING_TABLE = table(
    BY_SETTING,
    _SETTING,
    {
        **_WHOSE,
        "criterion": "tau_a",
        "advice": "setting 1 has the best mean tau_a, 0.939; there is no other to compare it with",
        "best": {"setting": 1, "recommended": 1, "not_told_apart": [2], "against": [AGAINST]},
        "frontier": [1],
        "effects": [EFFECT],
    },
)
CELL_TABLE = table(BY_CELL, _CELL, _WHOSE)

REQUEST: Json = {
    "name": "which-rubric-%Y%m%d",
    "assets": {"package_id": PACKAGE_ID},
    "factors": {
        "rubrics": [{"name": "003_language_control"}, {"text": "Weigh content before language."}],
        "models": [{"provider": "mock", "model": "latent"}],
        "repeats": 2,
    },
    "max_cost_usd": 2.5,
    "budget": {"max_comparisons": 66},
    "design": {"seed": 7, "stop": {"rule": "cap"}},
}
ACCEPTED: Json = ExperimentRequest.model_validate(REQUEST).model_dump(mode="json")
_SETTINGS = [
    {"number": 1, "prompt": "default", "rubric": LEVELS[1], "model": "mock/latent", "reasoning_effort": "default"},
    {
        "number": 2,
        "prompt": "default",
        "rubric": "text-4f1c09ab",
        "model": "mock/latent",
        "reasoning_effort": "default",
    },
]
_PLANNED = [
    {"number": 1, "setting": 1, "repeat": 1, "seed": 7},
    {"number": 2, "setting": 2, "repeat": 1, "seed": 7},
    {"number": 3, "setting": 1, "repeat": 2, "seed": 8},
    {"number": 4, "setting": 2, "repeat": 2, "seed": 8},
]


def _cell(place: int, state: str) -> Json:
    begun = state != "waiting"
    over = state == "completed"
    cost = 0.0205 if over else 0.0075 if begun else 0.0
    attempt = {
        "attempt": 1,
        "run_id": RUN_ID,
        "run_status": "completed" if over else None,
        "max_cost_usd": 0.625,
        "cost_usd": cost,
        "started_at": AT,
        "ended_at": LATER if over else None,
    }
    return _PLANNED[place] | {
        "state": state,
        "reason": None,
        "detail": None,
        "attempt": 1 if begun else 0,
        "run_id": RUN_ID if begun else None,
        "run_status": None if not begun else "completed" if over else "running",
        "progress": {"received": 66 if over else 24, "total": 66} if begun else None,
        "cost_usd": cost,
        "metrics": MEASURED if over else None,
        "attempts": [attempt] if begun else [],
        "started_at": AT if begun else None,
        "ended_at": LATER if over else None,
    }


def _summary(status: str) -> Json:
    begun = status != "accepted"
    own = f"/v1/experiments/{EXPERIMENT_ID}"
    counts = dict.fromkeys(("waiting", "running", "completed", "failed", "skipped", "cancelled"), 0)
    return {
        "id": EXPERIMENT_ID,
        "name": "which-rubric-20261124",
        "status": status,
        "status_reason": None,
        "status_detail": None,
        "mode": "anchor-align-test",
        "package_id": PACKAGE_ID,
        "labels": {},
        "criterion": "tau_a",
        "max_concurrency": 2,
        "max_cost_usd": 2.5,
        "cost_usd": 0.028 if begun else 0.0,
        "cells": counts | ({"waiting": 2, "running": 1, "completed": 1} if begun else {"waiting": 4}),
        "links": {"self": own}
        | {name: f"{own}/{name}" for name in ("events", "results", "cells", "cancel", "resume")},
        "created_at": AT,
        "updated_at": LATER if begun else AT,
        "finished_at": None,
        "cancel_requested_at": LATER if status == "cancelling" else None,
    }


def _experiment(status: str) -> Json:
    states = ["waiting"] * 4 if status == "accepted" else ["completed", "running", "waiting", "waiting"]
    spent, held = (0.0, 0.0) if status == "accepted" else (0.0205, 0.625)
    return _summary(status) | {
        "money": {"cap": 2.5, "spent": spent, "held": held, "left": 2.5 - spent - held},
        "settings": _SETTINGS,
        "table": [_cell(place, state) for place, state in enumerate(states)],
        "request": ACCEPTED,
    }


_COUNTED: Json = {
    "at_least": 66,
    "at_most": 66,
    "per_wave": 6,
    "waves_at_most": 11,
    "reason": "all of budget.max_comparisons is asked",
}
_COSTS: Json = {
    "known": True,
    "usd_per_comparison": 0.0003,
    "usd_expected": 0.0205,
    "usd_at_most": 0.05,
    "tokens_usual": {"prompt": 1970, "answer": 120},
    "tokens_at_most": {"prompt": 2946, "answer": 500},
    "reason": None,
    "assumptions": ["nothing is read from a provider's cache, and no comparison is asked twice"],
}
PLAN: Json = {
    "name": "which-rubric-20261124",
    "mode": "anchor-align-test",
    "totals": {
        "settings": 2,
        "repeats": 2,
        "cells": 4,
        "comparisons_at_least": 264,
        "comparisons_at_most": 264,
        "usd_expected": 0.082,
        "usd_at_most": 0.2,
        "cells_started_at_most_cost": 4,
    },
    "settings": [one | {"comparisons": _COUNTED, "cost": _COSTS, "max_cost_usd": 0.05} for one in _SETTINGS],
    "cells": _PLANNED,
    "notes": [],
    "request": ACCEPTED,
}
EVENTS = [
    {"number": 1, "type": "experiment.accepted", "at": AT, "data": {}},
    {"number": 2, "type": "experiment.running", "at": AT, "data": {"from": "accepted", "to": "running"}},
    {"number": 3, "type": "cell.running", "at": AT, "data": {"cell": 1, "run_id": RUN_ID, "attempt": 1}},
]
STREAM = 'retry: 2000\n\nid: 1\nevent: experiment.accepted\ndata: {"number":1,"type":"experiment.accepted"}\n\n'
EXPERIMENTS: Mapping[str, Example] = {
    "start_experiment": Example({JSON: REQUEST}, {("202", JSON): _experiment("accepted")}),
    "plan_experiment": Example({JSON: REQUEST}, {("200", JSON): PLAN}),
    "list_experiments": Example(
        answers={("200", JSON): {"items": [_summary("running")], "next_cursor": None, "next": None}}
    ),
    "get_experiment": Example(answers={("200", JSON): _experiment("running")}),
    "cancel_experiment": Example(
        answers={("202", JSON): _experiment("cancelling"), ("200", JSON): _experiment("cancelled")}
    ),
    "resume_experiment": Example({JSON: {"max_cost_usd": 5}}, {("202", JSON): _experiment("running")}),
    "list_experiment_events": Example(
        answers={("200", JSON): {"items": EVENTS}, ("200", "text/event-stream"): STREAM}
    ),
}
