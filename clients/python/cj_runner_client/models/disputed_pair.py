from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.disputed_pair_experts_type_0 import (
    DisputedPairExpertsType0,
    check_disputed_pair_experts_type_0,
)
from ..models.disputed_pair_people import DisputedPairPeople, check_disputed_pair_people
from ..models.disputed_pair_run import DisputedPairRun, check_disputed_pair_run

if TYPE_CHECKING:
    from ..models.essay_name import EssayName
    from ..models.verdict_text import VerdictText


T = TypeVar("T", bound="DisputedPair")


@_attrs_define
class DisputedPair:
    """A pair on which people and run differ.

    Attributes:
        first (EssayName): An essay as people know it.
        second (EssayName): An essay as people know it.
        distance (int | None): Steps between the experts' grades.
        people_for_first (int):
        people_for_second (int):
        people_tied (int):
        run_for_first (int):
        run_for_second (int):
        people (DisputedPairPeople):
        run (DisputedPairRun):
        experts (DisputedPairExpertsType0 | None): null where a grade is missing.
        judges_for_first (list[str]):
        judges_for_second (list[str]):
        verdicts (list[VerdictText]):
    """

    first: EssayName
    second: EssayName
    distance: int | None
    people_for_first: int
    people_for_second: int
    people_tied: int
    run_for_first: int
    run_for_second: int
    people: DisputedPairPeople
    run: DisputedPairRun
    experts: DisputedPairExpertsType0 | None
    judges_for_first: list[str]
    judges_for_second: list[str]
    verdicts: list[VerdictText]

    def to_dict(self) -> dict[str, Any]:
        first = self.first.to_dict()

        second = self.second.to_dict()

        distance: int | None
        distance = self.distance

        people_for_first = self.people_for_first

        people_for_second = self.people_for_second

        people_tied = self.people_tied

        run_for_first = self.run_for_first

        run_for_second = self.run_for_second

        people: str = self.people

        run: str = self.run

        experts: None | str
        if isinstance(self.experts, str):
            experts = self.experts
        else:
            experts = self.experts

        judges_for_first = self.judges_for_first

        judges_for_second = self.judges_for_second

        verdicts = []
        for verdicts_item_data in self.verdicts:
            verdicts_item = verdicts_item_data.to_dict()
            verdicts.append(verdicts_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "first": first,
                "second": second,
                "distance": distance,
                "people_for_first": people_for_first,
                "people_for_second": people_for_second,
                "people_tied": people_tied,
                "run_for_first": run_for_first,
                "run_for_second": run_for_second,
                "people": people,
                "run": run,
                "experts": experts,
                "judges_for_first": judges_for_first,
                "judges_for_second": judges_for_second,
                "verdicts": verdicts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.essay_name import EssayName  # noqa: PLC0415
        from ..models.verdict_text import VerdictText  # noqa: PLC0415

        d = dict(src_dict)
        first = EssayName.from_dict(d.pop("first"))

        second = EssayName.from_dict(d.pop("second"))

        def _parse_distance(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        distance = _parse_distance(d.pop("distance"))

        people_for_first = d.pop("people_for_first")

        people_for_second = d.pop("people_for_second")

        people_tied = d.pop("people_tied")

        run_for_first = d.pop("run_for_first")

        run_for_second = d.pop("run_for_second")

        people = check_disputed_pair_people(d.pop("people"))

        run = check_disputed_pair_run(d.pop("run"))

        def _parse_experts(data: object) -> DisputedPairExpertsType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                experts_type_0 = check_disputed_pair_experts_type_0(data)

                return experts_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DisputedPairExpertsType0 | None, data)

        experts = _parse_experts(d.pop("experts"))

        judges_for_first = cast(list[str], d.pop("judges_for_first"))

        judges_for_second = cast(list[str], d.pop("judges_for_second"))

        verdicts = []
        _verdicts = d.pop("verdicts")
        for verdicts_item_data in _verdicts:
            verdicts_item = VerdictText.from_dict(verdicts_item_data)

            verdicts.append(verdicts_item)

        disputed_pair = cls(
            first=first,
            second=second,
            distance=distance,
            people_for_first=people_for_first,
            people_for_second=people_for_second,
            people_tied=people_tied,
            run_for_first=run_for_first,
            run_for_second=run_for_second,
            people=people,
            run=run,
            experts=experts,
            judges_for_first=judges_for_first,
            judges_for_second=judges_for_second,
            verdicts=verdicts,
        )

        return disputed_pair
