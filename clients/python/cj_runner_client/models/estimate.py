from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="Estimate")


@_attrs_define
class Estimate:
    """A coefficient with its 95 % percentile interval over draws of pairs, each with all verdicts on it.

    Attributes:
        value (float):
        low (float | None): null where too few pairs were judged for an interval.
        high (float | None):
        count (int): Pairs behind it.
    """

    value: float
    low: float | None
    high: float | None
    count: int

    def to_dict(self) -> dict[str, Any]:
        value = self.value

        low: float | None
        low = self.low

        high: float | None
        high = self.high

        count = self.count

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "value": value,
                "low": low,
                "high": high,
                "count": count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        value = d.pop("value")

        def _parse_low(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        low = _parse_low(d.pop("low"))

        def _parse_high(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        high = _parse_high(d.pop("high"))

        count = d.pop("count")

        estimate = cls(
            value=value,
            low=low,
            high=high,
            count=count,
        )

        return estimate
