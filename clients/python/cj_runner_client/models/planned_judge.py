from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PlannedJudge")


@_attrs_define
class PlannedJudge:
    """Who would judge; null leaves it to the engine.

    Attributes:
        provider (None | str):
        model (None | str):
        batching_mode (None | str):
    """

    provider: None | str
    model: None | str
    batching_mode: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        provider: None | str
        provider = self.provider

        model: None | str
        model = self.model

        batching_mode: None | str
        batching_mode = self.batching_mode

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "provider": provider,
                "model": model,
                "batching_mode": batching_mode,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_provider(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        provider = _parse_provider(d.pop("provider"))

        def _parse_model(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        model = _parse_model(d.pop("model"))

        def _parse_batching_mode(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        batching_mode = _parse_batching_mode(d.pop("batching_mode"))

        planned_judge = cls(
            provider=provider,
            model=model,
            batching_mode=batching_mode,
        )

        planned_judge.additional_properties = d
        return planned_judge

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
