from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.batch_state import BatchState, check_batch_state

if TYPE_CHECKING:
    from ..models.batch_detail_links import BatchDetailLinks
    from ..models.batch_event import BatchEvent
    from ..models.result_view import ResultView


T = TypeVar("T", bound="BatchDetail")


@_attrs_define
class BatchDetail:
    """One batch with everything that was announced of it, in the order in which it was said.

    Attributes:
        batch_uuid (UUID):
        run_id (None | str): The run that published it; null where others did.
        state (BatchState): Where a batch stands as far as cj said.
        reason (None | str): Why it failed, in the words of whoever announced it.
        completed_at (datetime.datetime): When that was said which the state goes by.
        versions (int): How many differing results there are.
        received_at (datetime.datetime): When the first announcement came in.
        updated_at (datetime.datetime): When the latest announcement came in.
        links (BatchDetailLinks):
        events (list[BatchEvent]):
        result (None | ResultView): The version that is asked for, else the latest.
    """

    batch_uuid: UUID
    run_id: None | str
    state: BatchState
    reason: None | str
    completed_at: datetime.datetime
    versions: int
    received_at: datetime.datetime
    updated_at: datetime.datetime
    links: BatchDetailLinks
    events: list[BatchEvent]
    result: None | ResultView
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.result_view import ResultView  # noqa: PLC0415

        batch_uuid = str(self.batch_uuid)

        run_id: None | str
        run_id = self.run_id

        state: str = self.state

        reason: None | str
        reason = self.reason

        completed_at = self.completed_at.isoformat()

        versions = self.versions

        received_at = self.received_at.isoformat()

        updated_at = self.updated_at.isoformat()

        links = self.links.to_dict()

        events = []
        for events_item_data in self.events:
            events_item = events_item_data.to_dict()
            events.append(events_item)

        result: dict[str, Any] | None
        if isinstance(self.result, ResultView):
            result = self.result.to_dict()
        else:
            result = self.result

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "batch_uuid": batch_uuid,
                "run_id": run_id,
                "state": state,
                "reason": reason,
                "completed_at": completed_at,
                "versions": versions,
                "received_at": received_at,
                "updated_at": updated_at,
                "links": links,
                "events": events,
                "result": result,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_detail_links import BatchDetailLinks  # noqa: PLC0415
        from ..models.batch_event import BatchEvent  # noqa: PLC0415
        from ..models.result_view import ResultView  # noqa: PLC0415

        d = dict(src_dict)
        batch_uuid = UUID(d.pop("batch_uuid"))

        def _parse_run_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        run_id = _parse_run_id(d.pop("run_id"))

        state = check_batch_state(d.pop("state"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        completed_at = datetime.datetime.fromisoformat(d.pop("completed_at"))

        versions = d.pop("versions")

        received_at = datetime.datetime.fromisoformat(d.pop("received_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        links = BatchDetailLinks.from_dict(d.pop("links"))

        events = []
        _events = d.pop("events")
        for events_item_data in _events:
            events_item = BatchEvent.from_dict(events_item_data)

            events.append(events_item)

        def _parse_result(data: object) -> None | ResultView:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                result_type_0 = ResultView.from_dict(data)

                return result_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ResultView, data)

        result = _parse_result(d.pop("result"))

        batch_detail = cls(
            batch_uuid=batch_uuid,
            run_id=run_id,
            state=state,
            reason=reason,
            completed_at=completed_at,
            versions=versions,
            received_at=received_at,
            updated_at=updated_at,
            links=links,
            events=events,
            result=result,
        )

        batch_detail.additional_properties = d
        return batch_detail

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
