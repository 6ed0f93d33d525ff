from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Measured")


@_attrs_define
class Measured:
    """The metrics of one run; None is what cannot be computed, as correlations of anchors without grades.

    ``targets_met`` of ``targets`` are those of the alignment report. ``latency_ms`` is the mean time of a
    comparison from question to answer, ``duration_s`` that of the run from its acceptance to its end.

        Attributes:
            tau_a (float | None | Unset):
            tau_b (float | None | Unset):
            spearman (float | None | Unset):
            inversions (int | None | Unset):
            zero_wins (int | None | Unset):
            top_regressions (int | None | Unset):
            targets_met (int | None | Unset):
            targets (int | None | Unset):
            mean_se (float | None | Unset):
            coverage (float | Unset):  Default: 0.0.
            comparisons (int | Unset):  Default: 0.
            comparisons_failed (int | Unset):  Default: 0.
            latency_ms (float | None | Unset):
            duration_s (float | None | Unset):
            cost_usd (float | Unset):  Default: 0.0.
            stop_reason (None | str | Unset):
            partial (bool | Unset):  Default: False.
    """

    tau_a: float | None | Unset = UNSET
    tau_b: float | None | Unset = UNSET
    spearman: float | None | Unset = UNSET
    inversions: int | None | Unset = UNSET
    zero_wins: int | None | Unset = UNSET
    top_regressions: int | None | Unset = UNSET
    targets_met: int | None | Unset = UNSET
    targets: int | None | Unset = UNSET
    mean_se: float | None | Unset = UNSET
    coverage: float | Unset = 0.0
    comparisons: int | Unset = 0
    comparisons_failed: int | Unset = 0
    latency_ms: float | None | Unset = UNSET
    duration_s: float | None | Unset = UNSET
    cost_usd: float | Unset = 0.0
    stop_reason: None | str | Unset = UNSET
    partial: bool | Unset = False
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tau_a: float | None | Unset
        if isinstance(self.tau_a, Unset):
            tau_a = UNSET
        else:
            tau_a = self.tau_a

        tau_b: float | None | Unset
        if isinstance(self.tau_b, Unset):
            tau_b = UNSET
        else:
            tau_b = self.tau_b

        spearman: float | None | Unset
        if isinstance(self.spearman, Unset):
            spearman = UNSET
        else:
            spearman = self.spearman

        inversions: int | None | Unset
        if isinstance(self.inversions, Unset):
            inversions = UNSET
        else:
            inversions = self.inversions

        zero_wins: int | None | Unset
        if isinstance(self.zero_wins, Unset):
            zero_wins = UNSET
        else:
            zero_wins = self.zero_wins

        top_regressions: int | None | Unset
        if isinstance(self.top_regressions, Unset):
            top_regressions = UNSET
        else:
            top_regressions = self.top_regressions

        targets_met: int | None | Unset
        if isinstance(self.targets_met, Unset):
            targets_met = UNSET
        else:
            targets_met = self.targets_met

        targets: int | None | Unset
        if isinstance(self.targets, Unset):
            targets = UNSET
        else:
            targets = self.targets

        mean_se: float | None | Unset
        if isinstance(self.mean_se, Unset):
            mean_se = UNSET
        else:
            mean_se = self.mean_se

        coverage = self.coverage

        comparisons = self.comparisons

        comparisons_failed = self.comparisons_failed

        latency_ms: float | None | Unset
        if isinstance(self.latency_ms, Unset):
            latency_ms = UNSET
        else:
            latency_ms = self.latency_ms

        duration_s: float | None | Unset
        if isinstance(self.duration_s, Unset):
            duration_s = UNSET
        else:
            duration_s = self.duration_s

        cost_usd = self.cost_usd

        stop_reason: None | str | Unset
        if isinstance(self.stop_reason, Unset):
            stop_reason = UNSET
        else:
            stop_reason = self.stop_reason

        partial = self.partial

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if tau_a is not UNSET:
            field_dict["tau_a"] = tau_a
        if tau_b is not UNSET:
            field_dict["tau_b"] = tau_b
        if spearman is not UNSET:
            field_dict["spearman"] = spearman
        if inversions is not UNSET:
            field_dict["inversions"] = inversions
        if zero_wins is not UNSET:
            field_dict["zero_wins"] = zero_wins
        if top_regressions is not UNSET:
            field_dict["top_regressions"] = top_regressions
        if targets_met is not UNSET:
            field_dict["targets_met"] = targets_met
        if targets is not UNSET:
            field_dict["targets"] = targets
        if mean_se is not UNSET:
            field_dict["mean_se"] = mean_se
        if coverage is not UNSET:
            field_dict["coverage"] = coverage
        if comparisons is not UNSET:
            field_dict["comparisons"] = comparisons
        if comparisons_failed is not UNSET:
            field_dict["comparisons_failed"] = comparisons_failed
        if latency_ms is not UNSET:
            field_dict["latency_ms"] = latency_ms
        if duration_s is not UNSET:
            field_dict["duration_s"] = duration_s
        if cost_usd is not UNSET:
            field_dict["cost_usd"] = cost_usd
        if stop_reason is not UNSET:
            field_dict["stop_reason"] = stop_reason
        if partial is not UNSET:
            field_dict["partial"] = partial

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_tau_a(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        tau_a = _parse_tau_a(d.pop("tau_a", UNSET))

        def _parse_tau_b(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        tau_b = _parse_tau_b(d.pop("tau_b", UNSET))

        def _parse_spearman(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        spearman = _parse_spearman(d.pop("spearman", UNSET))

        def _parse_inversions(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        inversions = _parse_inversions(d.pop("inversions", UNSET))

        def _parse_zero_wins(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        zero_wins = _parse_zero_wins(d.pop("zero_wins", UNSET))

        def _parse_top_regressions(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        top_regressions = _parse_top_regressions(d.pop("top_regressions", UNSET))

        def _parse_targets_met(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        targets_met = _parse_targets_met(d.pop("targets_met", UNSET))

        def _parse_targets(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        targets = _parse_targets(d.pop("targets", UNSET))

        def _parse_mean_se(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        mean_se = _parse_mean_se(d.pop("mean_se", UNSET))

        coverage = d.pop("coverage", UNSET)

        comparisons = d.pop("comparisons", UNSET)

        comparisons_failed = d.pop("comparisons_failed", UNSET)

        def _parse_latency_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        latency_ms = _parse_latency_ms(d.pop("latency_ms", UNSET))

        def _parse_duration_s(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        duration_s = _parse_duration_s(d.pop("duration_s", UNSET))

        cost_usd = d.pop("cost_usd", UNSET)

        def _parse_stop_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        stop_reason = _parse_stop_reason(d.pop("stop_reason", UNSET))

        partial = d.pop("partial", UNSET)

        measured = cls(
            tau_a=tau_a,
            tau_b=tau_b,
            spearman=spearman,
            inversions=inversions,
            zero_wins=zero_wins,
            top_regressions=top_regressions,
            targets_met=targets_met,
            targets=targets,
            mean_se=mean_se,
            coverage=coverage,
            comparisons=comparisons,
            comparisons_failed=comparisons_failed,
            latency_ms=latency_ms,
            duration_s=duration_s,
            cost_usd=cost_usd,
            stop_reason=stop_reason,
            partial=partial,
        )

        measured.additional_properties = d
        return measured

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
