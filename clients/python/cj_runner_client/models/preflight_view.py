from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.probe_view import ProbeView


T = TypeVar("T", bound="PreflightView")


@_attrs_define
class PreflightView:
    """What was found; ``ok`` unless something is wrong whose severity is error.

    Attributes:
        ok (bool):
        warnings (int):
        version (str):
        checked_at (datetime.datetime):
        checks (list[ProbeView]):
    """

    ok: bool
    warnings: int
    version: str
    checked_at: datetime.datetime
    checks: list[ProbeView]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ok = self.ok

        warnings = self.warnings

        version = self.version

        checked_at = self.checked_at.isoformat()

        checks = []
        for checks_item_data in self.checks:
            checks_item = checks_item_data.to_dict()
            checks.append(checks_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ok": ok,
                "warnings": warnings,
                "version": version,
                "checked_at": checked_at,
                "checks": checks,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.probe_view import ProbeView  # noqa: PLC0415

        d = dict(src_dict)
        ok = d.pop("ok")

        warnings = d.pop("warnings")

        version = d.pop("version")

        checked_at = datetime.datetime.fromisoformat(d.pop("checked_at"))

        checks = []
        _checks = d.pop("checks")
        for checks_item_data in _checks:
            checks_item = ProbeView.from_dict(checks_item_data)

            checks.append(checks_item)

        preflight_view = cls(
            ok=ok,
            warnings=warnings,
            version=version,
            checked_at=checked_at,
            checks=checks,
        )

        preflight_view.additional_properties = d
        return preflight_view

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
