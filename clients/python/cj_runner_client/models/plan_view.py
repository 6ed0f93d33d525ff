from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.mode import Mode, check_mode

if TYPE_CHECKING:
    from ..models.plan_view_request import PlanViewRequest
    from ..models.planned_comparisons import PlannedComparisons
    from ..models.planned_cost import PlannedCost
    from ..models.planned_inventory import PlannedInventory
    from ..models.planned_judge import PlannedJudge
    from ..models.planned_pairs import PlannedPairs


T = TypeVar("T", bound="PlanView")


@_attrs_define
class PlanView:
    """What a run would do. Nothing was written or sent.

    Attributes:
        mode (Mode): What a run does.
        batch_label (str):
        inventory (PlannedInventory): What the package holds of which this run would make use.
        pairs (PlannedPairs): Which pairs would be asked.
        comparisons (PlannedComparisons): How many comparisons would be asked; null where only the engine knows.
        judge (PlannedJudge): Who would judge; null leaves it to the engine.
        cost (PlannedCost): Estimated costs in USD; null where no price is known, with the reason.
        notes (list[str]): What could not be checked, and what a caller may want to know.
        request (PlanViewRequest): The request as understood, defaults filled in.
    """

    mode: Mode
    batch_label: str
    inventory: PlannedInventory
    pairs: PlannedPairs
    comparisons: PlannedComparisons
    judge: PlannedJudge
    cost: PlannedCost
    notes: list[str]
    request: PlanViewRequest
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        mode: str = self.mode

        batch_label = self.batch_label

        inventory = self.inventory.to_dict()

        pairs = self.pairs.to_dict()

        comparisons = self.comparisons.to_dict()

        judge = self.judge.to_dict()

        cost = self.cost.to_dict()

        notes = self.notes

        request = self.request.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "mode": mode,
                "batch_label": batch_label,
                "inventory": inventory,
                "pairs": pairs,
                "comparisons": comparisons,
                "judge": judge,
                "cost": cost,
                "notes": notes,
                "request": request,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.plan_view_request import PlanViewRequest  # noqa: PLC0415
        from ..models.planned_comparisons import PlannedComparisons  # noqa: PLC0415
        from ..models.planned_cost import PlannedCost  # noqa: PLC0415
        from ..models.planned_inventory import PlannedInventory  # noqa: PLC0415
        from ..models.planned_judge import PlannedJudge  # noqa: PLC0415
        from ..models.planned_pairs import PlannedPairs  # noqa: PLC0415

        d = dict(src_dict)
        mode = check_mode(d.pop("mode"))

        batch_label = d.pop("batch_label")

        inventory = PlannedInventory.from_dict(d.pop("inventory"))

        pairs = PlannedPairs.from_dict(d.pop("pairs"))

        comparisons = PlannedComparisons.from_dict(d.pop("comparisons"))

        judge = PlannedJudge.from_dict(d.pop("judge"))

        cost = PlannedCost.from_dict(d.pop("cost"))

        notes = cast(list[str], d.pop("notes"))

        request = PlanViewRequest.from_dict(d.pop("request"))

        plan_view = cls(
            mode=mode,
            batch_label=batch_label,
            inventory=inventory,
            pairs=pairs,
            comparisons=comparisons,
            judge=judge,
            cost=cost,
            notes=notes,
            request=request,
        )

        plan_view.additional_properties = d
        return plan_view

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
