from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ExperimentMoney")


@_attrs_define
class ExperimentMoney:
    """USD; `spent` and `held` exceed `cap` at most by what was under way when a run stopped.

    Attributes:
        cap (float):
        spent (float): What the runs that ended have cost.
        held (float): What the runs that go on may cost.
        left (float): What can still be given to cells.
    """

    cap: float
    spent: float
    held: float
    left: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cap = self.cap

        spent = self.spent

        held = self.held

        left = self.left

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cap": cap,
                "spent": spent,
                "held": held,
                "left": left,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        cap = d.pop("cap")

        spent = d.pop("spent")

        held = d.pop("held")

        left = d.pop("left")

        experiment_money = cls(
            cap=cap,
            spent=spent,
            held=held,
            left=left,
        )

        experiment_money.additional_properties = d
        return experiment_money

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
