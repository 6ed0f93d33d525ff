"""Settings of faults on purpose, for tests only; without a plan nothing happens."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from app.faults.plan import Fault, read
from app.faults.points import Point
from app.settings.base import Settings


class FaultSettings(Settings):
    """Faults on purpose, for tests only: a process that dies, stops, waits or fails at named points.

    Never set these where runs matter. A plan is a list of `point:action`, separated by blanks or commas: `kill`
    (SIGKILL), `stop` (SIGSTOP), `error`, or `delay=milliseconds`; followed by `@n` for the n-th pass of the point
    in the process, or `~p` for each pass with probability p. `relay.after_send:kill@3` is one.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_prefix="FAULTS_")

    allowed: bool = False
    """Must be `true` for a plan to be taken; without it a process with a plan does not start."""
    plan: str = ""
    """What happens where; a name that is no point (the list is in `app/faults/points.py`) is refused at start."""
    seed: int = 0
    """Seed of the draws of `~p`."""
    clock_skew_s: float = 0.0
    """Seconds by which this process's own clock is wrong: 60 is a minute fast."""
    record: Path | None = None
    """File to which each fault is appended, as a line of JSON, before it happens."""

    @field_validator("plan")
    @classmethod
    def _can_be_read(cls, plan: str) -> str:
        if plan.strip():
            read(plan)
        return plan

    @model_validator(mode="after")
    def _is_allowed(self) -> Self:
        if self.plan.strip() and not self.allowed:
            raise ValueError("FAULTS_PLAN is for tests only: unset it, or set FAULTS_ALLOWED=true too")
        if self.clock_skew_s and not self.allowed:
            raise ValueError("FAULTS_CLOCK_SKEW_S is for tests only: unset it, or set FAULTS_ALLOWED=true too")
        return self

    def faults(self) -> Mapping[Point, Fault]:
        """Return what the plan says, by point."""
        return read(self.plan) if self.plan.strip() else {}
