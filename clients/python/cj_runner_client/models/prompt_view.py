from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.prompt_view_role import PromptViewRole, check_prompt_view_role

T = TypeVar("T", bound="PromptView")


@_attrs_define
class PromptView:
    """One prompt without its text; ``sha256`` and ``characters`` are of the text as a judge is sent it.

    Attributes:
        role (PromptViewRole):
        name (str):
        version (int | None): The number that the name starts with.
        purpose (None | str): What it is for; never sent to a judge.
        sha256 (str):
        characters (int):
    """

    role: PromptViewRole
    name: str
    version: int | None
    purpose: None | str
    sha256: str
    characters: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        role: str = self.role

        name = self.name

        version: int | None
        version = self.version

        purpose: None | str
        purpose = self.purpose

        sha256 = self.sha256

        characters = self.characters

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "role": role,
                "name": name,
                "version": version,
                "purpose": purpose,
                "sha256": sha256,
                "characters": characters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        role = check_prompt_view_role(d.pop("role"))

        name = d.pop("name")

        def _parse_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        version = _parse_version(d.pop("version"))

        def _parse_purpose(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        purpose = _parse_purpose(d.pop("purpose"))

        sha256 = d.pop("sha256")

        characters = d.pop("characters")

        prompt_view = cls(
            role=role,
            name=name,
            version=version,
            purpose=purpose,
            sha256=sha256,
            characters=characters,
        )

        prompt_view.additional_properties = d
        return prompt_view

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
