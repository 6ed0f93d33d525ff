from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.recollect_error import RecollectError
    from ..models.recollect_found import RecollectFound


T = TypeVar("T", bound="RecollectView")


@_attrs_define
class RecollectView:
    """The latest asking of cj what it has for the run.

    Attributes:
        by (str): `request`, `silence` (nothing came for a while), `finish` (something was missing at the end) or
            `deadline`.
        requested_at (datetime.datetime):
        finished_at (datetime.datetime | None): Null while it is under way.
        tries (int): How often cj did not answer.
        published_again (int): How often the run's request was sent again, over its whole life.
        found (RecollectFound): What cj had that had not come in by itself.
        error (None | RecollectError):
    """

    by: str
    requested_at: datetime.datetime
    finished_at: datetime.datetime | None
    tries: int
    published_again: int
    found: RecollectFound
    error: None | RecollectError
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.recollect_error import RecollectError  # noqa: PLC0415

        by = self.by

        requested_at = self.requested_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        tries = self.tries

        published_again = self.published_again

        found = self.found.to_dict()

        error: dict[str, Any] | None
        if isinstance(self.error, RecollectError):
            error = self.error.to_dict()
        else:
            error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "by": by,
                "requested_at": requested_at,
                "finished_at": finished_at,
                "tries": tries,
                "published_again": published_again,
                "found": found,
                "error": error,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.recollect_error import RecollectError  # noqa: PLC0415
        from ..models.recollect_found import RecollectFound  # noqa: PLC0415

        d = dict(src_dict)
        by = d.pop("by")

        requested_at = datetime.datetime.fromisoformat(d.pop("requested_at"))

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

        tries = d.pop("tries")

        published_again = d.pop("published_again")

        found = RecollectFound.from_dict(d.pop("found"))

        def _parse_error(data: object) -> None | RecollectError:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = RecollectError.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RecollectError, data)

        error = _parse_error(d.pop("error"))

        recollect_view = cls(
            by=by,
            requested_at=requested_at,
            finished_at=finished_at,
            tries=tries,
            published_again=published_again,
            found=found,
            error=error,
        )

        recollect_view.additional_properties = d
        return recollect_view

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
