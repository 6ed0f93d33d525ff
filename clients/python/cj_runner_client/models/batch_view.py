from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.batch_state import BatchState, check_batch_state

if TYPE_CHECKING:
    from ..models.batch_view_links import BatchViewLinks


T = TypeVar("T", bound="BatchView")


@_attrs_define
class BatchView:
    """One batch in short.

    Attributes:
        batch_uuid (UUID):
        run_id (None | str): The run that published it; null where others did.
        state (BatchState): Where a batch stands as far as cj said.
        reason (None | str): Why it failed, in the words of whoever announced it.
        completed_at (datetime.datetime): When that was said which the state goes by.
        versions (int): How many differing results there are.
        received_at (datetime.datetime): When the first announcement came in.
        updated_at (datetime.datetime): When the latest announcement came in.
        links (BatchViewLinks):
    """

    batch_uuid: UUID
    run_id: None | str
    state: BatchState
    reason: None | str
    completed_at: datetime.datetime
    versions: int
    received_at: datetime.datetime
    updated_at: datetime.datetime
    links: BatchViewLinks
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
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
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_view_links import BatchViewLinks  # noqa: PLC0415

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

        links = BatchViewLinks.from_dict(d.pop("links"))

        batch_view = cls(
            batch_uuid=batch_uuid,
            run_id=run_id,
            state=state,
            reason=reason,
            completed_at=completed_at,
            versions=versions,
            received_at=received_at,
            updated_at=updated_at,
            links=links,
        )

        batch_view.additional_properties = d
        return batch_view

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
