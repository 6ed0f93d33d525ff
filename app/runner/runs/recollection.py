"""One asking of cj what it has for a run: wanted, tried, answered; kept as JSON on the row of the run. PURE.

Fed by whoever wants to know (a caller, silence, the deadline); feeds the worker that asks, and the API.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

FIRST_PAUSE_S = 5.0
MOST_DOUBLINGS = 5
"""How often the silence after which a run asks again is doubled, from the last thing that came by itself."""
AskedBy = Literal["request", "silence", "deadline", "finish"]


def told_id(correlation_id: UUID) -> str:
    """Return the request id of a verdict that cj told: it does not know the gateway's id of it."""
    return f"cj-{correlation_id}"


class Found(BaseModel):
    """What cj had that had not come in by itself."""

    model_config = ConfigDict(frozen=True)

    comparisons: int = 0
    completions: int = 0
    results: int = 0
    failures: int = 0

    @property
    def anything(self) -> bool:
        """Whether there was anything."""
        return self != Found()


class Failure(BaseModel):
    """Why cj could not be asked: a stable code, and a sentence with the way out."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str


class Recollection(BaseModel):
    """The latest asking; ``tries`` counts those that cj did not answer, ``next_at`` is when the next one is due.

    ``automatic`` counts how often silence made the run ask since anything came by itself; ``published_again`` how
    often its request was sent once more, over its whole life.
    """

    model_config = ConfigDict(frozen=True)

    by: AskedBy = "request"
    requested_at: datetime | None = None
    finished_at: datetime | None = None
    tries: int = 0
    next_at: datetime | None = None
    automatic: int = 0
    published_again: int = 0
    found: Found = Found()
    error: Failure | None = None

    @property
    def pending(self) -> bool:
        """Whether it was wanted and is not over."""
        return self.requested_at is not None and self.finished_at is None

    def due(self, now: datetime) -> bool:
        """Return whether cj should be asked now."""
        return self.pending and (self.next_at is None or self.next_at <= now)

    def wanted(self, by: AskedBy, now: datetime, heard_at: datetime | None = None) -> "Recollection":
        """Return a new asking, beside which only the two counts stay; ``heard_at`` is when anything came last."""
        came = heard_at is not None and self.finished_at is not None and heard_at > self.finished_at
        automatic = (0 if came else self.automatic) + (by == "silence")
        return Recollection(by=by, requested_at=now, automatic=automatic, published_again=self.published_again)

    def holds_the_end(self, now: datetime, deadline_at: datetime | None) -> bool:
        """Return whether a run that is about to end with less should wait for the answer to this asking."""
        return self.pending and self.by == "finish" and (deadline_at is None or now < deadline_at)

    def with_found(self, more: Found) -> "Recollection":
        """Return it with what one more answer brought."""
        sums = {name: count + getattr(more, name) for name, count in self.found.model_dump().items()}
        return self.model_copy(update={"found": Found(**sums)})

    def unanswered(self, failure: Failure, now: datetime, most_tries: int) -> "Recollection":
        """Return it after cj did not answer: to be tried again after a growing pause, or given up."""
        tried = self.model_copy(update={"tries": self.tries + 1, "error": failure})
        if tried.tries >= most_tries:
            return tried.over(failure, now)
        pause = timedelta(seconds=FIRST_PAUSE_S * 2 ** (tried.tries - 1))
        return tried.model_copy(update={"next_at": now + pause})

    def over(self, failure: Failure | None, now: datetime) -> "Recollection":
        """Return it as answered, or as failed for good."""
        return self.model_copy(update={"finished_at": now, "next_at": None, "error": failure})

    def stored(self) -> dict[str, object]:
        """Return it as it is kept."""
        return self.model_dump(mode="json")


def of(stored: Mapping[str, object] | None) -> Recollection:
    """Return what is kept on the row of a run; one that nobody wanted, where nothing is."""
    return Recollection() if stored is None else Recollection.model_validate(stored)
