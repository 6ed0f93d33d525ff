from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.list_experiment_cells_response_200_items_item import (
        ListExperimentCellsResponse200ItemsItem,
    )


T = TypeVar("T", bound="ListExperimentCellsResponse200")


@_attrs_define
class ListExperimentCellsResponse200:
    """
    Attributes:
        experiment_id (None | str):
        experiment_status (None | str):
        items (list[ListExperimentCellsResponse200ItemsItem]):
        count (int):
    """

    experiment_id: None | str
    experiment_status: None | str
    items: list[ListExperimentCellsResponse200ItemsItem]
    count: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        experiment_id: None | str
        experiment_id = self.experiment_id

        experiment_status: None | str
        experiment_status = self.experiment_status

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        count = self.count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "experiment_id": experiment_id,
                "experiment_status": experiment_status,
                "items": items,
                "count": count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.list_experiment_cells_response_200_items_item import (
            ListExperimentCellsResponse200ItemsItem,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_experiment_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        experiment_id = _parse_experiment_id(d.pop("experiment_id"))

        def _parse_experiment_status(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        experiment_status = _parse_experiment_status(d.pop("experiment_status"))

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = ListExperimentCellsResponse200ItemsItem.from_dict(
                items_item_data
            )

            items.append(items_item)

        count = d.pop("count")

        list_experiment_cells_response_200 = cls(
            experiment_id=experiment_id,
            experiment_status=experiment_status,
            items=items,
            count=count,
        )

        list_experiment_cells_response_200.additional_properties = d
        return list_experiment_cells_response_200

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
