from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.batch_event_kind import BatchEventKind, check_batch_event_kind

T = TypeVar("T", bound="BatchEvent")


@_attrs_define
class BatchEvent:
    """One announcement; said twice it is here once, with the time when it was said first.

    Attributes:
        kind (BatchEventKind):
        version (int | None): For results: 1 is the first that was said.
        said_at (datetime.datetime):
        received_at (datetime.datetime):
        detail (None | str): The status of a completion; why a batch failed.
        digest (str): The hash of what was said, without when.
    """

    kind: BatchEventKind
    version: int | None
    said_at: datetime.datetime
    received_at: datetime.datetime
    detail: None | str
    digest: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        kind: str = self.kind

        version: int | None
        version = self.version

        said_at = self.said_at.isoformat()

        received_at = self.received_at.isoformat()

        detail: None | str
        detail = self.detail

        digest = self.digest

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "kind": kind,
                "version": version,
                "said_at": said_at,
                "received_at": received_at,
                "detail": detail,
                "digest": digest,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        kind = check_batch_event_kind(d.pop("kind"))

        def _parse_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        version = _parse_version(d.pop("version"))

        said_at = datetime.datetime.fromisoformat(d.pop("said_at"))

        received_at = datetime.datetime.fromisoformat(d.pop("received_at"))

        def _parse_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        detail = _parse_detail(d.pop("detail"))

        digest = d.pop("digest")

        batch_event = cls(
            kind=kind,
            version=version,
            said_at=said_at,
            received_at=received_at,
            detail=detail,
            digest=digest,
        )

        batch_event.additional_properties = d
        return batch_event

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
