from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.mode import Mode, check_mode

if TYPE_CHECKING:
    from ..models.experiment_plan_view_request import ExperimentPlanViewRequest
    from ..models.planned_cell import PlannedCell
    from ..models.planned_setting import PlannedSetting
    from ..models.planned_totals import PlannedTotals


T = TypeVar("T", bound="ExperimentPlanView")


@_attrs_define
class ExperimentPlanView:
    """What an experiment would do. Nothing was written or sent.

    Attributes:
        name (str):
        mode (Mode): What a run does.
        totals (PlannedTotals): All cells together; null where a part of the sum is not known.
        settings (list[PlannedSetting]):
        cells (list[PlannedCell]):
        notes (list[str]):
        request (ExperimentPlanViewRequest):
    """

    name: str
    mode: Mode
    totals: PlannedTotals
    settings: list[PlannedSetting]
    cells: list[PlannedCell]
    notes: list[str]
    request: ExperimentPlanViewRequest
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        mode: str = self.mode

        totals = self.totals.to_dict()

        settings = []
        for settings_item_data in self.settings:
            settings_item = settings_item_data.to_dict()
            settings.append(settings_item)

        cells = []
        for cells_item_data in self.cells:
            cells_item = cells_item_data.to_dict()
            cells.append(cells_item)

        notes = self.notes

        request = self.request.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "mode": mode,
                "totals": totals,
                "settings": settings,
                "cells": cells,
                "notes": notes,
                "request": request,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.experiment_plan_view_request import ExperimentPlanViewRequest  # noqa: PLC0415
        from ..models.planned_cell import PlannedCell  # noqa: PLC0415
        from ..models.planned_setting import PlannedSetting  # noqa: PLC0415
        from ..models.planned_totals import PlannedTotals  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        mode = check_mode(d.pop("mode"))

        totals = PlannedTotals.from_dict(d.pop("totals"))

        settings = []
        _settings = d.pop("settings")
        for settings_item_data in _settings:
            settings_item = PlannedSetting.from_dict(settings_item_data)

            settings.append(settings_item)

        cells = []
        _cells = d.pop("cells")
        for cells_item_data in _cells:
            cells_item = PlannedCell.from_dict(cells_item_data)

            cells.append(cells_item)

        notes = cast(list[str], d.pop("notes"))

        request = ExperimentPlanViewRequest.from_dict(d.pop("request"))

        experiment_plan_view = cls(
            name=name,
            mode=mode,
            totals=totals,
            settings=settings,
            cells=cells,
            notes=notes,
            request=request,
        )

        experiment_plan_view.additional_properties = d
        return experiment_plan_view

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
