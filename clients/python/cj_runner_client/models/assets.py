from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Assets")


@_attrs_define
class Assets:
    """The essays to judge.

    Attributes:
        package_id (str): From POST /v1/asset-packages.
    """

    package_id: str

    def to_dict(self) -> dict[str, Any]:
        package_id = self.package_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "package_id": package_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        package_id = d.pop("package_id")

        assets = cls(
            package_id=package_id,
        )

        return assets
