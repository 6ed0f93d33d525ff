from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.rate import Rate


T = TypeVar("T", bound="DistanceRow")


@_attrs_define
class DistanceRow:
    """Pairs whose grades lie so many steps apart; null: at least one essay has no grade.

    Attributes:
        distance (int | None):
        pairs (int):
        agreement (None | Rate):
        people_with_grades (None | Rate):
        run_with_grades (None | Rate):
    """

    distance: int | None
    pairs: int
    agreement: None | Rate
    people_with_grades: None | Rate
    run_with_grades: None | Rate

    def to_dict(self) -> dict[str, Any]:
        from ..models.rate import Rate  # noqa: PLC0415

        distance: int | None
        distance = self.distance

        pairs = self.pairs

        agreement: dict[str, Any] | None
        if isinstance(self.agreement, Rate):
            agreement = self.agreement.to_dict()
        else:
            agreement = self.agreement

        people_with_grades: dict[str, Any] | None
        if isinstance(self.people_with_grades, Rate):
            people_with_grades = self.people_with_grades.to_dict()
        else:
            people_with_grades = self.people_with_grades

        run_with_grades: dict[str, Any] | None
        if isinstance(self.run_with_grades, Rate):
            run_with_grades = self.run_with_grades.to_dict()
        else:
            run_with_grades = self.run_with_grades

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "distance": distance,
                "pairs": pairs,
                "agreement": agreement,
                "people_with_grades": people_with_grades,
                "run_with_grades": run_with_grades,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rate import Rate  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_distance(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        distance = _parse_distance(d.pop("distance"))

        pairs = d.pop("pairs")

        def _parse_agreement(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                agreement_type_0 = Rate.from_dict(data)

                return agreement_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        agreement = _parse_agreement(d.pop("agreement"))

        def _parse_people_with_grades(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                people_with_grades_type_0 = Rate.from_dict(data)

                return people_with_grades_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        people_with_grades = _parse_people_with_grades(d.pop("people_with_grades"))

        def _parse_run_with_grades(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                run_with_grades_type_0 = Rate.from_dict(data)

                return run_with_grades_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        run_with_grades = _parse_run_with_grades(d.pop("run_with_grades"))

        distance_row = cls(
            distance=distance,
            pairs=pairs,
            agreement=agreement,
            people_with_grades=people_with_grades,
            run_with_grades=run_with_grades,
        )

        return distance_row
