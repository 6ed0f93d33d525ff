from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.stop_rule import StopRule, check_stop_rule
from ..types import UNSET, Unset

T = TypeVar("T", bound="Stop")


@_attrs_define
class Stop:
    """When asking stops: when scores stand still, when they are exact enough, or only at the budget.

    ``threshold`` (largest change of a score) and ``target_mean_se`` are in logits; ``target_band_share`` is the
    mean standard error as a share of the width of a grade band. Null leaves a number to the engine.

        Attributes:
            rule (StopRule | Unset): Where it is left out, a target of precision names `precision`. Default: 'stability'.
            min_comparisons (int | None | Unset):
            threshold (float | None | Unset):
            target_mean_se (float | None | Unset):
            target_band_share (float | None | Unset):
    """

    rule: StopRule | Unset = "stability"
    min_comparisons: int | None | Unset = UNSET
    threshold: float | None | Unset = UNSET
    target_mean_se: float | None | Unset = UNSET
    target_band_share: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        rule: str | Unset = UNSET
        if not isinstance(self.rule, Unset):
            rule = self.rule

        min_comparisons: int | None | Unset
        if isinstance(self.min_comparisons, Unset):
            min_comparisons = UNSET
        else:
            min_comparisons = self.min_comparisons

        threshold: float | None | Unset
        if isinstance(self.threshold, Unset):
            threshold = UNSET
        else:
            threshold = self.threshold

        target_mean_se: float | None | Unset
        if isinstance(self.target_mean_se, Unset):
            target_mean_se = UNSET
        else:
            target_mean_se = self.target_mean_se

        target_band_share: float | None | Unset
        if isinstance(self.target_band_share, Unset):
            target_band_share = UNSET
        else:
            target_band_share = self.target_band_share

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if rule is not UNSET:
            field_dict["rule"] = rule
        if min_comparisons is not UNSET:
            field_dict["min_comparisons"] = min_comparisons
        if threshold is not UNSET:
            field_dict["threshold"] = threshold
        if target_mean_se is not UNSET:
            field_dict["target_mean_se"] = target_mean_se
        if target_band_share is not UNSET:
            field_dict["target_band_share"] = target_band_share

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _rule = d.pop("rule", UNSET)
        rule: StopRule | Unset
        if isinstance(_rule, Unset):
            rule = UNSET
        else:
            rule = check_stop_rule(_rule)

        def _parse_min_comparisons(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        min_comparisons = _parse_min_comparisons(d.pop("min_comparisons", UNSET))

        def _parse_threshold(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        threshold = _parse_threshold(d.pop("threshold", UNSET))

        def _parse_target_mean_se(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        target_mean_se = _parse_target_mean_se(d.pop("target_mean_se", UNSET))

        def _parse_target_band_share(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        target_band_share = _parse_target_band_share(d.pop("target_band_share", UNSET))

        stop = cls(
            rule=rule,
            min_comparisons=min_comparisons,
            threshold=threshold,
            target_mean_se=target_mean_se,
            target_band_share=target_band_share,
        )

        return stop
