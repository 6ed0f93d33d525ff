from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.check_view_severity import CheckViewSeverity, check_check_view_severity

T = TypeVar("T", bound="CheckView")


@_attrs_define
class CheckView:
    """One thing that was looked at.

    Attributes:
        name (str):
        ok (bool):
        severity (CheckViewSeverity): How bad it is where it is not ok.
        detail (str):
        what_to_do (None | str): null where it is ok.
        ms (int): How long looking took.
    """

    name: str
    ok: bool
    severity: CheckViewSeverity
    detail: str
    what_to_do: None | str
    ms: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        ok = self.ok

        severity: str = self.severity

        detail = self.detail

        what_to_do: None | str
        what_to_do = self.what_to_do

        ms = self.ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "ok": ok,
                "severity": severity,
                "detail": detail,
                "what_to_do": what_to_do,
                "ms": ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        ok = d.pop("ok")

        severity = check_check_view_severity(d.pop("severity"))

        detail = d.pop("detail")

        def _parse_what_to_do(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        what_to_do = _parse_what_to_do(d.pop("what_to_do"))

        ms = d.pop("ms")

        check_view = cls(
            name=name,
            ok=ok,
            severity=severity,
            detail=detail,
            what_to_do=what_to_do,
            ms=ms,
        )

        check_view.additional_properties = d
        return check_view

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
