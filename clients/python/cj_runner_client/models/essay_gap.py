from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.essay_gap_role import EssayGapRole, check_essay_gap_role

T = TypeVar("T", bound="EssayGap")


@_attrs_define
class EssayGap:
    """An essay that people and run place differently.

    Attributes:
        name (str):
        file_name (None | str):
        role (EssayGapRole):
        grade (None | str): The experts' grade, in the baseline's package where they differ.
        people (float): Its score by people, logits.
        run (float): Its score by the run, logits.
        z (float): The difference in its standard errors.
    """

    name: str
    file_name: None | str
    role: EssayGapRole
    grade: None | str
    people: float
    run: float
    z: float

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        file_name: None | str
        file_name = self.file_name

        role: str = self.role

        grade: None | str
        grade = self.grade

        people = self.people

        run = self.run

        z = self.z

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "file_name": file_name,
                "role": role,
                "grade": grade,
                "people": people,
                "run": run,
                "z": z,
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

        role = check_essay_gap_role(d.pop("role"))

        def _parse_grade(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        grade = _parse_grade(d.pop("grade"))

        people = d.pop("people")

        run = d.pop("run")

        z = d.pop("z")

        essay_gap = cls(
            name=name,
            file_name=file_name,
            role=role,
            grade=grade,
            people=people,
            run=run,
            z=z,
        )

        return essay_gap
