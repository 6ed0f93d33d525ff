from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CellCounts")


@_attrs_define
class CellCounts:
    """Cells by state.

    Attributes:
        waiting (int | Unset):  Default: 0.
        running (int | Unset):  Default: 0.
        completed (int | Unset):  Default: 0.
        failed (int | Unset):  Default: 0.
        skipped (int | Unset):  Default: 0.
        cancelled (int | Unset):  Default: 0.
    """

    waiting: int | Unset = 0
    running: int | Unset = 0
    completed: int | Unset = 0
    failed: int | Unset = 0
    skipped: int | Unset = 0
    cancelled: int | Unset = 0
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
        field_dict.update({})
        if waiting is not UNSET:
            field_dict["waiting"] = waiting
        if running is not UNSET:
            field_dict["running"] = running
        if completed is not UNSET:
            field_dict["completed"] = completed
        if failed is not UNSET:
            field_dict["failed"] = failed
        if skipped is not UNSET:
            field_dict["skipped"] = skipped
        if cancelled is not UNSET:
            field_dict["cancelled"] = cancelled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        waiting = d.pop("waiting", UNSET)

        running = d.pop("running", UNSET)

        completed = d.pop("completed", UNSET)

        failed = d.pop("failed", UNSET)

        skipped = d.pop("skipped", UNSET)

        cancelled = d.pop("cancelled", UNSET)

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
