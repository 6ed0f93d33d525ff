from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.essay_result_confidence_label import (
    EssayResultConfidenceLabel,
    check_essay_result_confidence_label,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="EssayResult")


@_attrs_define
class EssayResult:
    """One essay (student or anchor) in rank order; ``bt_score`` in logits.

    Attributes:
        essay_id (str):
        normalized_score (float):
        letter_grade (str):
        confidence_score (float):
        confidence_label (EssayResultConfidenceLabel):
        bt_score (float):
        rank (int):
        is_anchor (bool | Unset):  Default: False.
        feedback_uri (None | str | Unset):
        metrics_uri (None | str | Unset):
        display_name (None | str | Unset):
    """

    essay_id: str
    normalized_score: float
    letter_grade: str
    confidence_score: float
    confidence_label: EssayResultConfidenceLabel
    bt_score: float
    rank: int
    is_anchor: bool | Unset = False
    feedback_uri: None | str | Unset = UNSET
    metrics_uri: None | str | Unset = UNSET
    display_name: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        essay_id = self.essay_id

        normalized_score = self.normalized_score

        letter_grade = self.letter_grade

        confidence_score = self.confidence_score

        confidence_label: str = self.confidence_label

        bt_score = self.bt_score

        rank = self.rank

        is_anchor = self.is_anchor

        feedback_uri: None | str | Unset
        if isinstance(self.feedback_uri, Unset):
            feedback_uri = UNSET
        else:
            feedback_uri = self.feedback_uri

        metrics_uri: None | str | Unset
        if isinstance(self.metrics_uri, Unset):
            metrics_uri = UNSET
        else:
            metrics_uri = self.metrics_uri

        display_name: None | str | Unset
        if isinstance(self.display_name, Unset):
            display_name = UNSET
        else:
            display_name = self.display_name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "essay_id": essay_id,
                "normalized_score": normalized_score,
                "letter_grade": letter_grade,
                "confidence_score": confidence_score,
                "confidence_label": confidence_label,
                "bt_score": bt_score,
                "rank": rank,
            }
        )
        if is_anchor is not UNSET:
            field_dict["is_anchor"] = is_anchor
        if feedback_uri is not UNSET:
            field_dict["feedback_uri"] = feedback_uri
        if metrics_uri is not UNSET:
            field_dict["metrics_uri"] = metrics_uri
        if display_name is not UNSET:
            field_dict["display_name"] = display_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        essay_id = d.pop("essay_id")

        normalized_score = d.pop("normalized_score")

        letter_grade = d.pop("letter_grade")

        confidence_score = d.pop("confidence_score")

        confidence_label = check_essay_result_confidence_label(
            d.pop("confidence_label")
        )

        bt_score = d.pop("bt_score")

        rank = d.pop("rank")

        is_anchor = d.pop("is_anchor", UNSET)

        def _parse_feedback_uri(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        feedback_uri = _parse_feedback_uri(d.pop("feedback_uri", UNSET))

        def _parse_metrics_uri(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        metrics_uri = _parse_metrics_uri(d.pop("metrics_uri", UNSET))

        def _parse_display_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        display_name = _parse_display_name(d.pop("display_name", UNSET))

        essay_result = cls(
            essay_id=essay_id,
            normalized_score=normalized_score,
            letter_grade=letter_grade,
            confidence_score=confidence_score,
            confidence_label=confidence_label,
            bt_score=bt_score,
            rank=rank,
            is_anchor=is_anchor,
            feedback_uri=feedback_uri,
            metrics_uri=metrics_uri,
            display_name=display_name,
        )

        essay_result.additional_properties = d
        return essay_result

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
