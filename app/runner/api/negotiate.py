"""How an answer says which version of a run it shows, and how a caller says which one it has.

Fed by views; feeds the routes of runs. The tag of a run is the hash of what is shown, so that it changes with
everything visible and with nothing else.
"""

import hashlib
from dataclasses import dataclass, field

from fastapi import Response
from pydantic import BaseModel

JSON = "application/json"


@dataclass(frozen=True)
class Shown:
    """A run, or an experiment, as it goes out: its bytes, and their strong tag."""

    body: bytes
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tag", f'"{hashlib.sha256(self.body).hexdigest()[:32]}"')

    @classmethod
    def of(cls, view: BaseModel) -> "Shown":
        """Return a view as it goes out."""
        return cls(view.model_dump_json().encode())

    def answer(self, status: int = 200, **headers: str) -> Response:
        """Return the whole answer."""
        return Response(self.body, status, {"ETag": self.tag, **headers}, JSON)

    def unchanged(self) -> Response:
        """Return the answer for a caller who has this version."""
        return Response(status_code=304, headers={"ETag": self.tag})


def has(if_none_match: str | None, tag: str) -> bool:
    """Return whether the caller's ``If-None-Match`` names this version; ``*`` names any."""
    tags = {part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")}
    return tag in tags or "*" in tags
