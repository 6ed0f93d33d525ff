from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.audit_entry_ids import AuditEntryIds


T = TypeVar("T", bound="AuditEntry")


@_attrs_define
class AuditEntry:
    """One attempt to change something.

    Attributes:
        id (str):
        at (datetime.datetime):
        subject (str): Who tried.
        owner (str):
        method (str):
        route (str): The template of the address.
        ids (AuditEntryIds): The ids in the address.
        request_id (str):
        remote_address (str):
        status (int | None): What it was answered with; null while it goes on, and for ever if the process died
            meanwhile.
        location (None | str): Where the new thing is found, if one was made.
        finished_at (datetime.datetime | None):
    """

    id: str
    at: datetime.datetime
    subject: str
    owner: str
    method: str
    route: str
    ids: AuditEntryIds
    request_id: str
    remote_address: str
    status: int | None
    location: None | str
    finished_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        at = self.at.isoformat()

        subject = self.subject

        owner = self.owner

        method = self.method

        route = self.route

        ids = self.ids.to_dict()

        request_id = self.request_id

        remote_address = self.remote_address

        status: int | None
        status = self.status

        location: None | str
        location = self.location

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "at": at,
                "subject": subject,
                "owner": owner,
                "method": method,
                "route": route,
                "ids": ids,
                "request_id": request_id,
                "remote_address": remote_address,
                "status": status,
                "location": location,
                "finished_at": finished_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.audit_entry_ids import AuditEntryIds  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        subject = d.pop("subject")

        owner = d.pop("owner")

        method = d.pop("method")

        route = d.pop("route")

        ids = AuditEntryIds.from_dict(d.pop("ids"))

        request_id = d.pop("request_id")

        remote_address = d.pop("remote_address")

        def _parse_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        status = _parse_status(d.pop("status"))

        def _parse_location(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        location = _parse_location(d.pop("location"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        audit_entry = cls(
            id=id,
            at=at,
            subject=subject,
            owner=owner,
            method=method,
            route=route,
            ids=ids,
            request_id=request_id,
            remote_address=remote_address,
            status=status,
            location=location,
            finished_at=finished_at,
        )

        audit_entry.additional_properties = d
        return audit_entry

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
