from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.delivery_detail_status import (
    DeliveryDetailStatus,
    check_delivery_detail_status,
)

if TYPE_CHECKING:
    from ..models.attempt_view import AttemptView
    from ..models.delivery_detail_links import DeliveryDetailLinks
    from ..models.delivery_detail_payload import DeliveryDetailPayload


T = TypeVar("T", bound="DeliveryDetail")


@_attrs_define
class DeliveryDetail:
    """One delivery with its body and its attempts.

    Attributes:
        id (str): The `webhook-id` of every attempt at it.
        subscription_id (str):
        run_id (None | str):
        type_ (str):
        event_number (int | None):
        status (DeliveryDetailStatus):
        status_reason (None | str):
        attempt_count (int):
        next_attempt_at (datetime.datetime | None):
        created_at (datetime.datetime):
        finished_at (datetime.datetime | None):
        links (DeliveryDetailLinks):
        payload (DeliveryDetailPayload):
        attempts (list[AttemptView]):
    """

    id: str
    subscription_id: str
    run_id: None | str
    type_: str
    event_number: int | None
    status: DeliveryDetailStatus
    status_reason: None | str
    attempt_count: int
    next_attempt_at: datetime.datetime | None
    created_at: datetime.datetime
    finished_at: datetime.datetime | None
    links: DeliveryDetailLinks
    payload: DeliveryDetailPayload
    attempts: list[AttemptView]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        subscription_id = self.subscription_id

        run_id: None | str
        run_id = self.run_id

        type_ = self.type_

        event_number: int | None
        event_number = self.event_number

        status: str = self.status

        status_reason: None | str
        status_reason = self.status_reason

        attempt_count = self.attempt_count

        next_attempt_at: None | str
        if isinstance(self.next_attempt_at, datetime.datetime):
            next_attempt_at = self.next_attempt_at.isoformat()
        else:
            next_attempt_at = self.next_attempt_at

        created_at = self.created_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        links = self.links.to_dict()

        payload = self.payload.to_dict()

        attempts = []
        for attempts_item_data in self.attempts:
            attempts_item = attempts_item_data.to_dict()
            attempts.append(attempts_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "subscription_id": subscription_id,
                "run_id": run_id,
                "type": type_,
                "event_number": event_number,
                "status": status,
                "status_reason": status_reason,
                "attempt_count": attempt_count,
                "next_attempt_at": next_attempt_at,
                "created_at": created_at,
                "finished_at": finished_at,
                "links": links,
                "payload": payload,
                "attempts": attempts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attempt_view import AttemptView  # noqa: PLC0415
        from ..models.delivery_detail_links import DeliveryDetailLinks  # noqa: PLC0415
        from ..models.delivery_detail_payload import DeliveryDetailPayload  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        subscription_id = d.pop("subscription_id")

        def _parse_run_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        run_id = _parse_run_id(d.pop("run_id"))

        type_ = d.pop("type")

        def _parse_event_number(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        event_number = _parse_event_number(d.pop("event_number"))

        status = check_delivery_detail_status(d.pop("status"))

        def _parse_status_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status_reason = _parse_status_reason(d.pop("status_reason"))

        attempt_count = d.pop("attempt_count")

        def _parse_next_attempt_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_attempt_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_attempt_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_attempt_at = _parse_next_attempt_at(d.pop("next_attempt_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

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

        links = DeliveryDetailLinks.from_dict(d.pop("links"))

        payload = DeliveryDetailPayload.from_dict(d.pop("payload"))

        attempts = []
        _attempts = d.pop("attempts")
        for attempts_item_data in _attempts:
            attempts_item = AttemptView.from_dict(attempts_item_data)

            attempts.append(attempts_item)

        delivery_detail = cls(
            id=id,
            subscription_id=subscription_id,
            run_id=run_id,
            type_=type_,
            event_number=event_number,
            status=status,
            status_reason=status_reason,
            attempt_count=attempt_count,
            next_attempt_at=next_attempt_at,
            created_at=created_at,
            finished_at=finished_at,
            links=links,
            payload=payload,
            attempts=attempts,
        )

        delivery_detail.additional_properties = d
        return delivery_detail

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
