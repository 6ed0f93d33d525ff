from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CheckView")


@_attrs_define
class CheckView:
    """One finding.

    Attributes:
        check (str): `digest`: a file against its row. `unexpected`: something that belongs to nothing. `schema`,
            `checksum`, `manifest`: the artefact against its schema, its own checksum, and the list of files. `comparisons`,
            `tokens`, `cost`: its sums against its records. `row`, `rows`, `left_out`, `run`, `database`: the artefact
            against the database.
        path (str):
        ok (bool):
        expected (None | str):
        found (None | str):
    """

    check: str
    path: str
    ok: bool
    expected: None | str
    found: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        check = self.check

        path = self.path

        ok = self.ok

        expected: None | str
        expected = self.expected

        found: None | str
        found = self.found

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "check": check,
                "path": path,
                "ok": ok,
                "expected": expected,
                "found": found,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        check = d.pop("check")

        path = d.pop("path")

        ok = d.pop("ok")

        def _parse_expected(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        expected = _parse_expected(d.pop("expected"))

        def _parse_found(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        found = _parse_found(d.pop("found"))

        check_view = cls(
            check=check,
            path=path,
            ok=ok,
            expected=expected,
            found=found,
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
