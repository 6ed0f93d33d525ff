from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.letter_view_status import LetterViewStatus, check_letter_view_status

T = TypeVar("T", bound="LetterView")


@_attrs_define
class LetterView:
    """One message that could not be taken in.

    Attributes:
        id (int):
        topic (str):
        partition (int):
        offset (int):
        sha256 (str): Of its bytes, in hex.
        reason (str): Such as `not_json`, `invalid_shape`, `handler_refused`.
        detail (str): Where it broke; never what it said.
        status (LetterViewStatus):
        created_at (datetime.datetime):
        resolved_at (datetime.datetime | None):
        resolved_by (None | str):
        replay_id (None | UUID): The outbox event that sends it again.
    """

    id: int
    topic: str
    partition: int
    offset: int
    sha256: str
    reason: str
    detail: str
    status: LetterViewStatus
    created_at: datetime.datetime
    resolved_at: datetime.datetime | None
    resolved_by: None | str
    replay_id: None | UUID
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        topic = self.topic

        partition = self.partition

        offset = self.offset

        sha256 = self.sha256

        reason = self.reason

        detail = self.detail

        status: str = self.status

        created_at = self.created_at.isoformat()

        resolved_at: None | str
        if isinstance(self.resolved_at, datetime.datetime):
            resolved_at = self.resolved_at.isoformat()
        else:
            resolved_at = self.resolved_at

        resolved_by: None | str
        resolved_by = self.resolved_by

        replay_id: None | str
        if isinstance(self.replay_id, UUID):
            replay_id = str(self.replay_id)
        else:
            replay_id = self.replay_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "topic": topic,
                "partition": partition,
                "offset": offset,
                "sha256": sha256,
                "reason": reason,
                "detail": detail,
                "status": status,
                "created_at": created_at,
                "resolved_at": resolved_at,
                "resolved_by": resolved_by,
                "replay_id": replay_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        topic = d.pop("topic")

        partition = d.pop("partition")

        offset = d.pop("offset")

        sha256 = d.pop("sha256")

        reason = d.pop("reason")

        detail = d.pop("detail")

        status = check_letter_view_status(d.pop("status"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_resolved_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                resolved_at_type_0 = datetime.datetime.fromisoformat(data)

                return resolved_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        resolved_at = _parse_resolved_at(d.pop("resolved_at"))

        def _parse_resolved_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        resolved_by = _parse_resolved_by(d.pop("resolved_by"))

        def _parse_replay_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                replay_id_type_0 = UUID(data)

                return replay_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        replay_id = _parse_replay_id(d.pop("replay_id"))

        letter_view = cls(
            id=id,
            topic=topic,
            partition=partition,
            offset=offset,
            sha256=sha256,
            reason=reason,
            detail=detail,
            status=status,
            created_at=created_at,
            resolved_at=resolved_at,
            resolved_by=resolved_by,
            replay_id=replay_id,
        )

        letter_view.additional_properties = d
        return letter_view

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
