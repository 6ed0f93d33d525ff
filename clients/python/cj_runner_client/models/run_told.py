from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.mode import Mode, check_mode
from ..models.run_state import RunState, check_run_state
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.run_told_labels import RunToldLabels
    from ..models.run_told_links import RunToldLinks
    from ..models.told_progress import ToldProgress


T = TypeVar("T", bound="RunTold")


@_attrs_define
class RunTold:
    """The run as it was when it happened; the rest is behind the links.

    Attributes:
        id (str):
        event_number (int): Events of a run may arrive in another order: sort by this.
        batch_uuid (str):
        batch_label (str):
        mode (Mode): What a run does.
        status (RunState): Where a run stands; the last five are final.
        labels (RunToldLabels):
        revision (int):
        progress (ToldProgress): How far the run was.
        links (RunToldLinks):
        reason (None | str | Unset):
    """

    id: str
    event_number: int
    batch_uuid: str
    batch_label: str
    mode: Mode
    status: RunState
    labels: RunToldLabels
    revision: int
    progress: ToldProgress
    links: RunToldLinks
    reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        event_number = self.event_number

        batch_uuid = self.batch_uuid

        batch_label = self.batch_label

        mode: str = self.mode

        status: str = self.status

        labels = self.labels.to_dict()

        revision = self.revision

        progress = self.progress.to_dict()

        links = self.links.to_dict()

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "event_number": event_number,
                "batch_uuid": batch_uuid,
                "batch_label": batch_label,
                "mode": mode,
                "status": status,
                "labels": labels,
                "revision": revision,
                "progress": progress,
                "links": links,
            }
        )
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.run_told_labels import RunToldLabels  # noqa: PLC0415
        from ..models.run_told_links import RunToldLinks  # noqa: PLC0415
        from ..models.told_progress import ToldProgress  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        event_number = d.pop("event_number")

        batch_uuid = d.pop("batch_uuid")

        batch_label = d.pop("batch_label")

        mode = check_mode(d.pop("mode"))

        status = check_run_state(d.pop("status"))

        labels = RunToldLabels.from_dict(d.pop("labels"))

        revision = d.pop("revision")

        progress = ToldProgress.from_dict(d.pop("progress"))

        links = RunToldLinks.from_dict(d.pop("links"))

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        run_told = cls(
            id=id,
            event_number=event_number,
            batch_uuid=batch_uuid,
            batch_label=batch_label,
            mode=mode,
            status=status,
            labels=labels,
            revision=revision,
            progress=progress,
            links=links,
            reason=reason,
        )

        run_told.additional_properties = d
        return run_told

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
