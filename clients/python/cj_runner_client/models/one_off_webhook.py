from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.one_off_webhook_events_item import (
    OneOffWebhookEventsItem,
    check_one_off_webhook_events_item,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="OneOffWebhook")


@_attrs_define
class OneOffWebhook:
    """Where this run's events are sent to, without a subscription.

    Attributes:
        url (str): Kept whole for sending; shown without what stands after `?`.
        secret (None | str | Unset): `whsec_…`; null: one is made, and shown in the answer to this request.
        events (list[OneOffWebhookEventsItem] | Unset):
    """

    url: str
    secret: None | str | Unset = UNSET
    events: list[OneOffWebhookEventsItem] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        secret: None | str | Unset
        if isinstance(self.secret, Unset):
            secret = UNSET
        else:
            secret = self.secret

        events: list[str] | Unset = UNSET
        if not isinstance(self.events, Unset):
            events = []
            for events_item_data in self.events:
                events_item: str = events_item_data
                events.append(events_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "url": url,
            }
        )
        if secret is not UNSET:
            field_dict["secret"] = secret
        if events is not UNSET:
            field_dict["events"] = events

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url")

        def _parse_secret(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        secret = _parse_secret(d.pop("secret", UNSET))

        _events = d.pop("events", UNSET)
        events: list[OneOffWebhookEventsItem] | Unset = UNSET
        if _events is not UNSET:
            events = []
            for events_item_data in _events:
                events_item = check_one_off_webhook_events_item(events_item_data)

                events.append(events_item)

        one_off_webhook = cls(
            url=url,
            secret=secret,
            events=events,
        )

        return one_off_webhook
