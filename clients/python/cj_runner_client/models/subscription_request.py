from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.mode import Mode, check_mode
from ..models.subscription_request_events_item import (
    SubscriptionRequestEventsItem,
    check_subscription_request_events_item,
)
from ..models.subscription_request_signing import (
    SubscriptionRequestSigning,
    check_subscription_request_signing,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.subscription_request_labels import SubscriptionRequestLabels


T = TypeVar("T", bound="SubscriptionRequest")


@_attrs_define
class SubscriptionRequest:
    """Who is to be told of what: all filters must fit, an empty one fits all.

    Attributes:
        url (str): Where to; must answer within 15 s.
        events (list[SubscriptionRequestEventsItem] | Unset):
        modes (list[Mode] | Unset): Only runs of these modes.
        labels (SubscriptionRequestLabels | Unset): Only runs that have all these labels.
        description (None | str | Unset):
        enabled (bool | Unset):  Default: True.
        signing (SubscriptionRequestSigning | Unset): `hmac` is `v1`, `ed25519` is `v1a`. Default: 'hmac'.
        secret (None | str | Unset): `whsec_…`, for hmac only; null: one is made, and shown in this answer.
    """

    url: str
    events: list[SubscriptionRequestEventsItem] | Unset = UNSET
    modes: list[Mode] | Unset = UNSET
    labels: SubscriptionRequestLabels | Unset = UNSET
    description: None | str | Unset = UNSET
    enabled: bool | Unset = True
    signing: SubscriptionRequestSigning | Unset = "hmac"
    secret: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        events: list[str] | Unset = UNSET
        if not isinstance(self.events, Unset):
            events = []
            for events_item_data in self.events:
                events_item: str = events_item_data
                events.append(events_item)

        modes: list[str] | Unset = UNSET
        if not isinstance(self.modes, Unset):
            modes = []
            for modes_item_data in self.modes:
                modes_item: str = modes_item_data
                modes.append(modes_item)

        labels: dict[str, Any] | Unset = UNSET
        if not isinstance(self.labels, Unset):
            labels = self.labels.to_dict()

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        enabled = self.enabled

        signing: str | Unset = UNSET
        if not isinstance(self.signing, Unset):
            signing = self.signing

        secret: None | str | Unset
        if isinstance(self.secret, Unset):
            secret = UNSET
        else:
            secret = self.secret

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "url": url,
            }
        )
        if events is not UNSET:
            field_dict["events"] = events
        if modes is not UNSET:
            field_dict["modes"] = modes
        if labels is not UNSET:
            field_dict["labels"] = labels
        if description is not UNSET:
            field_dict["description"] = description
        if enabled is not UNSET:
            field_dict["enabled"] = enabled
        if signing is not UNSET:
            field_dict["signing"] = signing
        if secret is not UNSET:
            field_dict["secret"] = secret

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.subscription_request_labels import SubscriptionRequestLabels  # noqa: PLC0415

        d = dict(src_dict)
        url = d.pop("url")

        _events = d.pop("events", UNSET)
        events: list[SubscriptionRequestEventsItem] | Unset = UNSET
        if _events is not UNSET:
            events = []
            for events_item_data in _events:
                events_item = check_subscription_request_events_item(events_item_data)

                events.append(events_item)

        _modes = d.pop("modes", UNSET)
        modes: list[Mode] | Unset = UNSET
        if _modes is not UNSET:
            modes = []
            for modes_item_data in _modes:
                modes_item = check_mode(modes_item_data)

                modes.append(modes_item)

        _labels = d.pop("labels", UNSET)
        labels: SubscriptionRequestLabels | Unset
        if isinstance(_labels, Unset):
            labels = UNSET
        else:
            labels = SubscriptionRequestLabels.from_dict(_labels)

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        enabled = d.pop("enabled", UNSET)

        _signing = d.pop("signing", UNSET)
        signing: SubscriptionRequestSigning | Unset
        if isinstance(_signing, Unset):
            signing = UNSET
        else:
            signing = check_subscription_request_signing(_signing)

        def _parse_secret(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        secret = _parse_secret(d.pop("secret", UNSET))

        subscription_request = cls(
            url=url,
            events=events,
            modes=modes,
            labels=labels,
            description=description,
            enabled=enabled,
            signing=signing,
            secret=secret,
        )

        return subscription_request
