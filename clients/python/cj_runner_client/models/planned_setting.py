from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.planned_comparisons import PlannedComparisons
    from ..models.planned_cost import PlannedCost


T = TypeVar("T", bound="PlannedSetting")


@_attrs_define
class PlannedSetting:
    """One setting, and what one run of it is reckoned to be.

    Attributes:
        number (int):
        prompt (str):
        rubric (str):
        model (str):
        reasoning_effort (str):
        comparisons (PlannedComparisons): How many comparisons would be asked; null where only the engine knows.
        cost (PlannedCost): Estimated costs in USD; null where no price is known, with the reason.
        max_cost_usd (float | None): What a run of it is given at least; null where needs are not known: equal parts are
            given.
    """

    number: int
    prompt: str
    rubric: str
    model: str
    reasoning_effort: str
    comparisons: PlannedComparisons
    cost: PlannedCost
    max_cost_usd: float | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        prompt = self.prompt

        rubric = self.rubric

        model = self.model

        reasoning_effort = self.reasoning_effort

        comparisons = self.comparisons.to_dict()

        cost = self.cost.to_dict()

        max_cost_usd: float | None
        max_cost_usd = self.max_cost_usd

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "prompt": prompt,
                "rubric": rubric,
                "model": model,
                "reasoning_effort": reasoning_effort,
                "comparisons": comparisons,
                "cost": cost,
                "max_cost_usd": max_cost_usd,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.planned_comparisons import PlannedComparisons  # noqa: PLC0415
        from ..models.planned_cost import PlannedCost  # noqa: PLC0415

        d = dict(src_dict)
        number = d.pop("number")

        prompt = d.pop("prompt")

        rubric = d.pop("rubric")

        model = d.pop("model")

        reasoning_effort = d.pop("reasoning_effort")

        comparisons = PlannedComparisons.from_dict(d.pop("comparisons"))

        cost = PlannedCost.from_dict(d.pop("cost"))

        def _parse_max_cost_usd(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        max_cost_usd = _parse_max_cost_usd(d.pop("max_cost_usd"))

        planned_setting = cls(
            number=number,
            prompt=prompt,
            rubric=rubric,
            model=model,
            reasoning_effort=reasoning_effort,
            comparisons=comparisons,
            cost=cost,
            max_cost_usd=max_cost_usd,
        )

        planned_setting.additional_properties = d
        return planned_setting

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
