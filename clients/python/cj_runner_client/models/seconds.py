from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Seconds")


@_attrs_define
class Seconds:
    """How long something took, in seconds, over ``count`` verdicts that say so.

    Attributes:
        count (int):
        mean (float):
        median (float):
        p90 (float):
        longest (float):
    """

    count: int
    mean: float
    median: float
    p90: float
    longest: float

    def to_dict(self) -> dict[str, Any]:
        count = self.count

        mean = self.mean

        median = self.median

        p90 = self.p90

        longest = self.longest

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "count": count,
                "mean": mean,
                "median": median,
                "p90": p90,
                "longest": longest,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        count = d.pop("count")

        mean = d.pop("mean")

        median = d.pop("median")

        p90 = d.pop("p90")

        longest = d.pop("longest")

        seconds = cls(
            count=count,
            mean=mean,
            median=median,
            p90=p90,
            longest=longest,
        )

        return seconds
