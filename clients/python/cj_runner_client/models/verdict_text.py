from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.verdict_text_shown_first import (
    VerdictTextShownFirst,
    check_verdict_text_shown_first,
)
from ..models.verdict_text_winner import VerdictTextWinner, check_verdict_text_winner

T = TypeVar("T", bound="VerdictText")


@_attrs_define
class VerdictText:
    """One verdict on a disputed pair.

    Attributes:
        sequence (int): Its number in its run.
        winner (VerdictTextWinner):
        shown_first (VerdictTextShownFirst):
        confidence (float | None):
        justification (None | str):
    """

    sequence: int
    winner: VerdictTextWinner
    shown_first: VerdictTextShownFirst
    confidence: float | None
    justification: None | str

    def to_dict(self) -> dict[str, Any]:
        sequence = self.sequence

        winner: str = self.winner

        shown_first: str = self.shown_first

        confidence: float | None
        confidence = self.confidence

        justification: None | str
        justification = self.justification

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sequence": sequence,
                "winner": winner,
                "shown_first": shown_first,
                "confidence": confidence,
                "justification": justification,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sequence = d.pop("sequence")

        winner = check_verdict_text_winner(d.pop("winner"))

        shown_first = check_verdict_text_shown_first(d.pop("shown_first"))

        def _parse_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        confidence = _parse_confidence(d.pop("confidence"))

        def _parse_justification(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        justification = _parse_justification(d.pop("justification"))

        verdict_text = cls(
            sequence=sequence,
            winner=winner,
            shown_first=shown_first,
            confidence=confidence,
            justification=justification,
        )

        return verdict_text
