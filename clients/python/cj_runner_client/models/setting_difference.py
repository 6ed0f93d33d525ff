from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="SettingDifference")


@_attrs_define
class SettingDifference:
    """A setting that is not the same in all runs; ``values`` in the order of the runs, null where not set.

    Attributes:
        name (str):
        values (list[None | str]):
    """

    name: str
    values: list[None | str]

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        values = []
        for values_item_data in self.values:
            values_item: None | str
            values_item = values_item_data
            values.append(values_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "values": values,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        values = []
        _values = d.pop("values")
        for values_item_data in _values:

            def _parse_values_item(data: object) -> None | str:
                if data is None:
                    return data
                return cast(None | str, data)

            values_item = _parse_values_item(values_item_data)

            values.append(values_item)

        setting_difference = cls(
            name=name,
            values=values,
        )

        return setting_difference
