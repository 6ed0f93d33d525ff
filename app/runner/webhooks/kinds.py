"""The types of events that subscribers may be told of. PURE.

Fed by nothing; feeds the filters of subscriptions, ``enqueue`` and the OpenAPI document.
"""

from typing import Literal, get_args

RunKind = Literal[
    "run.completed",
    "run.completed_partial",
    "run.failed",
    "run.timed_out",
    "run.cancelled",
    "run.artefact_revised",
    "run.progress",
]
PROGRESS: RunKind = "run.progress"
TEST = "webhook.test"
EVERY: tuple[RunKind, ...] = get_args(RunKind)
USUAL: tuple[RunKind, ...] = tuple(kind for kind in EVERY if kind != PROGRESS)
"""What a subscription is told of unless it says otherwise."""
NUMBERED = frozenset(USUAL)
"""Types that are those of a run's own numbered events; ``run.progress`` is none of them."""
