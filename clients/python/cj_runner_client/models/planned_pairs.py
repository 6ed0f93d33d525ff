from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.planned_pairs_boundaries import PlannedPairsBoundaries


T = TypeVar("T", bound="PlannedPairs")


@_attrs_define
class PlannedPairs:
    """Which pairs would be asked.

    Attributes:
        policy (None | str): null: the engine's usual one.
        both_orders (bool):
        possible (int): Different pairs that the design may ask.
        listed (int | None): Pairs of `design.pairs`, or of a boundary test.
        iterations (int | None): Of a boundary test: how often a pair is asked in each position.
        boundaries (PlannedPairsBoundaries): Of a boundary test: pairs by grade boundary, best first.
    """

    policy: None | str
    both_orders: bool
    possible: int
    listed: int | None
    iterations: int | None
    boundaries: PlannedPairsBoundaries
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        policy: None | str
        policy = self.policy

        both_orders = self.both_orders

        possible = self.possible

        listed: int | None
        listed = self.listed

        iterations: int | None
        iterations = self.iterations

        boundaries = self.boundaries.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "policy": policy,
                "both_orders": both_orders,
                "possible": possible,
                "listed": listed,
                "iterations": iterations,
                "boundaries": boundaries,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.planned_pairs_boundaries import PlannedPairsBoundaries  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_policy(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        policy = _parse_policy(d.pop("policy"))

        both_orders = d.pop("both_orders")

        possible = d.pop("possible")

        def _parse_listed(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        listed = _parse_listed(d.pop("listed"))

        def _parse_iterations(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        iterations = _parse_iterations(d.pop("iterations"))

        boundaries = PlannedPairsBoundaries.from_dict(d.pop("boundaries"))

        planned_pairs = cls(
            policy=policy,
            both_orders=both_orders,
            possible=possible,
            listed=listed,
            iterations=iterations,
            boundaries=boundaries,
        )

        planned_pairs.additional_properties = d
        return planned_pairs

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
