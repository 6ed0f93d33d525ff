from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cell_state import CellState, check_cell_state
from ..models.run_state import RunState, check_run_state

if TYPE_CHECKING:
    from ..models.cell_attempt import CellAttempt
    from ..models.cell_progress import CellProgress
    from ..models.measured import Measured


T = TypeVar("T", bound="CellView")


@_attrs_define
class CellView:
    """One cell of the matrix.

    Attributes:
        number (int):
        setting (int):
        repeat (int):
        seed (int):
        state (CellState): Where a cell stands. ``completed`` has metrics; a ``skipped`` one was not started, for want
            of money.
        reason (None | str):
        detail (None | str):
        attempt (int): How many runs it has had; 0 before the first.
        run_id (None | str): The run of the latest attempt.
        run_status (None | RunState): Null before the first run, and once that was deleted.
        progress (CellProgress | None):
        cost_usd (float): Of all its runs.
        metrics (Measured | None): Once it is completed.
        attempts (list[CellAttempt]):
        started_at (datetime.datetime | None):
        ended_at (datetime.datetime | None):
    """

    number: int
    setting: int
    repeat: int
    seed: int
    state: CellState
    reason: None | str
    detail: None | str
    attempt: int
    run_id: None | str
    run_status: None | RunState
    progress: CellProgress | None
    cost_usd: float
    metrics: Measured | None
    attempts: list[CellAttempt]
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.cell_progress import CellProgress  # noqa: PLC0415
        from ..models.measured import Measured  # noqa: PLC0415

        number = self.number

        setting = self.setting

        repeat = self.repeat

        seed = self.seed

        state: str = self.state

        reason: None | str
        reason = self.reason

        detail: None | str
        detail = self.detail

        attempt = self.attempt

        run_id: None | str
        run_id = self.run_id

        run_status: None | str
        if isinstance(self.run_status, str):
            run_status = self.run_status
        else:
            run_status = self.run_status

        progress: dict[str, Any] | None
        if isinstance(self.progress, CellProgress):
            progress = self.progress.to_dict()
        else:
            progress = self.progress

        cost_usd = self.cost_usd

        metrics: dict[str, Any] | None
        if isinstance(self.metrics, Measured):
            metrics = self.metrics.to_dict()
        else:
            metrics = self.metrics

        attempts = []
        for attempts_item_data in self.attempts:
            attempts_item = attempts_item_data.to_dict()
            attempts.append(attempts_item)

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "setting": setting,
                "repeat": repeat,
                "seed": seed,
                "state": state,
                "reason": reason,
                "detail": detail,
                "attempt": attempt,
                "run_id": run_id,
                "run_status": run_status,
                "progress": progress,
                "cost_usd": cost_usd,
                "metrics": metrics,
                "attempts": attempts,
                "started_at": started_at,
                "ended_at": ended_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cell_attempt import CellAttempt  # noqa: PLC0415
        from ..models.cell_progress import CellProgress  # noqa: PLC0415
        from ..models.measured import Measured  # noqa: PLC0415

        d = dict(src_dict)
        number = d.pop("number")

        setting = d.pop("setting")

        repeat = d.pop("repeat")

        seed = d.pop("seed")

        state = check_cell_state(d.pop("state"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        def _parse_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        detail = _parse_detail(d.pop("detail"))

        attempt = d.pop("attempt")

        def _parse_run_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        run_id = _parse_run_id(d.pop("run_id"))

        def _parse_run_status(data: object) -> None | RunState:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                run_status_type_0 = check_run_state(data)

                return run_status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RunState, data)

        run_status = _parse_run_status(d.pop("run_status"))

        def _parse_progress(data: object) -> CellProgress | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                progress_type_0 = CellProgress.from_dict(data)

                return progress_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CellProgress | None, data)

        progress = _parse_progress(d.pop("progress"))

        cost_usd = d.pop("cost_usd")

        def _parse_metrics(data: object) -> Measured | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                metrics_type_0 = Measured.from_dict(data)

                return metrics_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Measured | None, data)

        metrics = _parse_metrics(d.pop("metrics"))

        attempts = []
        _attempts = d.pop("attempts")
        for attempts_item_data in _attempts:
            attempts_item = CellAttempt.from_dict(attempts_item_data)

            attempts.append(attempts_item)

        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("started_at"))

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)

                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        cell_view = cls(
            number=number,
            setting=setting,
            repeat=repeat,
            seed=seed,
            state=state,
            reason=reason,
            detail=detail,
            attempt=attempt,
            run_id=run_id,
            run_status=run_status,
            progress=progress,
            cost_usd=cost_usd,
            metrics=metrics,
            attempts=attempts,
            started_at=started_at,
            ended_at=ended_at,
        )

        cell_view.additional_properties = d
        return cell_view

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
