from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="WantedPair")


@_attrs_define
class WantedPair:
    """A pair that is to be asked: two essays of the package by their file's name, ``a`` shown first.

    Attributes:
        a (str):
        b (str):
        times (int | Unset):  Default: 1.
    """

    a: str
    b: str
    times: int | Unset = 1

    def to_dict(self) -> dict[str, Any]:
        a = self.a

        b = self.b

        times = self.times

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "a": a,
                "b": b,
            }
        )
        if times is not UNSET:
            field_dict["times"] = times

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        a = d.pop("a")

        b = d.pop("b")

        times = d.pop("times", UNSET)

        wanted_pair = cls(
            a=a,
            b=b,
            times=times,
        )

        return wanted_pair
