"""What a caller may ask of the list of runs, checked; feeds ``listing``."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.edge.moments import Moment
from app.runner.runs import cursor as cursors
from app.runner.runs import labels
from app.runner.runs.listing import Wanted
from app.runner.runs.states import Mode, RunState

MOST = 200


class RunQuery(BaseModel):
    """Filters (all must fit; of several values of one, any), order, and the place in the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: list[RunState] = Field(default=[], max_length=len(RunState))
    mode: list[Mode] = Field(default=[], max_length=len(Mode))
    label: list[Annotated[str, Field(max_length=400)]] = Field(
        default=[], max_length=labels.MOST_LABELS, description="`key=value`; several must all fit."
    )
    batch_label: str | None = Field(default=None, max_length=255, description="The whole label.")
    batch_label_prefix: str | None = Field(default=None, max_length=255, description="How the label begins.")
    created_after: Moment | None = Field(default=None, description="Inclusive; with a time zone.")
    created_before: Moment | None = Field(default=None, description="Exclusive; with a time zone.")
    sort: Literal["-created_at", "created_at"] = "-created_at"
    cursor: str | None = Field(default=None, max_length=cursors.LONGEST, description="From the page before.")
    limit: int = Field(default=50, ge=1, le=MOST)

    @field_validator("label")
    @classmethod
    def _pairs(cls, value: list[str]) -> list[str]:
        for text in value:
            labels.pair(text)
        return value

    def filters(self, owner: str) -> Wanted:
        """Return the query of ``owner``'s runs, without its place."""
        return Wanted(
            owner=owner,
            status=tuple(self.status),
            mode=tuple(self.mode),
            labels=tuple(labels.pair(text) for text in self.label),
            batch_label=self.batch_label,
            batch_label_prefix=self.batch_label_prefix,
            created_after=self.created_after,
            created_before=self.created_before,
            newest_first=self.sort == "-created_at",
        )

    def page_after(self, path: str, cursor: str) -> str:
        """Return the address of the page that begins at ``cursor``."""
        given = self.model_dump(mode="json", exclude_unset=True) | {"cursor": cursor}
        return (
            f"{path}?{urlencode({name: value for name, value in given.items() if value is not None}, doseq=True)}"
        )
