from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Standing")


@_attrs_define
class Standing:
    """Where an essay stands in one run, among the essays that all runs share.

    Attributes:
        letter (str):
        rank (int): 1 is the best; essays of the same score share a rank.
        score (float): Logits, centred over the shared essays.
        standard_error (float):
        wins (int):
        comparisons (int):
    """

    letter: str
    rank: int
    score: float
    standard_error: float
    wins: int
    comparisons: int

    def to_dict(self) -> dict[str, Any]:
        letter = self.letter

        rank = self.rank

        score = self.score

        standard_error = self.standard_error

        wins = self.wins

        comparisons = self.comparisons

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "letter": letter,
                "rank": rank,
                "score": score,
                "standard_error": standard_error,
                "wins": wins,
                "comparisons": comparisons,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        letter = d.pop("letter")

        rank = d.pop("rank")

        score = d.pop("score")

        standard_error = d.pop("standard_error")

        wins = d.pop("wins")

        comparisons = d.pop("comparisons")

        standing = cls(
            letter=letter,
            rank=rank,
            score=score,
            standard_error=standard_error,
            wins=wins,
            comparisons=comparisons,
        )

        return standing
