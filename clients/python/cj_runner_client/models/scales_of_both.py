from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ScalesOfBoth")


@_attrs_define
class ScalesOfBoth:
    """The scales fitted to the two sets of verdicts, over the essays that both compared.

    Attributes:
        essays (int):
        pearson (float):
        spearman (float):
        tau_b (float):
    """

    essays: int
    pearson: float
    spearman: float
    tau_b: float

    def to_dict(self) -> dict[str, Any]:
        essays = self.essays

        pearson = self.pearson

        spearman = self.spearman

        tau_b = self.tau_b

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "essays": essays,
                "pearson": pearson,
                "spearman": spearman,
                "tau_b": tau_b,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        essays = d.pop("essays")

        pearson = d.pop("pearson")

        spearman = d.pop("spearman")

        tau_b = d.pop("tau_b")

        scales_of_both = cls(
            essays=essays,
            pearson=pearson,
            spearman=spearman,
            tau_b=tau_b,
        )

        return scales_of_both
