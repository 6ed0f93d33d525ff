"""What a caller may ask to be planned: a run, whose mode may be left out. PURE."""

from typing import Any, Literal

from pydantic import Field, model_validator

from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode

Planned = Literal[Mode.EXECUTE, Mode.ANCHOR_ALIGN_TEST, Mode.BOUNDARY_TEST]


class PlanRequest(RunRequest):
    """The body of ``POST /v1/runs:plan``: that of a run; ``mode`` is the one that the run would be started in."""

    mode: Planned = Field(
        default=Mode.ANCHOR_ALIGN_TEST,
        description="Left out, or `plan`: `boundary-test` where a `boundary` is given, `execute` where an "
        "`assignment_id` is, else `anchor-align-test`.",
    )
    batch_label: str = Field(
        default="plan", max_length=200, description="As in a run; `{n}` takes no number here."
    )

    @model_validator(mode="before")
    @classmethod
    def _mode_that_would_ask(cls, value: Any) -> Any:
        if not isinstance(value, dict) or value.get("mode") not in (None, Mode.PLAN, Mode.DRY_RUN):
            return value
        if value.get("mode") == Mode.DRY_RUN:
            raise ValueError("a dry-run asks nothing, so there is nothing to plan: leave mode out")
        groups = {"boundary": Mode.BOUNDARY_TEST, "assignment_id": Mode.EXECUTE}
        meant = (mode for name, mode in groups.items() if value.get(name) is not None)
        return value | {"mode": next(meant, Mode.ANCHOR_ALIGN_TEST)}
