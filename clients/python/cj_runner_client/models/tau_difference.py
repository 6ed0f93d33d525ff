from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.tau_difference_statistic import (
    TauDifferenceStatistic,
    check_tau_difference_statistic,
)

if TYPE_CHECKING:
    from ..models.spread import Spread


T = TypeVar("T", bound="TauDifference")


@_attrs_define
class TauDifference:
    """The other run's tau - the baseline's over the shared anchors, with two bootstraps of it.

    ``over_essays``: the anchors are drawn again, the same for both runs: would other essays like these tell the
    same? ``over_pairs``: the pairs are drawn again with all verdicts on them, the same for both runs, and both
    scales are fitted anew: would these essays, had other pairs been asked?

        Attributes:
            statistic (TauDifferenceStatistic):
            baseline (float):
            other (float):
            difference (float):
            over_essays (None | Spread):
            over_pairs (None | Spread):
    """

    statistic: TauDifferenceStatistic
    baseline: float
    other: float
    difference: float
    over_essays: None | Spread
    over_pairs: None | Spread

    def to_dict(self) -> dict[str, Any]:
        from ..models.spread import Spread  # noqa: PLC0415

        statistic: str = self.statistic

        baseline = self.baseline

        other = self.other

        difference = self.difference

        over_essays: dict[str, Any] | None
        if isinstance(self.over_essays, Spread):
            over_essays = self.over_essays.to_dict()
        else:
            over_essays = self.over_essays

        over_pairs: dict[str, Any] | None
        if isinstance(self.over_pairs, Spread):
            over_pairs = self.over_pairs.to_dict()
        else:
            over_pairs = self.over_pairs

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "statistic": statistic,
                "baseline": baseline,
                "other": other,
                "difference": difference,
                "over_essays": over_essays,
                "over_pairs": over_pairs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.spread import Spread  # noqa: PLC0415

        d = dict(src_dict)
        statistic = check_tau_difference_statistic(d.pop("statistic"))

        baseline = d.pop("baseline")

        other = d.pop("other")

        difference = d.pop("difference")

        def _parse_over_essays(data: object) -> None | Spread:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                over_essays_type_0 = Spread.from_dict(data)

                return over_essays_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Spread, data)

        over_essays = _parse_over_essays(d.pop("over_essays"))

        def _parse_over_pairs(data: object) -> None | Spread:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                over_pairs_type_0 = Spread.from_dict(data)

                return over_pairs_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Spread, data)

        over_pairs = _parse_over_pairs(d.pop("over_pairs"))

        tau_difference = cls(
            statistic=statistic,
            baseline=baseline,
            other=other,
            difference=difference,
            over_essays=over_essays,
            over_pairs=over_pairs,
        )

        return tau_difference
