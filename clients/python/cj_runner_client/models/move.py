from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="Move")


@_attrs_define
class Move:
    """How an essay stands in another run compared with the baseline.

    Attributes:
        letter (str):
        ranks (int): Ranks gained (above 0) or lost.
        score (float): The other run's score - the baseline's, logits.
        z (float | None): The same in standard errors of a difference of independent scores.
    """

    letter: str
    ranks: int
    score: float
    z: float | None

    def to_dict(self) -> dict[str, Any]:
        letter = self.letter

        ranks = self.ranks

        score = self.score

        z: float | None
        z = self.z

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "letter": letter,
                "ranks": ranks,
                "score": score,
                "z": z,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        letter = d.pop("letter")

        ranks = d.pop("ranks")

        score = d.pop("score")

        def _parse_z(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        z = _parse_z(d.pop("z"))

        move = cls(
            letter=letter,
            ranks=ranks,
            score=score,
            z=z,
        )

        return move
