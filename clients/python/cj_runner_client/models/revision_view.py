from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.revision_view_links import RevisionViewLinks


T = TypeVar("T", bound="RevisionView")


@_attrs_define
class RevisionView:
    """One revision; ``event`` is what made it, ``why`` what that event says.

    Attributes:
        number (int):
        created_at (datetime.datetime):
        event (None | str):
        why (None | str):
        files (int):
        bytes_ (int):
        artefact_sha256 (None | str):
        links (RevisionViewLinks):
    """

    number: int
    created_at: datetime.datetime
    event: None | str
    why: None | str
    files: int
    bytes_: int
    artefact_sha256: None | str
    links: RevisionViewLinks
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        created_at = self.created_at.isoformat()

        event: None | str
        event = self.event

        why: None | str
        why = self.why

        files = self.files

        bytes_ = self.bytes_

        artefact_sha256: None | str
        artefact_sha256 = self.artefact_sha256

        links = self.links.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "created_at": created_at,
                "event": event,
                "why": why,
                "files": files,
                "bytes": bytes_,
                "artefact_sha256": artefact_sha256,
                "links": links,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.revision_view_links import RevisionViewLinks  # noqa: PLC0415

        d = dict(src_dict)
        number = d.pop("number")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_event(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        event = _parse_event(d.pop("event"))

        def _parse_why(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        why = _parse_why(d.pop("why"))

        files = d.pop("files")

        bytes_ = d.pop("bytes")

        def _parse_artefact_sha256(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        artefact_sha256 = _parse_artefact_sha256(d.pop("artefact_sha256"))

        links = RevisionViewLinks.from_dict(d.pop("links"))

        revision_view = cls(
            number=number,
            created_at=created_at,
            event=event,
            why=why,
            files=files,
            bytes_=bytes_,
            artefact_sha256=artefact_sha256,
            links=links,
        )

        revision_view.additional_properties = d
        return revision_view

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
