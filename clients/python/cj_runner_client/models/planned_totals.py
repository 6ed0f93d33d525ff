from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PlannedTotals")


@_attrs_define
class PlannedTotals:
    """All cells together; null where a part of the sum is not known.

    Attributes:
        settings (int):
        repeats (int):
        cells (int):
        comparisons_at_least (int | None):
        comparisons_at_most (int | None):
        usd_expected (float | None):
        usd_at_most (float | None):
        cells_started_at_most_cost (int): How many cells the cap does for if each costs all it is given; the others
            would be skipped.
    """

    settings: int
    repeats: int
    cells: int
    comparisons_at_least: int | None
    comparisons_at_most: int | None
    usd_expected: float | None
    usd_at_most: float | None
    cells_started_at_most_cost: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        settings = self.settings

        repeats = self.repeats

        cells = self.cells

        comparisons_at_least: int | None
        comparisons_at_least = self.comparisons_at_least

        comparisons_at_most: int | None
        comparisons_at_most = self.comparisons_at_most

        usd_expected: float | None
        usd_expected = self.usd_expected

        usd_at_most: float | None
        usd_at_most = self.usd_at_most

        cells_started_at_most_cost = self.cells_started_at_most_cost

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "settings": settings,
                "repeats": repeats,
                "cells": cells,
                "comparisons_at_least": comparisons_at_least,
                "comparisons_at_most": comparisons_at_most,
                "usd_expected": usd_expected,
                "usd_at_most": usd_at_most,
                "cells_started_at_most_cost": cells_started_at_most_cost,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        settings = d.pop("settings")

        repeats = d.pop("repeats")

        cells = d.pop("cells")

        def _parse_comparisons_at_least(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        comparisons_at_least = _parse_comparisons_at_least(
            d.pop("comparisons_at_least")
        )

        def _parse_comparisons_at_most(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        comparisons_at_most = _parse_comparisons_at_most(d.pop("comparisons_at_most"))

        def _parse_usd_expected(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        usd_expected = _parse_usd_expected(d.pop("usd_expected"))

        def _parse_usd_at_most(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        usd_at_most = _parse_usd_at_most(d.pop("usd_at_most"))

        cells_started_at_most_cost = d.pop("cells_started_at_most_cost")

        planned_totals = cls(
            settings=settings,
            repeats=repeats,
            cells=cells,
            comparisons_at_least=comparisons_at_least,
            comparisons_at_most=comparisons_at_most,
            usd_expected=usd_expected,
            usd_at_most=usd_at_most,
            cells_started_at_most_cost=cells_started_at_most_cost,
        )

        planned_totals.additional_properties = d
        return planned_totals

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
