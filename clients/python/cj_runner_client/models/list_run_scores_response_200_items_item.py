from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ListRunScoresResponse200ItemsItem")


@_attrs_define
class ListRunScoresResponse200ItemsItem:
    """
    Attributes:
        rank (int | None): 1 is the best
        essay_id (None | str): the id that travelled
        artefact_id (None | str): the name in the artefact; null for an anchor that only the engine knows
        name (None | str): the name in reports
        file_name (None | str): the file in the package
        role (None | str): anchor or student
        expert_grade (None | str): an anchor's grade by the experts
        grade (None | str): the grade that the engine gave
        score (float | None): theta, in logits
        standard_error (float | None): of the score, in logits
        interval_low (float | None): score - 1.96 standard errors
        interval_high (float | None): score + 1.96 standard errors
        wins (int | None): verdicts for the essay
        losses (int | None): verdicts against it
        comparisons (int | None): wins + losses
        source (None | str): engine: cj's result; runner_fit: our own fit of the verdicts
    """

    rank: int | None
    essay_id: None | str
    artefact_id: None | str
    name: None | str
    file_name: None | str
    role: None | str
    expert_grade: None | str
    grade: None | str
    score: float | None
    standard_error: float | None
    interval_low: float | None
    interval_high: float | None
    wins: int | None
    losses: int | None
    comparisons: int | None
    source: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rank: int | None
        rank = self.rank

        essay_id: None | str
        essay_id = self.essay_id

        artefact_id: None | str
        artefact_id = self.artefact_id

        name: None | str
        name = self.name

        file_name: None | str
        file_name = self.file_name

        role: None | str
        role = self.role

        expert_grade: None | str
        expert_grade = self.expert_grade

        grade: None | str
        grade = self.grade

        score: float | None
        score = self.score

        standard_error: float | None
        standard_error = self.standard_error

        interval_low: float | None
        interval_low = self.interval_low

        interval_high: float | None
        interval_high = self.interval_high

        wins: int | None
        wins = self.wins

        losses: int | None
        losses = self.losses

        comparisons: int | None
        comparisons = self.comparisons

        source: None | str
        source = self.source

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rank": rank,
                "essay_id": essay_id,
                "artefact_id": artefact_id,
                "name": name,
                "file_name": file_name,
                "role": role,
                "expert_grade": expert_grade,
                "grade": grade,
                "score": score,
                "standard_error": standard_error,
                "interval_low": interval_low,
                "interval_high": interval_high,
                "wins": wins,
                "losses": losses,
                "comparisons": comparisons,
                "source": source,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_rank(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        rank = _parse_rank(d.pop("rank"))

        def _parse_essay_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        essay_id = _parse_essay_id(d.pop("essay_id"))

        def _parse_artefact_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        artefact_id = _parse_artefact_id(d.pop("artefact_id"))

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))

        def _parse_file_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        file_name = _parse_file_name(d.pop("file_name"))

        def _parse_role(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        role = _parse_role(d.pop("role"))

        def _parse_expert_grade(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        expert_grade = _parse_expert_grade(d.pop("expert_grade"))

        def _parse_grade(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        grade = _parse_grade(d.pop("grade"))

        def _parse_score(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        score = _parse_score(d.pop("score"))

        def _parse_standard_error(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        standard_error = _parse_standard_error(d.pop("standard_error"))

        def _parse_interval_low(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        interval_low = _parse_interval_low(d.pop("interval_low"))

        def _parse_interval_high(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        interval_high = _parse_interval_high(d.pop("interval_high"))

        def _parse_wins(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        wins = _parse_wins(d.pop("wins"))

        def _parse_losses(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        losses = _parse_losses(d.pop("losses"))

        def _parse_comparisons(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        comparisons = _parse_comparisons(d.pop("comparisons"))

        def _parse_source(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source = _parse_source(d.pop("source"))

        list_run_scores_response_200_items_item = cls(
            rank=rank,
            essay_id=essay_id,
            artefact_id=artefact_id,
            name=name,
            file_name=file_name,
            role=role,
            expert_grade=expert_grade,
            grade=grade,
            score=score,
            standard_error=standard_error,
            interval_low=interval_low,
            interval_high=interval_high,
            wins=wins,
            losses=losses,
            comparisons=comparisons,
            source=source,
        )

        list_run_scores_response_200_items_item.additional_properties = d
        return list_run_scores_response_200_items_item

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
