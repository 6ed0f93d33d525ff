from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.told_comparisons import ToldComparisons


T = TypeVar("T", bound="ToldProgress")


@_attrs_define
class ToldProgress:
    """How far the run was.

    Attributes:
        wave (int):
        comparisons (ToldComparisons): Counts of comparisons, as in the resource of the run.
        cost_usd (float):
    """

    wave: int
    comparisons: ToldComparisons
    cost_usd: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        wave = self.wave

        comparisons = self.comparisons.to_dict()

        cost_usd = self.cost_usd

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "wave": wave,
                "comparisons": comparisons,
                "cost_usd": cost_usd,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.told_comparisons import ToldComparisons  # noqa: PLC0415

        d = dict(src_dict)
        wave = d.pop("wave")

        comparisons = ToldComparisons.from_dict(d.pop("comparisons"))

        cost_usd = d.pop("cost_usd")

        told_progress = cls(
            wave=wave,
            comparisons=comparisons,
            cost_usd=cost_usd,
        )

        told_progress.additional_properties = d
        return told_progress

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
