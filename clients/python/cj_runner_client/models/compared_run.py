from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.mode import Mode, check_mode
from ..models.run_state import RunState, check_run_state

T = TypeVar("T", bound="ComparedRun")


@_attrs_define
class ComparedRun:
    """One of the runs; ``letter`` is what the rest of the document calls it by.

    Attributes:
        letter (str):
        run_id (str):
        batch_label (str):
        mode (Mode): What a run does.
        status (RunState): Where a run stands; the last five are final.
        status_reason (None | str): Why it did not simply complete.
        revision (int): The revision of the artefact whose verdicts and scores these are.
        created_at (datetime.datetime):
        provider (str): Who judged, by the answers; several are joined by commas.
        model (str): With which model, by the answers.
        essays (int): Essays that have a score.
        source (None | str): engine: cj's scores; runner_fit: the runner's own fit.
        stop_reason (None | str):
    """

    letter: str
    run_id: str
    batch_label: str
    mode: Mode
    status: RunState
    status_reason: None | str
    revision: int
    created_at: datetime.datetime
    provider: str
    model: str
    essays: int
    source: None | str
    stop_reason: None | str

    def to_dict(self) -> dict[str, Any]:
        letter = self.letter

        run_id = self.run_id

        batch_label = self.batch_label

        mode: str = self.mode

        status: str = self.status

        status_reason: None | str
        status_reason = self.status_reason

        revision = self.revision

        created_at = self.created_at.isoformat()

        provider = self.provider

        model = self.model

        essays = self.essays

        source: None | str
        source = self.source

        stop_reason: None | str
        stop_reason = self.stop_reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "letter": letter,
                "run_id": run_id,
                "batch_label": batch_label,
                "mode": mode,
                "status": status,
                "status_reason": status_reason,
                "revision": revision,
                "created_at": created_at,
                "provider": provider,
                "model": model,
                "essays": essays,
                "source": source,
                "stop_reason": stop_reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        letter = d.pop("letter")

        run_id = d.pop("run_id")

        batch_label = d.pop("batch_label")

        mode = check_mode(d.pop("mode"))

        status = check_run_state(d.pop("status"))

        def _parse_status_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status_reason = _parse_status_reason(d.pop("status_reason"))

        revision = d.pop("revision")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        provider = d.pop("provider")

        model = d.pop("model")

        essays = d.pop("essays")

        def _parse_source(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source = _parse_source(d.pop("source"))

        def _parse_stop_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        stop_reason = _parse_stop_reason(d.pop("stop_reason"))

        compared_run = cls(
            letter=letter,
            run_id=run_id,
            batch_label=batch_label,
            mode=mode,
            status=status,
            status_reason=status_reason,
            revision=revision,
            created_at=created_at,
            provider=provider,
            model=model,
            essays=essays,
            source=source,
            stop_reason=stop_reason,
        )

        return compared_run
