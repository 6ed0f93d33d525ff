from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PlannedComparisons")


@_attrs_define
class PlannedComparisons:
    """How many comparisons would be asked; null where only the engine knows.

    Attributes:
        at_least (int | None):
        at_most (int | None):
        per_wave (int | None): Of a full wave.
        waves_at_most (int | None):
        reason (str): What bounds the number.
    """

    at_least: int | None
    at_most: int | None
    per_wave: int | None
    waves_at_most: int | None
    reason: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at_least: int | None
        at_least = self.at_least

        at_most: int | None
        at_most = self.at_most

        per_wave: int | None
        per_wave = self.per_wave

        waves_at_most: int | None
        waves_at_most = self.waves_at_most

        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at_least": at_least,
                "at_most": at_most,
                "per_wave": per_wave,
                "waves_at_most": waves_at_most,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_at_least(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        at_least = _parse_at_least(d.pop("at_least"))

        def _parse_at_most(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        at_most = _parse_at_most(d.pop("at_most"))

        def _parse_per_wave(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        per_wave = _parse_per_wave(d.pop("per_wave"))

        def _parse_waves_at_most(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        waves_at_most = _parse_waves_at_most(d.pop("waves_at_most"))

        reason = d.pop("reason")

        planned_comparisons = cls(
            at_least=at_least,
            at_most=at_most,
            per_wave=per_wave,
            waves_at_most=waves_at_most,
            reason=reason,
        )

        planned_comparisons.additional_properties = d
        return planned_comparisons

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
