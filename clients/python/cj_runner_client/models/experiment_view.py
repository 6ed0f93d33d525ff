from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.experiment_state import ExperimentState, check_experiment_state
from ..models.experiment_view_criterion import (
    ExperimentViewCriterion,
    check_experiment_view_criterion,
)
from ..models.mode import Mode, check_mode

if TYPE_CHECKING:
    from ..models.cell_counts import CellCounts
    from ..models.cell_view import CellView
    from ..models.experiment_money import ExperimentMoney
    from ..models.experiment_view_labels import ExperimentViewLabels
    from ..models.experiment_view_links import ExperimentViewLinks
    from ..models.experiment_view_request import ExperimentViewRequest
    from ..models.setting_view import SettingView


T = TypeVar("T", bound="ExperimentView")


@_attrs_define
class ExperimentView:
    """One experiment with its live table.

    Attributes:
        id (str):
        name (str):
        status (ExperimentState): Where an experiment stands; the last four are ends, and all ends but ``completed`` can
            be resumed.
        status_reason (None | str):
        status_detail (None | str):
        mode (Mode): What a run does.
        package_id (str):
        labels (ExperimentViewLabels):
        criterion (ExperimentViewCriterion):
        max_concurrency (int):
        max_cost_usd (float):
        cost_usd (float): What all its runs have cost by now.
        cells (CellCounts): Cells by state.
        links (ExperimentViewLinks):
        created_at (datetime.datetime):
        updated_at (datetime.datetime):
        finished_at (datetime.datetime | None):
        cancel_requested_at (datetime.datetime | None):
        money (ExperimentMoney): USD; `spent` and `held` exceed `cap` at most by what was under way when a run stopped.
        settings (list[SettingView]):
        table (list[CellView]): All cells, in the order in which they start.
        request (ExperimentViewRequest): The request as accepted: defaults filled in, prompts as texts.
    """

    id: str
    name: str
    status: ExperimentState
    status_reason: None | str
    status_detail: None | str
    mode: Mode
    package_id: str
    labels: ExperimentViewLabels
    criterion: ExperimentViewCriterion
    max_concurrency: int
    max_cost_usd: float
    cost_usd: float
    cells: CellCounts
    links: ExperimentViewLinks
    created_at: datetime.datetime
    updated_at: datetime.datetime
    finished_at: datetime.datetime | None
    cancel_requested_at: datetime.datetime | None
    money: ExperimentMoney
    settings: list[SettingView]
    table: list[CellView]
    request: ExperimentViewRequest
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        status: str = self.status

        status_reason: None | str
        status_reason = self.status_reason

        status_detail: None | str
        status_detail = self.status_detail

        mode: str = self.mode

        package_id = self.package_id

        labels = self.labels.to_dict()

        criterion: str = self.criterion

        max_concurrency = self.max_concurrency

        max_cost_usd = self.max_cost_usd

        cost_usd = self.cost_usd

        cells = self.cells.to_dict()

        links = self.links.to_dict()

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        cancel_requested_at: None | str
        if isinstance(self.cancel_requested_at, datetime.datetime):
            cancel_requested_at = self.cancel_requested_at.isoformat()
        else:
            cancel_requested_at = self.cancel_requested_at

        money = self.money.to_dict()

        settings = []
        for settings_item_data in self.settings:
            settings_item = settings_item_data.to_dict()
            settings.append(settings_item)

        table = []
        for table_item_data in self.table:
            table_item = table_item_data.to_dict()
            table.append(table_item)

        request = self.request.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "status": status,
                "status_reason": status_reason,
                "status_detail": status_detail,
                "mode": mode,
                "package_id": package_id,
                "labels": labels,
                "criterion": criterion,
                "max_concurrency": max_concurrency,
                "max_cost_usd": max_cost_usd,
                "cost_usd": cost_usd,
                "cells": cells,
                "links": links,
                "created_at": created_at,
                "updated_at": updated_at,
                "finished_at": finished_at,
                "cancel_requested_at": cancel_requested_at,
                "money": money,
                "settings": settings,
                "table": table,
                "request": request,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cell_counts import CellCounts  # noqa: PLC0415
        from ..models.cell_view import CellView  # noqa: PLC0415
        from ..models.experiment_money import ExperimentMoney  # noqa: PLC0415
        from ..models.experiment_view_labels import ExperimentViewLabels  # noqa: PLC0415
        from ..models.experiment_view_links import ExperimentViewLinks  # noqa: PLC0415
        from ..models.experiment_view_request import ExperimentViewRequest  # noqa: PLC0415
        from ..models.setting_view import SettingView  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        status = check_experiment_state(d.pop("status"))

        def _parse_status_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status_reason = _parse_status_reason(d.pop("status_reason"))

        def _parse_status_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status_detail = _parse_status_detail(d.pop("status_detail"))

        mode = check_mode(d.pop("mode"))

        package_id = d.pop("package_id")

        labels = ExperimentViewLabels.from_dict(d.pop("labels"))

        criterion = check_experiment_view_criterion(d.pop("criterion"))

        max_concurrency = d.pop("max_concurrency")

        max_cost_usd = d.pop("max_cost_usd")

        cost_usd = d.pop("cost_usd")

        cells = CellCounts.from_dict(d.pop("cells"))

        links = ExperimentViewLinks.from_dict(d.pop("links"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

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

        def _parse_cancel_requested_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cancel_requested_at_type_0 = datetime.datetime.fromisoformat(data)

                return cancel_requested_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        cancel_requested_at = _parse_cancel_requested_at(d.pop("cancel_requested_at"))

        money = ExperimentMoney.from_dict(d.pop("money"))

        settings = []
        _settings = d.pop("settings")
        for settings_item_data in _settings:
            settings_item = SettingView.from_dict(settings_item_data)

            settings.append(settings_item)

        table = []
        _table = d.pop("table")
        for table_item_data in _table:
            table_item = CellView.from_dict(table_item_data)

            table.append(table_item)

        request = ExperimentViewRequest.from_dict(d.pop("request"))

        experiment_view = cls(
            id=id,
            name=name,
            status=status,
            status_reason=status_reason,
            status_detail=status_detail,
            mode=mode,
            package_id=package_id,
            labels=labels,
            criterion=criterion,
            max_concurrency=max_concurrency,
            max_cost_usd=max_cost_usd,
            cost_usd=cost_usd,
            cells=cells,
            links=links,
            created_at=created_at,
            updated_at=updated_at,
            finished_at=finished_at,
            cancel_requested_at=cancel_requested_at,
            money=money,
            settings=settings,
            table=table,
            request=request,
        )

        experiment_view.additional_properties = d
        return experiment_view

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
