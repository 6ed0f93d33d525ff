from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.experiment_state import ExperimentState, check_experiment_state
from ..models.experiment_summary_criterion import (
    ExperimentSummaryCriterion,
    check_experiment_summary_criterion,
)
from ..models.mode import Mode, check_mode

if TYPE_CHECKING:
    from ..models.cell_counts import CellCounts
    from ..models.experiment_summary_labels import ExperimentSummaryLabels
    from ..models.experiment_summary_links import ExperimentSummaryLinks


T = TypeVar("T", bound="ExperimentSummary")


@_attrs_define
class ExperimentSummary:
    """One experiment without its table.

    Attributes:
        id (str):
        name (str):
        status (ExperimentState): Where an experiment stands; the last four are ends, and all ends but ``completed`` can
            be resumed.
        status_reason (None | str):
        status_detail (None | str):
        mode (Mode): What a run does.
        package_id (str):
        labels (ExperimentSummaryLabels):
        criterion (ExperimentSummaryCriterion):
        max_concurrency (int):
        max_cost_usd (float):
        cost_usd (float): What all its runs have cost by now.
        cells (CellCounts): Cells by state.
        links (ExperimentSummaryLinks):
        created_at (datetime.datetime):
        updated_at (datetime.datetime):
        finished_at (datetime.datetime | None):
        cancel_requested_at (datetime.datetime | None):
    """

    id: str
    name: str
    status: ExperimentState
    status_reason: None | str
    status_detail: None | str
    mode: Mode
    package_id: str
    labels: ExperimentSummaryLabels
    criterion: ExperimentSummaryCriterion
    max_concurrency: int
    max_cost_usd: float
    cost_usd: float
    cells: CellCounts
    links: ExperimentSummaryLinks
    created_at: datetime.datetime
    updated_at: datetime.datetime
    finished_at: datetime.datetime | None
    cancel_requested_at: datetime.datetime | None
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
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cell_counts import CellCounts  # noqa: PLC0415
        from ..models.experiment_summary_labels import ExperimentSummaryLabels  # noqa: PLC0415
        from ..models.experiment_summary_links import ExperimentSummaryLinks  # noqa: PLC0415

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

        labels = ExperimentSummaryLabels.from_dict(d.pop("labels"))

        criterion = check_experiment_summary_criterion(d.pop("criterion"))

        max_concurrency = d.pop("max_concurrency")

        max_cost_usd = d.pop("max_cost_usd")

        cost_usd = d.pop("cost_usd")

        cells = CellCounts.from_dict(d.pop("cells"))

        links = ExperimentSummaryLinks.from_dict(d.pop("links"))

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

        experiment_summary = cls(
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
        )

        experiment_summary.additional_properties = d
        return experiment_summary

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
