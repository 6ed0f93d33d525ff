from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.list_run_projections_response_200_items_item_probability import (
        ListRunProjectionsResponse200ItemsItemProbability,
    )


T = TypeVar("T", bound="ListRunProjectionsResponse200ItemsItem")


@_attrs_define
class ListRunProjectionsResponse200ItemsItem:
    """
    Attributes:
        rank (int | None): among all essays, anchors too; 1 is the best
        essay_id (None | str): the id that travelled
        artefact_id (None | str): the name in the artefact
        name (None | str): the name in reports
        grade_scale (None | str): the scale that the grade is on
        grade (None | str): the most probable grade
        confidence (float | None): 0 to 1
        confidence_label (None | str): HIGH, MID or LOW
        normalized_score (float | None): the grade's place on its scale, 0 to 1
        score (float | None): theta, in logits
        standard_error (float | None): of the score, in logits
        grade_boundary_low (float | None): where the grade begins, in logits; null for the lowest
        grade_boundary_high (float | None): where the next grade begins, in logits; null for the highest
        probability (ListRunProjectionsResponse200ItemsItemProbability): probability by grade
    """

    rank: int | None
    essay_id: None | str
    artefact_id: None | str
    name: None | str
    grade_scale: None | str
    grade: None | str
    confidence: float | None
    confidence_label: None | str
    normalized_score: float | None
    score: float | None
    standard_error: float | None
    grade_boundary_low: float | None
    grade_boundary_high: float | None
    probability: ListRunProjectionsResponse200ItemsItemProbability
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

        grade_scale: None | str
        grade_scale = self.grade_scale

        grade: None | str
        grade = self.grade

        confidence: float | None
        confidence = self.confidence

        confidence_label: None | str
        confidence_label = self.confidence_label

        normalized_score: float | None
        normalized_score = self.normalized_score

        score: float | None
        score = self.score

        standard_error: float | None
        standard_error = self.standard_error

        grade_boundary_low: float | None
        grade_boundary_low = self.grade_boundary_low

        grade_boundary_high: float | None
        grade_boundary_high = self.grade_boundary_high

        probability = self.probability.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rank": rank,
                "essay_id": essay_id,
                "artefact_id": artefact_id,
                "name": name,
                "grade_scale": grade_scale,
                "grade": grade,
                "confidence": confidence,
                "confidence_label": confidence_label,
                "normalized_score": normalized_score,
                "score": score,
                "standard_error": standard_error,
                "grade_boundary_low": grade_boundary_low,
                "grade_boundary_high": grade_boundary_high,
                "probability": probability,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.list_run_projections_response_200_items_item_probability import (
            ListRunProjectionsResponse200ItemsItemProbability,  # noqa: PLC0415
        )

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

        def _parse_grade_scale(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        grade_scale = _parse_grade_scale(d.pop("grade_scale"))

        def _parse_grade(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        grade = _parse_grade(d.pop("grade"))

        def _parse_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        confidence = _parse_confidence(d.pop("confidence"))

        def _parse_confidence_label(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        confidence_label = _parse_confidence_label(d.pop("confidence_label"))

        def _parse_normalized_score(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        normalized_score = _parse_normalized_score(d.pop("normalized_score"))

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

        def _parse_grade_boundary_low(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        grade_boundary_low = _parse_grade_boundary_low(d.pop("grade_boundary_low"))

        def _parse_grade_boundary_high(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        grade_boundary_high = _parse_grade_boundary_high(d.pop("grade_boundary_high"))

        probability = ListRunProjectionsResponse200ItemsItemProbability.from_dict(
            d.pop("probability")
        )

        list_run_projections_response_200_items_item = cls(
            rank=rank,
            essay_id=essay_id,
            artefact_id=artefact_id,
            name=name,
            grade_scale=grade_scale,
            grade=grade,
            confidence=confidence,
            confidence_label=confidence_label,
            normalized_score=normalized_score,
            score=score,
            standard_error=standard_error,
            grade_boundary_low=grade_boundary_low,
            grade_boundary_high=grade_boundary_high,
            probability=probability,
        )

        list_run_projections_response_200_items_item.additional_properties = d
        return list_run_projections_response_200_items_item

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
