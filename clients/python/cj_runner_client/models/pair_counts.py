from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.rate import Rate


T = TypeVar("T", bound="PairCounts")


@_attrs_define
class PairCounts:
    """Pairs that both runs judged.

    Attributes:
        judged_by_both (int):
        same_winner (int):
        other_winner (int):
        undecided (int): A tie of verdicts in one of the two runs.
        agreement (None | Rate): Of the pairs decided in both, those with the same winner.
        baseline_with_experts (int): Of the pairs with other winners: the grades are with A.
        other_with_experts (int): Of the pairs with other winners: the grades are with the other.
    """

    judged_by_both: int
    same_winner: int
    other_winner: int
    undecided: int
    agreement: None | Rate
    baseline_with_experts: int
    other_with_experts: int

    def to_dict(self) -> dict[str, Any]:
        from ..models.rate import Rate  # noqa: PLC0415

        judged_by_both = self.judged_by_both

        same_winner = self.same_winner

        other_winner = self.other_winner

        undecided = self.undecided

        agreement: dict[str, Any] | None
        if isinstance(self.agreement, Rate):
            agreement = self.agreement.to_dict()
        else:
            agreement = self.agreement

        baseline_with_experts = self.baseline_with_experts

        other_with_experts = self.other_with_experts

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "judged_by_both": judged_by_both,
                "same_winner": same_winner,
                "other_winner": other_winner,
                "undecided": undecided,
                "agreement": agreement,
                "baseline_with_experts": baseline_with_experts,
                "other_with_experts": other_with_experts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rate import Rate  # noqa: PLC0415

        d = dict(src_dict)
        judged_by_both = d.pop("judged_by_both")

        same_winner = d.pop("same_winner")

        other_winner = d.pop("other_winner")

        undecided = d.pop("undecided")

        def _parse_agreement(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                agreement_type_0 = Rate.from_dict(data)

                return agreement_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        agreement = _parse_agreement(d.pop("agreement"))

        baseline_with_experts = d.pop("baseline_with_experts")

        other_with_experts = d.pop("other_with_experts")

        pair_counts = cls(
            judged_by_both=judged_by_both,
            same_winner=same_winner,
            other_winner=other_winner,
            undecided=undecided,
            agreement=agreement,
            baseline_with_experts=baseline_with_experts,
            other_with_experts=other_with_experts,
        )

        return pair_counts
