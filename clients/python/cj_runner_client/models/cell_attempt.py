from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CellAttempt")


@_attrs_define
class CellAttempt:
    """One run of a cell; `run_status` and `ended_at` are null while it goes on.

    Attributes:
        attempt (int):
        run_id (str):
        run_status (None | str):
        max_cost_usd (float): Its share of the cap.
        cost_usd (float):
        started_at (datetime.datetime):
        ended_at (datetime.datetime | None):
    """

    attempt: int
    run_id: str
    run_status: None | str
    max_cost_usd: float
    cost_usd: float
    started_at: datetime.datetime
    ended_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attempt = self.attempt

        run_id = self.run_id

        run_status: None | str
        run_status = self.run_status

        max_cost_usd = self.max_cost_usd

        cost_usd = self.cost_usd

        started_at = self.started_at.isoformat()

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempt": attempt,
                "run_id": run_id,
                "run_status": run_status,
                "max_cost_usd": max_cost_usd,
                "cost_usd": cost_usd,
                "started_at": started_at,
                "ended_at": ended_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        attempt = d.pop("attempt")

        run_id = d.pop("run_id")

        def _parse_run_status(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        run_status = _parse_run_status(d.pop("run_status"))

        max_cost_usd = d.pop("max_cost_usd")

        cost_usd = d.pop("cost_usd")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

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

        cell_attempt = cls(
            attempt=attempt,
            run_id=run_id,
            run_status=run_status,
            max_cost_usd=max_cost_usd,
            cost_usd=cost_usd,
            started_at=started_at,
            ended_at=ended_at,
        )

        cell_attempt.additional_properties = d
        return cell_attempt

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
