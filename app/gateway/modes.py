"""How a comparison will be judged, and with which others: mode, bundle, lane, nightly window. PURE.

Fed by ``accept`` with the caller's hint and the settings; the queue is claimed by the lanes made here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_IN_A_BUNDLE = 64


class Mode(StrEnum):
    """One call each; one after another in bundles; or in a provider's batch job."""

    PER_REQUEST = "per_request"
    SERIAL_BUNDLE = "serial_bundle"
    BATCH_API = "batch_api"


_HINTS = {
    "per_request": Mode.PER_REQUEST,
    "serial_bundle": Mode.SERIAL_BUNDLE,
    "provider_batch_api": Mode.BATCH_API,
    "batch_api": Mode.BATCH_API,
}


@dataclass(frozen=True)
class Choice:
    """A mode; ``fallback`` says why it is not the one that was wanted, if it is not."""

    mode: Mode
    fallback: str | None = None


def choose(hint: object, default: str, *, batch_api_mode: str, takes_jobs: bool) -> Choice:
    """Return the mode for one comparison: the caller's hint if it is known, else the service's default.

    Batch jobs that are switched off here, or that the provider does not have, become serial bundles.
    """
    wanted = _HINTS.get(hint, Mode(default)) if isinstance(hint, str) else Mode(default)
    if wanted is not Mode.BATCH_API:
        return Choice(wanted)
    if batch_api_mode == "disabled":
        return Choice(Mode.SERIAL_BUNDLE, "batch_api_disabled")
    if not takes_jobs:
        return Choice(Mode.SERIAL_BUNDLE, "provider_has_no_batch_jobs")
    return Choice(wanted)


def bundle_size(preferred: object, most: int) -> int:
    """Return how many go into one bundle: the caller's wish from 1 to 64, and never more than ``most``."""
    if isinstance(preferred, int) and not isinstance(preferred, bool) and 1 <= preferred <= MOST_IN_A_BUNDLE:
        return min(preferred, most)
    return most


@dataclass(frozen=True)
class Lane:
    """What may be claimed together. ``size`` is the bundle's, 1 outside serial bundles.

    ``settings_hash`` tells bundles apart that must not be mixed; empty where it does not matter.
    """

    mode: Mode
    provider: str
    model: str | None
    size: int = 1
    settings_hash: str = ""

    @property
    def key(self) -> str:
        """The lane as it stands in the queue."""
        return f"{self.mode}|{self.provider}|{self.size}-{self.settings_hash}|{self.model or ''}"

    @classmethod
    def parse(cls, key: str) -> "Lane":
        """Return the lane of a key."""
        mode, provider, bundle, model = key.split("|", 3)
        size, _, settings_hash = bundle.partition("-")
        return cls(Mode(mode), provider, model or None, int(size or 1), settings_hash)


def lane_of(mode: Mode, settings: Mapping[str, object], metadata: Mapping[str, object], most: int) -> Lane:
    """Return the lane of a comparison; serial bundles hold the same settings and the same hint only."""
    provider, model = str(settings.get("provider_override")), settings.get("model_override")
    named = model if isinstance(model, str) else None
    if mode is not Mode.SERIAL_BUNDLE:
        return Lane(mode, provider, named)
    same = json.dumps([settings, metadata.get("cj_llm_batching_mode")], sort_keys=True, default=str)
    size = bundle_size(metadata.get("preferred_bundle_size"), most)
    return Lane(mode, provider, named, size, hashlib.sha256(same.encode()).hexdigest()[:16])


def jobs_may_start(mode: str, now: datetime, *, start_hour: int, hours: int) -> bool:
    """Return whether batch jobs are handed in at ``now`` (UTC): always, never, or in the nightly window."""
    if mode == "nightly":
        return (now.hour - start_hour) % 24 < hours
    return mode == "opportunistic"
