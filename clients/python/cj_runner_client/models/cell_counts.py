from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CellCounts")


@_attrs_define
class CellCounts:
    """Cells by state.

    Attributes:
        waiting (int):
        running (int):
        completed (int):
        failed (int):
        skipped (int):
        cancelled (int):
    """

    waiting: int
    running: int
    completed: int
    failed: int
    skipped: int
    cancelled: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        waiting = self.waiting

        running = self.running

        completed = self.completed

        failed = self.failed

        skipped = self.skipped

        cancelled = self.cancelled

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "waiting": waiting,
                "running": running,
                "completed": completed,
                "failed": failed,
                "skipped": skipped,
                "cancelled": cancelled,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        waiting = d.pop("waiting")

        running = d.pop("running")

        completed = d.pop("completed")

        failed = d.pop("failed")

        skipped = d.pop("skipped")

        cancelled = d.pop("cancelled")

        cell_counts = cls(
            waiting=waiting,
            running=running,
            completed=completed,
            failed=failed,
            skipped=skipped,
            cancelled=cancelled,
        )

        cell_counts.additional_properties = d
        return cell_counts

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
