from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Spread")


@_attrs_define
class Spread:
    """A difference over the draws of a bootstrap: its 95 % percentile interval, and shares of draws.

    Attributes:
        low (float):
        high (float):
        better (float): Share of draws in which the other run has more than the baseline.
        equal (float): Share of draws in which both have the same.
        worse (float): Share of draws in which it has less.
        draws (int): Draws in which the statistic exists.
    """

    low: float
    high: float
    better: float
    equal: float
    worse: float
    draws: int

    def to_dict(self) -> dict[str, Any]:
        low = self.low

        high = self.high

        better = self.better

        equal = self.equal

        worse = self.worse

        draws = self.draws

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "low": low,
                "high": high,
                "better": better,
                "equal": equal,
                "worse": worse,
                "draws": draws,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        low = d.pop("low")

        high = d.pop("high")

        better = d.pop("better")

        equal = d.pop("equal")

        worse = d.pop("worse")

        draws = d.pop("draws")

        spread = cls(
            low=low,
            high=high,
            better=better,
            equal=equal,
            worse=worse,
            draws=draws,
        )

        return spread
