from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.probe_view_severity import ProbeViewSeverity, check_probe_view_severity

T = TypeVar("T", bound="ProbeView")


@_attrs_define
class ProbeView:
    """One thing that was looked at.

    Attributes:
        name (str):
        ok (bool):
        severity (ProbeViewSeverity): How bad it is where it is not ok.
        detail (str):
        what_to_do (None | str): null where it is ok.
        ms (int): How long looking took.
    """

    name: str
    ok: bool
    severity: ProbeViewSeverity
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

        severity = check_probe_view_severity(d.pop("severity"))

        detail = d.pop("detail")

        def _parse_what_to_do(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        what_to_do = _parse_what_to_do(d.pop("what_to_do"))

        ms = d.pop("ms")

        probe_view = cls(
            name=name,
            ok=ok,
            severity=severity,
            detail=detail,
            what_to_do=what_to_do,
            ms=ms,
        )

        probe_view.additional_properties = d
        return probe_view

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
