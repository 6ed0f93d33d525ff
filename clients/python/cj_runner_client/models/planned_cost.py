from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.planned_tokens import PlannedTokens


T = TypeVar("T", bound="PlannedCost")


@_attrs_define
class PlannedCost:
    """Estimated costs in USD; null where no price is known, with the reason.

    Attributes:
        known (bool):
        usd_per_comparison (float | None): Of a usual comparison.
        usd_expected (float | None): Usual comparisons, as many as are asked at most.
        usd_at_most (float | None): The dearest comparisons, or the cap of costs.
        tokens_usual (PlannedTokens): Tokens of one comparison.
        tokens_at_most (PlannedTokens): Tokens of one comparison.
        reason (None | str): Why costs are unknown.
        assumptions (list[str]): How it was reckoned.
    """

    known: bool
    usd_per_comparison: float | None
    usd_expected: float | None
    usd_at_most: float | None
    tokens_usual: PlannedTokens
    tokens_at_most: PlannedTokens
    reason: None | str
    assumptions: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        known = self.known

        usd_per_comparison: float | None
        usd_per_comparison = self.usd_per_comparison

        usd_expected: float | None
        usd_expected = self.usd_expected

        usd_at_most: float | None
        usd_at_most = self.usd_at_most

        tokens_usual = self.tokens_usual.to_dict()

        tokens_at_most = self.tokens_at_most.to_dict()

        reason: None | str
        reason = self.reason

        assumptions = self.assumptions

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "known": known,
                "usd_per_comparison": usd_per_comparison,
                "usd_expected": usd_expected,
                "usd_at_most": usd_at_most,
                "tokens_usual": tokens_usual,
                "tokens_at_most": tokens_at_most,
                "reason": reason,
                "assumptions": assumptions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.planned_tokens import PlannedTokens  # noqa: PLC0415

        d = dict(src_dict)
        known = d.pop("known")

        def _parse_usd_per_comparison(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        usd_per_comparison = _parse_usd_per_comparison(d.pop("usd_per_comparison"))

        def _parse_usd_expected(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        usd_expected = _parse_usd_expected(d.pop("usd_expected"))

        def _parse_usd_at_most(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        usd_at_most = _parse_usd_at_most(d.pop("usd_at_most"))

        tokens_usual = PlannedTokens.from_dict(d.pop("tokens_usual"))

        tokens_at_most = PlannedTokens.from_dict(d.pop("tokens_at_most"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        assumptions = cast(list[str], d.pop("assumptions"))

        planned_cost = cls(
            known=known,
            usd_per_comparison=usd_per_comparison,
            usd_expected=usd_expected,
            usd_at_most=usd_at_most,
            tokens_usual=tokens_usual,
            tokens_at_most=tokens_at_most,
            reason=reason,
            assumptions=assumptions,
        )

        planned_cost.additional_properties = d
        return planned_cost

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
