from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.mode import Mode, check_mode
from ..models.subscription_change_events_item import (
    SubscriptionChangeEventsItem,
    check_subscription_change_events_item,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.subscription_change_labels import SubscriptionChangeLabels


T = TypeVar("T", bound="SubscriptionChange")


@_attrs_define
class SubscriptionChange:
    """What is to be changed; what is left out stays as it is. Enabling forgets what went wrong before.

    Attributes:
        url (str | Unset):  Default: ''.
        events (list[SubscriptionChangeEventsItem] | Unset):
        modes (list[Mode] | Unset):
        labels (SubscriptionChangeLabels | Unset):
        description (None | str | Unset):
        enabled (bool | Unset):  Default: True.
    """

    url: str | Unset = ""
    events: list[SubscriptionChangeEventsItem] | Unset = UNSET
    modes: list[Mode] | Unset = UNSET
    labels: SubscriptionChangeLabels | Unset = UNSET
    description: None | str | Unset = UNSET
    enabled: bool | Unset = True

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

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
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

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.subscription_change_labels import SubscriptionChangeLabels  # noqa: PLC0415

        d = dict(src_dict)
        url = d.pop("url", UNSET)

        _events = d.pop("events", UNSET)
        events: list[SubscriptionChangeEventsItem] | Unset = UNSET
        if _events is not UNSET:
            events = []
            for events_item_data in _events:
                events_item = check_subscription_change_events_item(events_item_data)

                events.append(events_item)

        _modes = d.pop("modes", UNSET)
        modes: list[Mode] | Unset = UNSET
        if _modes is not UNSET:
            modes = []
            for modes_item_data in _modes:
                modes_item = check_mode(modes_item_data)

                modes.append(modes_item)

        _labels = d.pop("labels", UNSET)
        labels: SubscriptionChangeLabels | Unset
        if isinstance(_labels, Unset):
            labels = UNSET
        else:
            labels = SubscriptionChangeLabels.from_dict(_labels)

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        enabled = d.pop("enabled", UNSET)

        subscription_change = cls(
            url=url,
            events=events,
            modes=modes,
            labels=labels,
            description=description,
            enabled=enabled,
        )

        return subscription_change
