from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Resampling")


@_attrs_define
class Resampling:
    """What was drawn, so that it can be drawn again.

    Attributes:
        seed (int):
        draws_over_essays (int):
        draws_over_pairs (int): Fewer where refitting so many essays so often would take too long.
        level (float):
    """

    seed: int
    draws_over_essays: int
    draws_over_pairs: int
    level: float

    def to_dict(self) -> dict[str, Any]:
        seed = self.seed

        draws_over_essays = self.draws_over_essays

        draws_over_pairs = self.draws_over_pairs

        level = self.level

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "seed": seed,
                "draws_over_essays": draws_over_essays,
                "draws_over_pairs": draws_over_pairs,
                "level": level,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        seed = d.pop("seed")

        draws_over_essays = d.pop("draws_over_essays")

        draws_over_pairs = d.pop("draws_over_pairs")

        level = d.pop("level")

        resampling = cls(
            seed=seed,
            draws_over_essays=draws_over_essays,
            draws_over_pairs=draws_over_pairs,
            level=level,
        )

        return resampling
