from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ListExperimentCellsResponse200ItemsItem")


@_attrs_define
class ListExperimentCellsResponse200ItemsItem:
    """
    Attributes:
        cell (int | None): the number of the cell, in the order in which cells start
        setting (int | None): the number of its setting
        prompt (None | str): the level of the factor prompt
        rubric (None | str): the level of the factor rubric
        model (None | str): the level of the factor model
        reasoning_effort (None | str): the level of the factor reasoning_effort
        repeat (int | None): counts the seeds from 1
        seed (int | None): the seed of its run
        state (None | str): waiting, running, completed, failed, skipped or cancelled
        reason (None | str): why it has no metrics
        attempt (int | None): how many runs it has had
        run_id (None | str): its latest run
        partial (bool | None): its run ended without all that was asked for
        stop_reason (None | str): why its run asked no more
        coverage (float | None): share of anchors with a grade; correlations need all of them
        targets (int | None): targets of the alignment report that could be computed
        tau_a (float | None): Kendall's tau-a against the experts' ranks, ties of grades cost nothing
        tau_b (float | None): Kendall's tau-b against the expert grades
        spearman (float | None): Spearman's rho against the expert grades
        inversions (float | None): pairs of anchors in which the worse grade won by majority
        zero_wins (float | None): anchors that won nothing
        top_regressions (float | None): anchors of the two best grades that rank below a lower grade
        targets_met (float | None): targets of the alignment report that are met
        mean_se (float | None): mean standard error of the anchors, in logits
        comparisons (float | None): comparisons with a verdict
        comparisons_failed (float | None): comparisons without a verdict
        latency_ms (float | None): mean time of a comparison, in milliseconds
        duration_s (float | None): from the run's acceptance to its end, in seconds
        cost_usd (float | None): what the run cost, in US dollars
    """

    cell: int | None
    setting: int | None
    prompt: None | str
    rubric: None | str
    model: None | str
    reasoning_effort: None | str
    repeat: int | None
    seed: int | None
    state: None | str
    reason: None | str
    attempt: int | None
    run_id: None | str
    partial: bool | None
    stop_reason: None | str
    coverage: float | None
    targets: int | None
    tau_a: float | None
    tau_b: float | None
    spearman: float | None
    inversions: float | None
    zero_wins: float | None
    top_regressions: float | None
    targets_met: float | None
    mean_se: float | None
    comparisons: float | None
    comparisons_failed: float | None
    latency_ms: float | None
    duration_s: float | None
    cost_usd: float | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cell: int | None
        cell = self.cell

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

        repeat: int | None
        repeat = self.repeat

        seed: int | None
        seed = self.seed

        state: None | str
        state = self.state

        reason: None | str
        reason = self.reason

        attempt: int | None
        attempt = self.attempt

        run_id: None | str
        run_id = self.run_id

        partial: bool | None
        partial = self.partial

        stop_reason: None | str
        stop_reason = self.stop_reason

        coverage: float | None
        coverage = self.coverage

        targets: int | None
        targets = self.targets

        tau_a: float | None
        tau_a = self.tau_a

        tau_b: float | None
        tau_b = self.tau_b

        spearman: float | None
        spearman = self.spearman

        inversions: float | None
        inversions = self.inversions

        zero_wins: float | None
        zero_wins = self.zero_wins

        top_regressions: float | None
        top_regressions = self.top_regressions

        targets_met: float | None
        targets_met = self.targets_met

        mean_se: float | None
        mean_se = self.mean_se

        comparisons: float | None
        comparisons = self.comparisons

        comparisons_failed: float | None
        comparisons_failed = self.comparisons_failed

        latency_ms: float | None
        latency_ms = self.latency_ms

        duration_s: float | None
        duration_s = self.duration_s

        cost_usd: float | None
        cost_usd = self.cost_usd

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cell": cell,
                "setting": setting,
                "prompt": prompt,
                "rubric": rubric,
                "model": model,
                "reasoning_effort": reasoning_effort,
                "repeat": repeat,
                "seed": seed,
                "state": state,
                "reason": reason,
                "attempt": attempt,
                "run_id": run_id,
                "partial": partial,
                "stop_reason": stop_reason,
                "coverage": coverage,
                "targets": targets,
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
        d = dict(src_dict)

        def _parse_cell(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        cell = _parse_cell(d.pop("cell"))

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

        def _parse_repeat(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        repeat = _parse_repeat(d.pop("repeat"))

        def _parse_seed(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        seed = _parse_seed(d.pop("seed"))

        def _parse_state(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        state = _parse_state(d.pop("state"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        def _parse_attempt(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        attempt = _parse_attempt(d.pop("attempt"))

        def _parse_run_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        run_id = _parse_run_id(d.pop("run_id"))

        def _parse_partial(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        partial = _parse_partial(d.pop("partial"))

        def _parse_stop_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        stop_reason = _parse_stop_reason(d.pop("stop_reason"))

        def _parse_coverage(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        coverage = _parse_coverage(d.pop("coverage"))

        def _parse_targets(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        targets = _parse_targets(d.pop("targets"))

        def _parse_tau_a(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tau_a = _parse_tau_a(d.pop("tau_a"))

        def _parse_tau_b(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tau_b = _parse_tau_b(d.pop("tau_b"))

        def _parse_spearman(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        spearman = _parse_spearman(d.pop("spearman"))

        def _parse_inversions(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        inversions = _parse_inversions(d.pop("inversions"))

        def _parse_zero_wins(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        zero_wins = _parse_zero_wins(d.pop("zero_wins"))

        def _parse_top_regressions(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        top_regressions = _parse_top_regressions(d.pop("top_regressions"))

        def _parse_targets_met(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        targets_met = _parse_targets_met(d.pop("targets_met"))

        def _parse_mean_se(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mean_se = _parse_mean_se(d.pop("mean_se"))

        def _parse_comparisons(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        comparisons = _parse_comparisons(d.pop("comparisons"))

        def _parse_comparisons_failed(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        comparisons_failed = _parse_comparisons_failed(d.pop("comparisons_failed"))

        def _parse_latency_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        latency_ms = _parse_latency_ms(d.pop("latency_ms"))

        def _parse_duration_s(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        duration_s = _parse_duration_s(d.pop("duration_s"))

        def _parse_cost_usd(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        cost_usd = _parse_cost_usd(d.pop("cost_usd"))

        list_experiment_cells_response_200_items_item = cls(
            cell=cell,
            setting=setting,
            prompt=prompt,
            rubric=rubric,
            model=model,
            reasoning_effort=reasoning_effort,
            repeat=repeat,
            seed=seed,
            state=state,
            reason=reason,
            attempt=attempt,
            run_id=run_id,
            partial=partial,
            stop_reason=stop_reason,
            coverage=coverage,
            targets=targets,
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

        list_experiment_cells_response_200_items_item.additional_properties = d
        return list_experiment_cells_response_200_items_item

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
