from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="LeftOut")


@_attrs_define
class LeftOut:
    """Essays of one run that not all others have, by name; at most 100 are named.

    Attributes:
        letter (str):
        count (int):
        names (list[str]):
    """

    letter: str
    count: int
    names: list[str]

    def to_dict(self) -> dict[str, Any]:
        letter = self.letter

        count = self.count

        names = self.names

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "letter": letter,
                "count": count,
                "names": names,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        letter = d.pop("letter")

        count = d.pop("count")

        names = cast(list[str], d.pop("names"))

        left_out = cls(
            letter=letter,
            count=count,
            names=names,
        )

        return left_out
