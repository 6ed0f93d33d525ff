from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.target_key import TargetKey, check_target_key

T = TypeVar("T", bound="Target")


@_attrs_define
class Target:
    """One target: ``met`` is null where the value could not be computed.

    Attributes:
        key (TargetKey):
        name (str):
        value (float | None):
        wanted (str):
        met (bool | None):
    """

    key: TargetKey
    name: str
    value: float | None
    wanted: str
    met: bool | None

    def to_dict(self) -> dict[str, Any]:
        key: str = self.key

        name = self.name

        value: float | None
        value = self.value

        wanted = self.wanted

        met: bool | None
        met = self.met

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "key": key,
                "name": name,
                "value": value,
                "wanted": wanted,
                "met": met,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        key = check_target_key(d.pop("key"))

        name = d.pop("name")

        def _parse_value(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        value = _parse_value(d.pop("value"))

        wanted = d.pop("wanted")

        def _parse_met(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        met = _parse_met(d.pop("met"))

        target = cls(
            key=key,
            name=name,
            value=value,
            wanted=wanted,
            met=met,
        )

        return target
