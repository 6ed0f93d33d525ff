from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.request_view_body import RequestViewBody


T = TypeVar("T", bound="RequestView")


@_attrs_define
class RequestView:
    """A request to cj as it was composed; ``published`` says whether it was sent.

    Attributes:
        number (int):
        name (str):
        published (bool):
        sha256 (str): Of the bytes that `href` answers, in hex.
        bytes_ (int):
        href (str):
        body (RequestViewBody):
    """

    number: int
    name: str
    published: bool
    sha256: str
    bytes_: int
    href: str
    body: RequestViewBody
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        name = self.name

        published = self.published

        sha256 = self.sha256

        bytes_ = self.bytes_

        href = self.href

        body = self.body.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "name": name,
                "published": published,
                "sha256": sha256,
                "bytes": bytes_,
                "href": href,
                "body": body,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.request_view_body import RequestViewBody  # noqa: PLC0415

        d = dict(src_dict)
        number = d.pop("number")

        name = d.pop("name")

        published = d.pop("published")

        sha256 = d.pop("sha256")

        bytes_ = d.pop("bytes")

        href = d.pop("href")

        body = RequestViewBody.from_dict(d.pop("body"))

        request_view = cls(
            number=number,
            name=name,
            published=published,
            sha256=sha256,
            bytes_=bytes_,
            href=href,
            body=body,
        )

        request_view.additional_properties = d
        return request_view

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
