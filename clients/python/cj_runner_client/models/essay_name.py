from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.essay_name_role import EssayNameRole, check_essay_name_role

T = TypeVar("T", bound="EssayName")


@_attrs_define
class EssayName:
    """An essay as people know it.

    Attributes:
        name (str):
        file_name (None | str):
        role (EssayNameRole):
        grade (None | str): The experts' grade, in the baseline's package where they differ.
    """

    name: str
    file_name: None | str
    role: EssayNameRole
    grade: None | str

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        file_name: None | str
        file_name = self.file_name

        role: str = self.role

        grade: None | str
        grade = self.grade

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "file_name": file_name,
                "role": role,
                "grade": grade,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_file_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        file_name = _parse_file_name(d.pop("file_name"))

        role = check_essay_name_role(d.pop("role"))

        def _parse_grade(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        grade = _parse_grade(d.pop("grade"))

        essay_name = cls(
            name=name,
            file_name=file_name,
            role=role,
            grade=grade,
        )

        return essay_name
