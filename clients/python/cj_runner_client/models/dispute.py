from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.dispute_side import DisputeSide
    from ..models.essay_name import EssayName


T = TypeVar("T", bound="Dispute")


@_attrs_define
class Dispute:
    """A pair whose majority winner is not the same in the two runs; the baseline prefers the first essay.

    Attributes:
        first (EssayName): An essay as people know it.
        second (EssayName): An essay as people know it.
        baseline (DisputeSide): What one run says of a disputed pair.
        other (DisputeSide): What one run says of a disputed pair.
    """

    first: EssayName
    second: EssayName
    baseline: DisputeSide
    other: DisputeSide

    def to_dict(self) -> dict[str, Any]:
        first = self.first.to_dict()

        second = self.second.to_dict()

        baseline = self.baseline.to_dict()

        other = self.other.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "first": first,
                "second": second,
                "baseline": baseline,
                "other": other,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dispute_side import DisputeSide  # noqa: PLC0415
        from ..models.essay_name import EssayName  # noqa: PLC0415

        d = dict(src_dict)
        first = EssayName.from_dict(d.pop("first"))

        second = EssayName.from_dict(d.pop("second"))

        baseline = DisputeSide.from_dict(d.pop("baseline"))

        other = DisputeSide.from_dict(d.pop("other"))

        dispute = cls(
            first=first,
            second=second,
            baseline=baseline,
            other=other,
        )

        return dispute
