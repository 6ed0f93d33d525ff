from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="PromptOf")


@_attrs_define
class PromptOf:
    """The prompt of one run; all null where the engine's own was used.

    Attributes:
        letter (str):
        name (None | str):
        sha256 (None | str):
        characters (int | None):
    """

    letter: str
    name: None | str
    sha256: None | str
    characters: int | None

    def to_dict(self) -> dict[str, Any]:
        letter = self.letter

        name: None | str
        name = self.name

        sha256: None | str
        sha256 = self.sha256

        characters: int | None
        characters = self.characters

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "letter": letter,
                "name": name,
                "sha256": sha256,
                "characters": characters,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        letter = d.pop("letter")

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))

        def _parse_sha256(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        sha256 = _parse_sha256(d.pop("sha256"))

        def _parse_characters(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        characters = _parse_characters(d.pop("characters"))

        prompt_of = cls(
            letter=letter,
            name=name,
            sha256=sha256,
            characters=characters,
        )

        return prompt_of
