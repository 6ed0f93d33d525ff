from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PlannedCell")


@_attrs_define
class PlannedCell:
    """One cell, in the order in which cells start.

    Attributes:
        number (int):
        setting (int):
        repeat (int):
        seed (int):
    """

    number: int
    setting: int
    repeat: int
    seed: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        setting = self.setting

        repeat = self.repeat

        seed = self.seed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "setting": setting,
                "repeat": repeat,
                "seed": seed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        number = d.pop("number")

        setting = d.pop("setting")

        repeat = d.pop("repeat")

        seed = d.pop("seed")

        planned_cell = cls(
            number=number,
            setting=setting,
            repeat=repeat,
            seed=seed,
        )

        planned_cell.additional_properties = d
        return planned_cell

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
