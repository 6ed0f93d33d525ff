from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.list_experiment_results_response_200_items_item_comparisons import (
        ListExperimentResultsResponse200ItemsItemComparisons,
    )
    from ..models.list_experiment_results_response_200_items_item_comparisons_failed import (
        ListExperimentResultsResponse200ItemsItemComparisonsFailed,
    )
    from ..models.list_experiment_results_response_200_items_item_cost_usd import (
        ListExperimentResultsResponse200ItemsItemCostUsd,
    )
    from ..models.list_experiment_results_response_200_items_item_duration_s import (
        ListExperimentResultsResponse200ItemsItemDurationS,
    )
    from ..models.list_experiment_results_response_200_items_item_inversions import (
        ListExperimentResultsResponse200ItemsItemInversions,
    )
    from ..models.list_experiment_results_response_200_items_item_latency_ms import (
        ListExperimentResultsResponse200ItemsItemLatencyMs,
    )
    from ..models.list_experiment_results_response_200_items_item_mean_se import (
        ListExperimentResultsResponse200ItemsItemMeanSe,
    )
    from ..models.list_experiment_results_response_200_items_item_spearman import (
        ListExperimentResultsResponse200ItemsItemSpearman,
    )
    from ..models.list_experiment_results_response_200_items_item_targets_met import (
        ListExperimentResultsResponse200ItemsItemTargetsMet,
    )
    from ..models.list_experiment_results_response_200_items_item_tau_a import (
        ListExperimentResultsResponse200ItemsItemTauA,
    )
    from ..models.list_experiment_results_response_200_items_item_tau_b import (
        ListExperimentResultsResponse200ItemsItemTauB,
    )
    from ..models.list_experiment_results_response_200_items_item_top_regressions import (
        ListExperimentResultsResponse200ItemsItemTopRegressions,
    )
    from ..models.list_experiment_results_response_200_items_item_zero_wins import (
        ListExperimentResultsResponse200ItemsItemZeroWins,
    )


T = TypeVar("T", bound="ListExperimentResultsResponse200ItemsItem")


@_attrs_define
class ListExperimentResultsResponse200ItemsItem:
    """
    Attributes:
        setting (int | None): the number of the setting
        prompt (None | str): the level of the factor prompt
        rubric (None | str): the level of the factor rubric
        model (None | str): the level of the factor model
        reasoning_effort (None | str): the level of the factor reasoning_effort
        cells (int | None): cells of the setting, one for each seed
        completed (int | None): cells that have metrics
        best (bool | None): it has the best mean of the criterion
        recommended (bool | None): it is the cheapest of those within one standard error of the best
        on_frontier (bool | None): no other setting is as good and cheaper, or better and no dearer
        tau_a (ListExperimentResultsResponse200ItemsItemTauA): tau_a by grade
        tau_b (ListExperimentResultsResponse200ItemsItemTauB): tau_b by grade
        spearman (ListExperimentResultsResponse200ItemsItemSpearman): spearman by grade
        inversions (ListExperimentResultsResponse200ItemsItemInversions): inversions by grade
        zero_wins (ListExperimentResultsResponse200ItemsItemZeroWins): zero_wins by grade
        top_regressions (ListExperimentResultsResponse200ItemsItemTopRegressions): top_regressions by grade
        targets_met (ListExperimentResultsResponse200ItemsItemTargetsMet): targets_met by grade
        mean_se (ListExperimentResultsResponse200ItemsItemMeanSe): mean_se by grade
        comparisons (ListExperimentResultsResponse200ItemsItemComparisons): comparisons by grade
        comparisons_failed (ListExperimentResultsResponse200ItemsItemComparisonsFailed): comparisons_failed by grade
        latency_ms (ListExperimentResultsResponse200ItemsItemLatencyMs): latency_ms by grade
        duration_s (ListExperimentResultsResponse200ItemsItemDurationS): duration_s by grade
        cost_usd (ListExperimentResultsResponse200ItemsItemCostUsd): cost_usd by grade
    """

    setting: int | None
    prompt: None | str
    rubric: None | str
    model: None | str
    reasoning_effort: None | str
    cells: int | None
    completed: int | None
    best: bool | None
    recommended: bool | None
    on_frontier: bool | None
    tau_a: ListExperimentResultsResponse200ItemsItemTauA
    tau_b: ListExperimentResultsResponse200ItemsItemTauB
    spearman: ListExperimentResultsResponse200ItemsItemSpearman
    inversions: ListExperimentResultsResponse200ItemsItemInversions
    zero_wins: ListExperimentResultsResponse200ItemsItemZeroWins
    top_regressions: ListExperimentResultsResponse200ItemsItemTopRegressions
    targets_met: ListExperimentResultsResponse200ItemsItemTargetsMet
    mean_se: ListExperimentResultsResponse200ItemsItemMeanSe
    comparisons: ListExperimentResultsResponse200ItemsItemComparisons
    comparisons_failed: ListExperimentResultsResponse200ItemsItemComparisonsFailed
    latency_ms: ListExperimentResultsResponse200ItemsItemLatencyMs
    duration_s: ListExperimentResultsResponse200ItemsItemDurationS
    cost_usd: ListExperimentResultsResponse200ItemsItemCostUsd
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        setting: int | None
        setting = self.setting

        prompt: None | str
        prompt = self.prompt

        rubric: None | str
        rubric = self.rubric

        model: None | str
        model = self.model

        reasoning_effort: None | str
        reasoning_effort = self.reasoning_effort

        cells: int | None
        cells = self.cells

        completed: int | None
        completed = self.completed

        best: bool | None
        best = self.best

        recommended: bool | None
        recommended = self.recommended

        on_frontier: bool | None
        on_frontier = self.on_frontier

        tau_a = self.tau_a.to_dict()

        tau_b = self.tau_b.to_dict()

        spearman = self.spearman.to_dict()

        inversions = self.inversions.to_dict()

        zero_wins = self.zero_wins.to_dict()

        top_regressions = self.top_regressions.to_dict()

        targets_met = self.targets_met.to_dict()

        mean_se = self.mean_se.to_dict()

        comparisons = self.comparisons.to_dict()

        comparisons_failed = self.comparisons_failed.to_dict()

        latency_ms = self.latency_ms.to_dict()

        duration_s = self.duration_s.to_dict()

        cost_usd = self.cost_usd.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "setting": setting,
                "prompt": prompt,
                "rubric": rubric,
                "model": model,
                "reasoning_effort": reasoning_effort,
                "cells": cells,
                "completed": completed,
                "best": best,
                "recommended": recommended,
                "on_frontier": on_frontier,
                "tau_a": tau_a,
                "tau_b": tau_b,
                "spearman": spearman,
                "inversions": inversions,
                "zero_wins": zero_wins,
                "top_regressions": top_regressions,
                "targets_met": targets_met,
                "mean_se": mean_se,
                "comparisons": comparisons,
                "comparisons_failed": comparisons_failed,
                "latency_ms": latency_ms,
                "duration_s": duration_s,
                "cost_usd": cost_usd,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.list_experiment_results_response_200_items_item_comparisons import (
            ListExperimentResultsResponse200ItemsItemComparisons,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_comparisons_failed import (
            ListExperimentResultsResponse200ItemsItemComparisonsFailed,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_cost_usd import (
            ListExperimentResultsResponse200ItemsItemCostUsd,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_duration_s import (
            ListExperimentResultsResponse200ItemsItemDurationS,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_inversions import (
            ListExperimentResultsResponse200ItemsItemInversions,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_latency_ms import (
            ListExperimentResultsResponse200ItemsItemLatencyMs,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_mean_se import (
            ListExperimentResultsResponse200ItemsItemMeanSe,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_spearman import (
            ListExperimentResultsResponse200ItemsItemSpearman,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_targets_met import (
            ListExperimentResultsResponse200ItemsItemTargetsMet,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_tau_a import (
            ListExperimentResultsResponse200ItemsItemTauA,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_tau_b import (
            ListExperimentResultsResponse200ItemsItemTauB,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_top_regressions import (
            ListExperimentResultsResponse200ItemsItemTopRegressions,  # noqa: PLC0415
        )
        from ..models.list_experiment_results_response_200_items_item_zero_wins import (
            ListExperimentResultsResponse200ItemsItemZeroWins,  # noqa: PLC0415
        )

        d = dict(src_dict)

        def _parse_setting(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        setting = _parse_setting(d.pop("setting"))

        def _parse_prompt(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        prompt = _parse_prompt(d.pop("prompt"))

        def _parse_rubric(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        rubric = _parse_rubric(d.pop("rubric"))

        def _parse_model(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        model = _parse_model(d.pop("model"))

        def _parse_reasoning_effort(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reasoning_effort = _parse_reasoning_effort(d.pop("reasoning_effort"))

        def _parse_cells(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        cells = _parse_cells(d.pop("cells"))

        def _parse_completed(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        completed = _parse_completed(d.pop("completed"))

        def _parse_best(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        best = _parse_best(d.pop("best"))

        def _parse_recommended(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        recommended = _parse_recommended(d.pop("recommended"))

        def _parse_on_frontier(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        on_frontier = _parse_on_frontier(d.pop("on_frontier"))

        tau_a = ListExperimentResultsResponse200ItemsItemTauA.from_dict(d.pop("tau_a"))

        tau_b = ListExperimentResultsResponse200ItemsItemTauB.from_dict(d.pop("tau_b"))

        spearman = ListExperimentResultsResponse200ItemsItemSpearman.from_dict(
            d.pop("spearman")
        )

        inversions = ListExperimentResultsResponse200ItemsItemInversions.from_dict(
            d.pop("inversions")
        )

        zero_wins = ListExperimentResultsResponse200ItemsItemZeroWins.from_dict(
            d.pop("zero_wins")
        )

        top_regressions = (
            ListExperimentResultsResponse200ItemsItemTopRegressions.from_dict(
                d.pop("top_regressions")
            )
        )

        targets_met = ListExperimentResultsResponse200ItemsItemTargetsMet.from_dict(
            d.pop("targets_met")
        )

        mean_se = ListExperimentResultsResponse200ItemsItemMeanSe.from_dict(
            d.pop("mean_se")
        )

        comparisons = ListExperimentResultsResponse200ItemsItemComparisons.from_dict(
            d.pop("comparisons")
        )

        comparisons_failed = (
            ListExperimentResultsResponse200ItemsItemComparisonsFailed.from_dict(
                d.pop("comparisons_failed")
            )
        )

        latency_ms = ListExperimentResultsResponse200ItemsItemLatencyMs.from_dict(
            d.pop("latency_ms")
        )

        duration_s = ListExperimentResultsResponse200ItemsItemDurationS.from_dict(
            d.pop("duration_s")
        )

        cost_usd = ListExperimentResultsResponse200ItemsItemCostUsd.from_dict(
            d.pop("cost_usd")
        )

        list_experiment_results_response_200_items_item = cls(
            setting=setting,
            prompt=prompt,
            rubric=rubric,
            model=model,
            reasoning_effort=reasoning_effort,
            cells=cells,
            completed=completed,
            best=best,
            recommended=recommended,
            on_frontier=on_frontier,
            tau_a=tau_a,
            tau_b=tau_b,
            spearman=spearman,
            inversions=inversions,
            zero_wins=zero_wins,
            top_regressions=top_regressions,
            targets_met=targets_met,
            mean_se=mean_se,
            comparisons=comparisons,
            comparisons_failed=comparisons_failed,
            latency_ms=latency_ms,
            duration_s=duration_s,
            cost_usd=cost_usd,
        )

        list_experiment_results_response_200_items_item.additional_properties = d
        return list_experiment_results_response_200_items_item

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
