from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.check_view import CheckView


T = TypeVar("T", bound="Verdict")


@_attrs_define
class Verdict:
    """What checking everything found; ``ok`` means that nothing failed.

    Attributes:
        ok (bool):
        run_id (str):
        revision (int):
        failed (int):
        checks (list[CheckView]):
    """

    ok: bool
    run_id: str
    revision: int
    failed: int
    checks: list[CheckView]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ok = self.ok

        run_id = self.run_id

        revision = self.revision

        failed = self.failed

        checks = []
        for checks_item_data in self.checks:
            checks_item = checks_item_data.to_dict()
            checks.append(checks_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ok": ok,
                "run_id": run_id,
                "revision": revision,
                "failed": failed,
                "checks": checks,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.check_view import CheckView  # noqa: PLC0415

        d = dict(src_dict)
        ok = d.pop("ok")

        run_id = d.pop("run_id")

        revision = d.pop("revision")

        failed = d.pop("failed")

        checks = []
        _checks = d.pop("checks")
        for checks_item_data in _checks:
            checks_item = CheckView.from_dict(checks_item_data)

            checks.append(checks_item)

        verdict = cls(
            ok=ok,
            run_id=run_id,
            revision=revision,
            failed=failed,
            checks=checks,
        )

        verdict.additional_properties = d
        return verdict

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
