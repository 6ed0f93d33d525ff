from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.list_run_scores_response_200_items_item import (
        ListRunScoresResponse200ItemsItem,
    )


T = TypeVar("T", bound="ListRunScoresResponse200")


@_attrs_define
class ListRunScoresResponse200:
    """
    Attributes:
        run_id (None | str):
        run_status (None | str):
        source (None | str):
        stop_reason (None | str):
        reason (None | str):
        items (list[ListRunScoresResponse200ItemsItem]):
        count (int):
    """

    run_id: None | str
    run_status: None | str
    source: None | str
    stop_reason: None | str
    reason: None | str
    items: list[ListRunScoresResponse200ItemsItem]
    count: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        run_id: None | str
        run_id = self.run_id

        run_status: None | str
        run_status = self.run_status

        source: None | str
        source = self.source

        stop_reason: None | str
        stop_reason = self.stop_reason

        reason: None | str
        reason = self.reason

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        count = self.count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "run_id": run_id,
                "run_status": run_status,
                "source": source,
                "stop_reason": stop_reason,
                "reason": reason,
                "items": items,
                "count": count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.list_run_scores_response_200_items_item import (
            ListRunScoresResponse200ItemsItem,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_run_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        run_id = _parse_run_id(d.pop("run_id"))

        def _parse_run_status(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        run_status = _parse_run_status(d.pop("run_status"))

        def _parse_source(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source = _parse_source(d.pop("source"))

        def _parse_stop_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        stop_reason = _parse_stop_reason(d.pop("stop_reason"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = ListRunScoresResponse200ItemsItem.from_dict(items_item_data)

            items.append(items_item)

        count = d.pop("count")

        list_run_scores_response_200 = cls(
            run_id=run_id,
            run_status=run_status,
            source=source,
            stop_reason=stop_reason,
            reason=reason,
            items=items,
            count=count,
        )

        list_run_scores_response_200.additional_properties = d
        return list_run_scores_response_200

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
