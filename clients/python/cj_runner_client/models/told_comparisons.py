from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ToldComparisons")


@_attrs_define
class ToldComparisons:
    """Counts of comparisons, as in the resource of the run.

    Attributes:
        asked (int):
        received (int):
        succeeded (int):
        failed (int):
        late (int):
        total (int | None):
    """

    asked: int
    received: int
    succeeded: int
    failed: int
    late: int
    total: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asked = self.asked

        received = self.received

        succeeded = self.succeeded

        failed = self.failed

        late = self.late

        total: int | None
        total = self.total

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asked": asked,
                "received": received,
                "succeeded": succeeded,
                "failed": failed,
                "late": late,
                "total": total,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        asked = d.pop("asked")

        received = d.pop("received")

        succeeded = d.pop("succeeded")

        failed = d.pop("failed")

        late = d.pop("late")

        def _parse_total(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        total = _parse_total(d.pop("total"))

        told_comparisons = cls(
            asked=asked,
            received=received,
            succeeded=succeeded,
            failed=failed,
            late=late,
            total=total,
        )

        told_comparisons.additional_properties = d
        return told_comparisons

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
