from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.planned_inventory_grades import PlannedInventoryGrades


T = TypeVar("T", bound="PlannedInventory")


@_attrs_define
class PlannedInventory:
    """What the package holds of which this run would make use.

    Attributes:
        package_id (str):
        name (str):
        sha256 (str):
        anchors (int):
        students (int):
        judged (int): Essays that would be compared in this mode.
        grades (PlannedInventoryGrades): Anchors by expert grade.
        characters_mean (float): Of the judged essays.
        characters_longest (int):
    """

    package_id: str
    name: str
    sha256: str
    anchors: int
    students: int
    judged: int
    grades: PlannedInventoryGrades
    characters_mean: float
    characters_longest: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        package_id = self.package_id

        name = self.name

        sha256 = self.sha256

        anchors = self.anchors

        students = self.students

        judged = self.judged

        grades = self.grades.to_dict()

        characters_mean = self.characters_mean

        characters_longest = self.characters_longest

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "package_id": package_id,
                "name": name,
                "sha256": sha256,
                "anchors": anchors,
                "students": students,
                "judged": judged,
                "grades": grades,
                "characters_mean": characters_mean,
                "characters_longest": characters_longest,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.planned_inventory_grades import PlannedInventoryGrades  # noqa: PLC0415

        d = dict(src_dict)
        package_id = d.pop("package_id")

        name = d.pop("name")

        sha256 = d.pop("sha256")

        anchors = d.pop("anchors")

        students = d.pop("students")

        judged = d.pop("judged")

        grades = PlannedInventoryGrades.from_dict(d.pop("grades"))

        characters_mean = d.pop("characters_mean")

        characters_longest = d.pop("characters_longest")

        planned_inventory = cls(
            package_id=package_id,
            name=name,
            sha256=sha256,
            anchors=anchors,
            students=students,
            judged=judged,
            grades=grades,
            characters_mean=characters_mean,
            characters_longest=characters_longest,
        )

        planned_inventory.additional_properties = d
        return planned_inventory

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
