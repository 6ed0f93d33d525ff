from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="OrderEffect")


@_attrs_define
class OrderEffect:
    """The advantage of being shown first, in logits, fitted beside the scores; above 0 the first is favoured.

    ``odds`` is exp(estimate): the odds of the first of two equal essays.

        Attributes:
            estimate (float):
            se (float):
            p_value (float):
            odds (float):
    """

    estimate: float
    se: float
    p_value: float
    odds: float

    def to_dict(self) -> dict[str, Any]:
        estimate = self.estimate

        se = self.se

        p_value = self.p_value

        odds = self.odds

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "estimate": estimate,
                "se": se,
                "p_value": p_value,
                "odds": odds,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        estimate = d.pop("estimate")

        se = d.pop("se")

        p_value = d.pop("p_value")

        odds = d.pop("odds")

        order_effect = cls(
            estimate=estimate,
            se=se,
            p_value=p_value,
            odds=odds,
        )

        return order_effect
