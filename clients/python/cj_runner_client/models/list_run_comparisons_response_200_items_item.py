from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ListRunComparisonsResponse200ItemsItem")


@_attrs_define
class ListRunComparisonsResponse200ItemsItem:
    """
    Attributes:
        sequence (int | None): counts from 1 in the order in which answers came in
        request_id (None | str): the id of the question, as the gateway gave it
        correlation_id (None | str): the id that all messages about the question carry
        status (None | str): succeeded, or failed: then there is neither winner nor confidence
        essay_a_id (None | str): the essay shown first, by the id that travelled
        essay_a_artefact_id (None | str): the same by its name in the artefact
        essay_b_id (None | str): the essay shown second, by the id that travelled
        essay_b_artefact_id (None | str): the same by its name in the artefact
        winner (None | str): a or b
        winner_essay_id (None | str): the essay that won, by the id that travelled
        winner_artefact_id (None | str): the same by its name in the artefact
        confidence (float | None): how sure the judge says it is, on its own scale
        justification (None | str): the judge's own words
        error_code (None | str): why there is no verdict
        error_message (None | str): the same in words
        provider (None | str): who judged
        model (None | str): with which model
        prompt_sha256 (None | str): the hash of the whole prompt
        prompt_tokens (int | None): tokens in
        completion_tokens (int | None): tokens out
        cost_usd (float | None): what the answer cost, in US dollars
        requested_at (datetime.datetime | None): when the gateway took the question in
        completed_at (datetime.datetime | None): when the judge had answered
        received_at (datetime.datetime | None): when the answer came in here
        late (bool | None): it came after the end of the run
    """

    sequence: int | None
    request_id: None | str
    correlation_id: None | str
    status: None | str
    essay_a_id: None | str
    essay_a_artefact_id: None | str
    essay_b_id: None | str
    essay_b_artefact_id: None | str
    winner: None | str
    winner_essay_id: None | str
    winner_artefact_id: None | str
    confidence: float | None
    justification: None | str
    error_code: None | str
    error_message: None | str
    provider: None | str
    model: None | str
    prompt_sha256: None | str
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    requested_at: datetime.datetime | None
    completed_at: datetime.datetime | None
    received_at: datetime.datetime | None
    late: bool | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        sequence: int | None
        sequence = self.sequence

        request_id: None | str
        request_id = self.request_id

        correlation_id: None | str
        correlation_id = self.correlation_id

        status: None | str
        status = self.status

        essay_a_id: None | str
        essay_a_id = self.essay_a_id

        essay_a_artefact_id: None | str
        essay_a_artefact_id = self.essay_a_artefact_id

        essay_b_id: None | str
        essay_b_id = self.essay_b_id

        essay_b_artefact_id: None | str
        essay_b_artefact_id = self.essay_b_artefact_id

        winner: None | str
        winner = self.winner

        winner_essay_id: None | str
        winner_essay_id = self.winner_essay_id

        winner_artefact_id: None | str
        winner_artefact_id = self.winner_artefact_id

        confidence: float | None
        confidence = self.confidence

        justification: None | str
        justification = self.justification

        error_code: None | str
        error_code = self.error_code

        error_message: None | str
        error_message = self.error_message

        provider: None | str
        provider = self.provider

        model: None | str
        model = self.model

        prompt_sha256: None | str
        prompt_sha256 = self.prompt_sha256

        prompt_tokens: int | None
        prompt_tokens = self.prompt_tokens

        completion_tokens: int | None
        completion_tokens = self.completion_tokens

        cost_usd: float | None
        cost_usd = self.cost_usd

        requested_at: None | str
        if isinstance(self.requested_at, datetime.datetime):
            requested_at = self.requested_at.isoformat()
        else:
            requested_at = self.requested_at

        completed_at: None | str
        if isinstance(self.completed_at, datetime.datetime):
            completed_at = self.completed_at.isoformat()
        else:
            completed_at = self.completed_at

        received_at: None | str
        if isinstance(self.received_at, datetime.datetime):
            received_at = self.received_at.isoformat()
        else:
            received_at = self.received_at

        late: bool | None
        late = self.late

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "sequence": sequence,
                "request_id": request_id,
                "correlation_id": correlation_id,
                "status": status,
                "essay_a_id": essay_a_id,
                "essay_a_artefact_id": essay_a_artefact_id,
                "essay_b_id": essay_b_id,
                "essay_b_artefact_id": essay_b_artefact_id,
                "winner": winner,
                "winner_essay_id": winner_essay_id,
                "winner_artefact_id": winner_artefact_id,
                "confidence": confidence,
                "justification": justification,
                "error_code": error_code,
                "error_message": error_message,
                "provider": provider,
                "model": model,
                "prompt_sha256": prompt_sha256,
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "cost_usd": cost_usd,
                "requested_at": requested_at,
                "completed_at": completed_at,
                "received_at": received_at,
                "late": late,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_sequence(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        sequence = _parse_sequence(d.pop("sequence"))

        def _parse_request_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        request_id = _parse_request_id(d.pop("request_id"))

        def _parse_correlation_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        correlation_id = _parse_correlation_id(d.pop("correlation_id"))

        def _parse_status(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status = _parse_status(d.pop("status"))

        def _parse_essay_a_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        essay_a_id = _parse_essay_a_id(d.pop("essay_a_id"))

        def _parse_essay_a_artefact_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        essay_a_artefact_id = _parse_essay_a_artefact_id(d.pop("essay_a_artefact_id"))

        def _parse_essay_b_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        essay_b_id = _parse_essay_b_id(d.pop("essay_b_id"))

        def _parse_essay_b_artefact_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        essay_b_artefact_id = _parse_essay_b_artefact_id(d.pop("essay_b_artefact_id"))

        def _parse_winner(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        winner = _parse_winner(d.pop("winner"))

        def _parse_winner_essay_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        winner_essay_id = _parse_winner_essay_id(d.pop("winner_essay_id"))

        def _parse_winner_artefact_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        winner_artefact_id = _parse_winner_artefact_id(d.pop("winner_artefact_id"))

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

        def _parse_error_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error_code = _parse_error_code(d.pop("error_code"))

        def _parse_error_message(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error_message = _parse_error_message(d.pop("error_message"))

        def _parse_provider(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        provider = _parse_provider(d.pop("provider"))

        def _parse_model(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        model = _parse_model(d.pop("model"))

        def _parse_prompt_sha256(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        prompt_sha256 = _parse_prompt_sha256(d.pop("prompt_sha256"))

        def _parse_prompt_tokens(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        prompt_tokens = _parse_prompt_tokens(d.pop("prompt_tokens"))

        def _parse_completion_tokens(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        completion_tokens = _parse_completion_tokens(d.pop("completion_tokens"))

        def _parse_cost_usd(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        cost_usd = _parse_cost_usd(d.pop("cost_usd"))

        def _parse_requested_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                requested_at_type_0 = datetime.datetime.fromisoformat(data)

                return requested_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        requested_at = _parse_requested_at(d.pop("requested_at"))

        def _parse_completed_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                completed_at_type_0 = datetime.datetime.fromisoformat(data)

                return completed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        completed_at = _parse_completed_at(d.pop("completed_at"))

        def _parse_received_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                received_at_type_0 = datetime.datetime.fromisoformat(data)

                return received_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        received_at = _parse_received_at(d.pop("received_at"))

        def _parse_late(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        late = _parse_late(d.pop("late"))

        list_run_comparisons_response_200_items_item = cls(
            sequence=sequence,
            request_id=request_id,
            correlation_id=correlation_id,
            status=status,
            essay_a_id=essay_a_id,
            essay_a_artefact_id=essay_a_artefact_id,
            essay_b_id=essay_b_id,
            essay_b_artefact_id=essay_b_artefact_id,
            winner=winner,
            winner_essay_id=winner_essay_id,
            winner_artefact_id=winner_artefact_id,
            confidence=confidence,
            justification=justification,
            error_code=error_code,
            error_message=error_message,
            provider=provider,
            model=model,
            prompt_sha256=prompt_sha256,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cost_usd=cost_usd,
            requested_at=requested_at,
            completed_at=completed_at,
            received_at=received_at,
            late=late,
        )

        list_run_comparisons_response_200_items_item.additional_properties = d
        return list_run_comparisons_response_200_items_item

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
