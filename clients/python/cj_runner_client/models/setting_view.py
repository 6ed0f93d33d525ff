from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="SettingView")


@_attrs_define
class SettingView:
    """One combination of levels, each by its name.

    Attributes:
        number (int):
        prompt (str):
        rubric (str):
        model (str):
        reasoning_effort (str):
    """

    number: int
    prompt: str
    rubric: str
    model: str
    reasoning_effort: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        prompt = self.prompt

        rubric = self.rubric

        model = self.model

        reasoning_effort = self.reasoning_effort

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "prompt": prompt,
                "rubric": rubric,
                "model": model,
                "reasoning_effort": reasoning_effort,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        number = d.pop("number")

        prompt = d.pop("prompt")

        rubric = d.pop("rubric")

        model = d.pop("model")

        reasoning_effort = d.pop("reasoning_effort")

        setting_view = cls(
            number=number,
            prompt=prompt,
            rubric=rubric,
            model=model,
            reasoning_effort=reasoning_effort,
        )

        setting_view.additional_properties = d
        return setting_view

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
