from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CellBudget")


@_attrs_define
class CellBudget:
    """The budget of each run; its ``max_cost_usd`` is the share of the cap that each run gets.

    Attributes:
        max_comparisons (int | None | Unset):
        max_cost_usd (float | None | Unset): What one run may cost; null: shared out of the experiment's cap by what
            runs need.
        completion_timeout_s (float | Unset):  Default: 1800.0.
    """

    max_comparisons: int | None | Unset = UNSET
    max_cost_usd: float | None | Unset = UNSET
    completion_timeout_s: float | Unset = 1800.0

    def to_dict(self) -> dict[str, Any]:
        max_comparisons: int | None | Unset
        if isinstance(self.max_comparisons, Unset):
            max_comparisons = UNSET
        else:
            max_comparisons = self.max_comparisons

        max_cost_usd: float | None | Unset
        if isinstance(self.max_cost_usd, Unset):
            max_cost_usd = UNSET
        else:
            max_cost_usd = self.max_cost_usd

        completion_timeout_s = self.completion_timeout_s

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if max_comparisons is not UNSET:
            field_dict["max_comparisons"] = max_comparisons
        if max_cost_usd is not UNSET:
            field_dict["max_cost_usd"] = max_cost_usd
        if completion_timeout_s is not UNSET:
            field_dict["completion_timeout_s"] = completion_timeout_s

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_max_comparisons(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_comparisons = _parse_max_comparisons(d.pop("max_comparisons", UNSET))

        def _parse_max_cost_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        max_cost_usd = _parse_max_cost_usd(d.pop("max_cost_usd", UNSET))

        completion_timeout_s = d.pop("completion_timeout_s", UNSET)

        cell_budget = cls(
            max_comparisons=max_comparisons,
            max_cost_usd=max_cost_usd,
            completion_timeout_s=completion_timeout_s,
        )

        return cell_budget
