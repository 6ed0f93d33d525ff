from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="AnchorPair")


@_attrs_define
class AnchorPair:
    """Two anchors of different grades, by their files' names; the grades say which is the better one.

    Attributes:
        a (str):
        b (str):
    """

    a: str
    b: str

    def to_dict(self) -> dict[str, Any]:
        a = self.a

        b = self.b

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "a": a,
                "b": b,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        a = d.pop("a")

        b = d.pop("b")

        anchor_pair = cls(
            a=a,
            b=b,
        )

        return anchor_pair
