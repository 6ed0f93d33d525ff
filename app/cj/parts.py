"""What the engine's steps are given: chosen in ``app/roles/cj.py``, handed to every step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.cj.gateway_http import Gateway
from app.cj.plan import Plan
from app.cj.retrying import BackOff
from app.cj.steering import Limits
from app.db.unit import Database
from app.edge.content_http import ContentStore
from app.settings import CJSettings


class Aged(Protocol):
    """A batch, as far as its age and patience go."""

    @property
    def created_at(self) -> datetime:
        """When it came in."""

    @property
    def plan(self) -> Plan:
        """How it asks."""


@dataclass(frozen=True)
class Parts:
    """The engine's doors to the world; ``system_prompt`` is the default for batches that bring none."""

    database: Database
    content: ContentStore
    gateway: Gateway
    settings: CJSettings
    system_prompt: str
    clock: Callable[[], datetime]

    @property
    def limits(self) -> Limits:
        """What the settings say about nets, money and pauses."""
        chosen = self.settings
        return Limits(
            chosen.min_resampling_net_size,
            chosen.max_resampling_passes_for_small_net,
            chosen.max_resampling_passes_for_regular_batch,
            chosen.cost_safety_factor,
            chosen.first_wave_under_cost_cap,
            BackOff(
                chosen.retry_back_off_s,
                chosen.retry_rate_limit_back_off_s,
                chosen.retry_longest_back_off_s,
                chosen.retry_spacing_s,
            ),
        )

    def overdue_after(self, batch: Aged) -> timedelta:
        """How long a verdict may take before it is asked for again at a gateway that does not tell."""
        chosen = self.settings
        return timedelta(
            seconds=chosen.batch_api_overdue_after_s if batch.plan.all_at_once else chosen.overdue_after_s
        )

    def look_after(self) -> timedelta:
        """How long a verdict may take before the gateway is asked what became of it."""
        return timedelta(seconds=self.settings.look_up_after_s)

    def too_old(self, batch: Aged) -> bool:
        """Whether a batch has taken longer than it may; whole jobs at a provider may take a day."""
        chosen = self.settings
        hours = chosen.batch_api_timeout_hours if batch.plan.all_at_once else chosen.batch_timeout_hours
        return self.clock() - batch.created_at >= timedelta(hours=hours)
