from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RecollectFound")


@_attrs_define
class RecollectFound:
    """What cj had that had not come in by itself.

    Attributes:
        comparisons (int):
        completions (int):
        results (int):
        failures (int):
    """

    comparisons: int
    completions: int
    results: int
    failures: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        comparisons = self.comparisons

        completions = self.completions

        results = self.results

        failures = self.failures

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "comparisons": comparisons,
                "completions": completions,
                "results": results,
                "failures": failures,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        comparisons = d.pop("comparisons")

        completions = d.pop("completions")

        results = d.pop("results")

        failures = d.pop("failures")

        recollect_found = cls(
            comparisons=comparisons,
            completions=completions,
            results=results,
            failures=failures,
        )

        recollect_found.additional_properties = d
        return recollect_found

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
