from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.package_view_inventory import PackageViewInventory


T = TypeVar("T", bound="PackageView")


@_attrs_define
class PackageView:
    """One asset package.

    Attributes:
        id (str):
        name (str):
        sha256 (str):
        file_count (int):
        bytes_ (int):
        min_text_characters (int):
        inventory (PackageViewInventory):
        created_at (datetime.datetime):
    """

    id: str
    name: str
    sha256: str
    file_count: int
    bytes_: int
    min_text_characters: int
    inventory: PackageViewInventory
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        sha256 = self.sha256

        file_count = self.file_count

        bytes_ = self.bytes_

        min_text_characters = self.min_text_characters

        inventory = self.inventory.to_dict()

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "sha256": sha256,
                "file_count": file_count,
                "bytes": bytes_,
                "min_text_characters": min_text_characters,
                "inventory": inventory,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.package_view_inventory import PackageViewInventory  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        sha256 = d.pop("sha256")

        file_count = d.pop("file_count")

        bytes_ = d.pop("bytes")

        min_text_characters = d.pop("min_text_characters")

        inventory = PackageViewInventory.from_dict(d.pop("inventory"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        package_view = cls(
            id=id,
            name=name,
            sha256=sha256,
            file_count=file_count,
            bytes_=bytes_,
            min_text_characters=min_text_characters,
            inventory=inventory,
            created_at=created_at,
        )

        package_view.additional_properties = d
        return package_view

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
