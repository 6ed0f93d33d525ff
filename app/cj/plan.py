"""What a batch may spend, how it asks and when it stops: fixed when the request comes in. PURE.

Fed by ``wishes``; read by every later step. Later changes of settings do not change a batch that has begun.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.cj.design import Design, Policy, Specified
from app.cj.stopping import StopRule


@dataclass(frozen=True)
class Plan:
    """One batch's budget, design and stop rule.

    ``cap`` counts comparisons asked, retries included; ``max_cost_usd`` is the money cap; ``source`` says who set
    the cap. ``design`` is as asked for, by essay ids. ``first_estimate`` is an upper estimate of one comparison in
    USD, made when the texts are there; 0 for a provider that costs nothing. ``temperature`` is the one that judges
    are asked with.
    """

    cap: int
    seed: int
    rule: StopRule
    source: str
    batching_mode: str
    batch_size: int = 200
    max_concurrent: int = 3
    min_comparisons: int = 12
    threshold: float = 0.025
    min_success_rate: float = 0.8
    partial_threshold: float | None = None
    target_mean_se: float | None = None
    target_band_share: float | None = None
    max_cost_usd: float | None = None
    first_estimate: float = 0.0
    retries: int = 3
    temperature: float | None = None
    design: Mapping[str, Any] | None = None

    @property
    def all_at_once(self) -> bool:
        """Whether everything is asked in one wave and scored once."""
        return self.batching_mode == "provider_batch_api"

    def wanted_design(self, positions: Mapping[str, int] | None = None) -> Design:
        """Return the design by positions instead of essay ids; specified pairs of missing essays are left out."""
        wished = dict(self.design or {})
        known = positions or {}
        specified = tuple(
            Specified(known[item["a"]], known[item["b"]], item["times"])
            for item in wished.pop("specified", [])
            if item["a"] in known and item["b"] in known
        )
        wished["policy"] = Policy(wished.get("policy", Design.policy))
        return Design(**wished, specified=specified)


def plan_from(stored: Mapping[str, Any]) -> Plan:
    """Return the plan that was stored with a batch; keys of other versions are passed over."""
    known = {field.name for field in fields(Plan)}
    values = {name: value for name, value in stored.items() if name in known}
    return Plan(**(values | {"rule": StopRule(values["rule"])}))
