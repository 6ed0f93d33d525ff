from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="FolderRequest")


@_attrs_define
class FolderRequest:
    """A folder below the server's packages root.

    Attributes:
        folder (str):
        name (None | str | Unset):
        min_text_characters (int | Unset):  Default: 100.
    """

    folder: str
    name: None | str | Unset = UNSET
    min_text_characters: int | Unset = 100

    def to_dict(self) -> dict[str, Any]:
        folder = self.folder

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        min_text_characters = self.min_text_characters

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "folder": folder,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if min_text_characters is not UNSET:
            field_dict["min_text_characters"] = min_text_characters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        folder = d.pop("folder")

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        min_text_characters = d.pop("min_text_characters", UNSET)

        folder_request = cls(
            folder=folder,
            name=name,
            min_text_characters=min_text_characters,
        )

        return folder_request
