from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="ScaleAgreement")


@_attrs_define
class ScaleAgreement:
    """How the two scales agree over the shared essays; null where one of them has no spread.

    Attributes:
        spearman (float | None):
        tau_b (float | None):
        spread_ratio (float | None): Standard deviation of the other's scores / the baseline's.
        moved (int): Essays whose scores differ by more than 1.96 standard errors.
    """

    spearman: float | None
    tau_b: float | None
    spread_ratio: float | None
    moved: int

    def to_dict(self) -> dict[str, Any]:
        spearman: float | None
        spearman = self.spearman

        tau_b: float | None
        tau_b = self.tau_b

        spread_ratio: float | None
        spread_ratio = self.spread_ratio

        moved = self.moved

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "spearman": spearman,
                "tau_b": tau_b,
                "spread_ratio": spread_ratio,
                "moved": moved,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_spearman(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        spearman = _parse_spearman(d.pop("spearman"))

        def _parse_tau_b(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tau_b = _parse_tau_b(d.pop("tau_b"))

        def _parse_spread_ratio(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        spread_ratio = _parse_spread_ratio(d.pop("spread_ratio"))

        moved = d.pop("moved")

        scale_agreement = cls(
            spearman=spearman,
            tau_b=tau_b,
            spread_ratio=spread_ratio,
            moved=moved,
        )

        return scale_agreement
