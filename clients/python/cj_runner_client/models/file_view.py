from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="FileView")


@_attrs_define
class FileView:
    """One file of a revision; ``path`` is relative to the revision, ``href`` answers this version for ever.

    Attributes:
        path (str):
        kind (str): `artefact`, `report` (markdown), `report_html`, `report_json`, `named_report`, `results`, `request`,
            `event` or `plan`.
        media_type (str):
        sha256 (str): In hex.
        bytes_ (int):
        href (str):
    """

    path: str
    kind: str
    media_type: str
    sha256: str
    bytes_: int
    href: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        path = self.path

        kind = self.kind

        media_type = self.media_type

        sha256 = self.sha256

        bytes_ = self.bytes_

        href = self.href

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "path": path,
                "kind": kind,
                "media_type": media_type,
                "sha256": sha256,
                "bytes": bytes_,
                "href": href,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        path = d.pop("path")

        kind = d.pop("kind")

        media_type = d.pop("media_type")

        sha256 = d.pop("sha256")

        bytes_ = d.pop("bytes")

        href = d.pop("href")

        file_view = cls(
            path=path,
            kind=kind,
            media_type=media_type,
            sha256=sha256,
            bytes_=bytes_,
            href=href,
        )

        file_view.additional_properties = d
        return file_view

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
