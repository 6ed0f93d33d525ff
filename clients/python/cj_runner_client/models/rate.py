from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Rate")


@_attrs_define
class Rate:
    """A share of cases with Wilson's 95% interval; ``count`` cases, taken as independent.

    Attributes:
        share (float):
        low (float):
        high (float):
        count (float):
    """

    share: float
    low: float
    high: float
    count: float

    def to_dict(self) -> dict[str, Any]:
        share = self.share

        low = self.low

        high = self.high

        count = self.count

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "share": share,
                "low": low,
                "high": high,
                "count": count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        share = d.pop("share")

        low = d.pop("low")

        high = d.pop("high")

        count = d.pop("count")

        rate = cls(
            share=share,
            low=low,
            high=high,
            count=count,
        )

        return rate
