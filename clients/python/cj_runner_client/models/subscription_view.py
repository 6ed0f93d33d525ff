from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.subscription_view_signing import (
    SubscriptionViewSigning,
    check_subscription_view_signing,
)

if TYPE_CHECKING:
    from ..models.subscription_view_labels import SubscriptionViewLabels
    from ..models.subscription_view_links import SubscriptionViewLinks


T = TypeVar("T", bound="SubscriptionView")


@_attrs_define
class SubscriptionView:
    """One subscription; its secret is never shown again.

    Attributes:
        id (str):
        run_id (None | str): Set for the one-off webhook of a run.
        url (str):
        events (list[str]):
        modes (list[str]):
        labels (SubscriptionViewLabels):
        description (None | str):
        enabled (bool):
        disabled_reason (None | str): `by_request`; `gone`: it answered 410; `exhausted`: several deliveries failed for
            good; `failing`: every attempt failed for days.
        disabled_at (datetime.datetime | None):
        signing (SubscriptionViewSigning):
        public_key (None | str): `whpk_…`, what receivers verify with; null for hmac.
        previous_secret_until (datetime.datetime | None): Until when the former secret signs as well.
        failing_since (datetime.datetime | None):
        created_at (datetime.datetime):
        updated_at (datetime.datetime):
        links (SubscriptionViewLinks):
    """

    id: str
    run_id: None | str
    url: str
    events: list[str]
    modes: list[str]
    labels: SubscriptionViewLabels
    description: None | str
    enabled: bool
    disabled_reason: None | str
    disabled_at: datetime.datetime | None
    signing: SubscriptionViewSigning
    public_key: None | str
    previous_secret_until: datetime.datetime | None
    failing_since: datetime.datetime | None
    created_at: datetime.datetime
    updated_at: datetime.datetime
    links: SubscriptionViewLinks
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        run_id: None | str
        run_id = self.run_id

        url = self.url

        events = self.events

        modes = self.modes

        labels = self.labels.to_dict()

        description: None | str
        description = self.description

        enabled = self.enabled

        disabled_reason: None | str
        disabled_reason = self.disabled_reason

        disabled_at: None | str
        if isinstance(self.disabled_at, datetime.datetime):
            disabled_at = self.disabled_at.isoformat()
        else:
            disabled_at = self.disabled_at

        signing: str = self.signing

        public_key: None | str
        public_key = self.public_key

        previous_secret_until: None | str
        if isinstance(self.previous_secret_until, datetime.datetime):
            previous_secret_until = self.previous_secret_until.isoformat()
        else:
            previous_secret_until = self.previous_secret_until

        failing_since: None | str
        if isinstance(self.failing_since, datetime.datetime):
            failing_since = self.failing_since.isoformat()
        else:
            failing_since = self.failing_since

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        links = self.links.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "run_id": run_id,
                "url": url,
                "events": events,
                "modes": modes,
                "labels": labels,
                "description": description,
                "enabled": enabled,
                "disabled_reason": disabled_reason,
                "disabled_at": disabled_at,
                "signing": signing,
                "public_key": public_key,
                "previous_secret_until": previous_secret_until,
                "failing_since": failing_since,
                "created_at": created_at,
                "updated_at": updated_at,
                "links": links,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.subscription_view_labels import SubscriptionViewLabels  # noqa: PLC0415
        from ..models.subscription_view_links import SubscriptionViewLinks  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        def _parse_run_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        run_id = _parse_run_id(d.pop("run_id"))

        url = d.pop("url")

        events = cast(list[str], d.pop("events"))

        modes = cast(list[str], d.pop("modes"))

        labels = SubscriptionViewLabels.from_dict(d.pop("labels"))

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        enabled = d.pop("enabled")

        def _parse_disabled_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        disabled_reason = _parse_disabled_reason(d.pop("disabled_reason"))

        def _parse_disabled_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                disabled_at_type_0 = datetime.datetime.fromisoformat(data)

                return disabled_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        disabled_at = _parse_disabled_at(d.pop("disabled_at"))

        signing = check_subscription_view_signing(d.pop("signing"))

        def _parse_public_key(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        public_key = _parse_public_key(d.pop("public_key"))

        def _parse_previous_secret_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                previous_secret_until_type_0 = datetime.datetime.fromisoformat(data)

                return previous_secret_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        previous_secret_until = _parse_previous_secret_until(
            d.pop("previous_secret_until")
        )

        def _parse_failing_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                failing_since_type_0 = datetime.datetime.fromisoformat(data)

                return failing_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        failing_since = _parse_failing_since(d.pop("failing_since"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        links = SubscriptionViewLinks.from_dict(d.pop("links"))

        subscription_view = cls(
            id=id,
            run_id=run_id,
            url=url,
            events=events,
            modes=modes,
            labels=labels,
            description=description,
            enabled=enabled,
            disabled_reason=disabled_reason,
            disabled_at=disabled_at,
            signing=signing,
            public_key=public_key,
            previous_secret_until=previous_secret_until,
            failing_since=failing_since,
            created_at=created_at,
            updated_at=updated_at,
            links=links,
        )

        subscription_view.additional_properties = d
        return subscription_view

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
