from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="UnmatchedName")


@_attrs_define
class UnmatchedName:
    """An essay that people judged and the run does not have.

    Attributes:
        name (str):
        rows (int):
    """

    name: str
    rows: int

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        rows = self.rows

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "rows": rows,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        rows = d.pop("rows")

        unmatched_name = cls(
            name=name,
            rows=rows,
        )

        return unmatched_name
