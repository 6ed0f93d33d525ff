from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.mode import Mode, check_mode
from ..models.run_state import RunState, check_run_state

if TYPE_CHECKING:
    from ..models.progress import Progress
    from ..models.recollect_view import RecollectView
    from ..models.run_view_labels import RunViewLabels
    from ..models.run_view_links import RunViewLinks
    from ..models.run_view_request import RunViewRequest


T = TypeVar("T", bound="RunView")


@_attrs_define
class RunView:
    """One run.

    Attributes:
        id (str):
        mode (Mode): What a run does.
        status (RunState): Where a run stands; the last five are final.
        status_reason (None | str):
        status_detail (None | str):
        batch_uuid (str):
        batch_label (str):
        correlation_id (str):
        labels (RunViewLabels):
        retry_of (None | str): The run that this one repeats.
        attempt (int): 1, and one more for each retry along the chain.
        artefact_revision (int): The latest revision of the artefact; 0 before the first.
        recollect (None | RecollectView): Null where cj was never asked.
        progress (Progress): How far a run is.
        request (RunViewRequest): The request as accepted, defaults filled in.
        links (RunViewLinks):
        created_at (datetime.datetime):
        updated_at (datetime.datetime):
        published_at (datetime.datetime | None):
        deadline_at (datetime.datetime | None):
        finished_at (datetime.datetime | None):
        cancel_requested_at (datetime.datetime | None):
    """

    id: str
    mode: Mode
    status: RunState
    status_reason: None | str
    status_detail: None | str
    batch_uuid: str
    batch_label: str
    correlation_id: str
    labels: RunViewLabels
    retry_of: None | str
    attempt: int
    artefact_revision: int
    recollect: None | RecollectView
    progress: Progress
    request: RunViewRequest
    links: RunViewLinks
    created_at: datetime.datetime
    updated_at: datetime.datetime
    published_at: datetime.datetime | None
    deadline_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    cancel_requested_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.recollect_view import RecollectView  # noqa: PLC0415

        id = self.id

        mode: str = self.mode

        status: str = self.status

        status_reason: None | str
        status_reason = self.status_reason

        status_detail: None | str
        status_detail = self.status_detail

        batch_uuid = self.batch_uuid

        batch_label = self.batch_label

        correlation_id = self.correlation_id

        labels = self.labels.to_dict()

        retry_of: None | str
        retry_of = self.retry_of

        attempt = self.attempt

        artefact_revision = self.artefact_revision

        recollect: dict[str, Any] | None
        if isinstance(self.recollect, RecollectView):
            recollect = self.recollect.to_dict()
        else:
            recollect = self.recollect

        progress = self.progress.to_dict()

        request = self.request.to_dict()

        links = self.links.to_dict()

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        published_at: None | str
        if isinstance(self.published_at, datetime.datetime):
            published_at = self.published_at.isoformat()
        else:
            published_at = self.published_at

        deadline_at: None | str
        if isinstance(self.deadline_at, datetime.datetime):
            deadline_at = self.deadline_at.isoformat()
        else:
            deadline_at = self.deadline_at

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        cancel_requested_at: None | str
        if isinstance(self.cancel_requested_at, datetime.datetime):
            cancel_requested_at = self.cancel_requested_at.isoformat()
        else:
            cancel_requested_at = self.cancel_requested_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "mode": mode,
                "status": status,
                "status_reason": status_reason,
                "status_detail": status_detail,
                "batch_uuid": batch_uuid,
                "batch_label": batch_label,
                "correlation_id": correlation_id,
                "labels": labels,
                "retry_of": retry_of,
                "attempt": attempt,
                "artefact_revision": artefact_revision,
                "recollect": recollect,
                "progress": progress,
                "request": request,
                "links": links,
                "created_at": created_at,
                "updated_at": updated_at,
                "published_at": published_at,
                "deadline_at": deadline_at,
                "finished_at": finished_at,
                "cancel_requested_at": cancel_requested_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.progress import Progress  # noqa: PLC0415
        from ..models.recollect_view import RecollectView  # noqa: PLC0415
        from ..models.run_view_labels import RunViewLabels  # noqa: PLC0415
        from ..models.run_view_links import RunViewLinks  # noqa: PLC0415
        from ..models.run_view_request import RunViewRequest  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        mode = check_mode(d.pop("mode"))

        status = check_run_state(d.pop("status"))

        def _parse_status_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status_reason = _parse_status_reason(d.pop("status_reason"))

        def _parse_status_detail(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        status_detail = _parse_status_detail(d.pop("status_detail"))

        batch_uuid = d.pop("batch_uuid")

        batch_label = d.pop("batch_label")

        correlation_id = d.pop("correlation_id")

        labels = RunViewLabels.from_dict(d.pop("labels"))

        def _parse_retry_of(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        retry_of = _parse_retry_of(d.pop("retry_of"))

        attempt = d.pop("attempt")

        artefact_revision = d.pop("artefact_revision")

        def _parse_recollect(data: object) -> None | RecollectView:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                recollect_type_0 = RecollectView.from_dict(data)

                return recollect_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RecollectView, data)

        recollect = _parse_recollect(d.pop("recollect"))

        progress = Progress.from_dict(d.pop("progress"))

        request = RunViewRequest.from_dict(d.pop("request"))

        links = RunViewLinks.from_dict(d.pop("links"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        def _parse_published_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                published_at_type_0 = datetime.datetime.fromisoformat(data)

                return published_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        published_at = _parse_published_at(d.pop("published_at"))

        def _parse_deadline_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                deadline_at_type_0 = datetime.datetime.fromisoformat(data)

                return deadline_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        deadline_at = _parse_deadline_at(d.pop("deadline_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        def _parse_cancel_requested_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cancel_requested_at_type_0 = datetime.datetime.fromisoformat(data)

                return cancel_requested_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        cancel_requested_at = _parse_cancel_requested_at(d.pop("cancel_requested_at"))

        run_view = cls(
            id=id,
            mode=mode,
            status=status,
            status_reason=status_reason,
            status_detail=status_detail,
            batch_uuid=batch_uuid,
            batch_label=batch_label,
            correlation_id=correlation_id,
            labels=labels,
            retry_of=retry_of,
            attempt=attempt,
            artefact_revision=artefact_revision,
            recollect=recollect,
            progress=progress,
            request=request,
            links=links,
            created_at=created_at,
            updated_at=updated_at,
            published_at=published_at,
            deadline_at=deadline_at,
            finished_at=finished_at,
            cancel_requested_at=cancel_requested_at,
        )

        run_view.additional_properties = d
        return run_view

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
