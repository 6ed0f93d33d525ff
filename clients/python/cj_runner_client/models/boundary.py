from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.anchor_pair import AnchorPair


T = TypeVar("T", bound="Boundary")


@_attrs_define
class Boundary:
    """Which grade boundaries are tested, and how thoroughly; an empty group tests all that the anchors allow.

    Attributes:
        boundaries (list[str] | str | Unset): `A/B`: all anchors of one grade against all of the other; a letter that is
            no grade of the scale means all its grades (`C`: C+ and C-). `all`: any two grades that are neighbours among
            anchors. One alone needs no list. Nothing, and no `pairs`: `all`.
        pairs (list[AnchorPair] | Unset): These pairs, beside those of `boundaries`.
        iterations (int | Unset): How often each pair is asked in each of its two positions. Default: 5.
        least_win_rate (float | Unset): The share of comparisons that the better grade must win for a boundary to hold.
            Default: 0.7.
    """

    boundaries: list[str] | str | Unset = UNSET
    pairs: list[AnchorPair] | Unset = UNSET
    iterations: int | Unset = 5
    least_win_rate: float | Unset = 0.7

    def to_dict(self) -> dict[str, Any]:
        boundaries: list[str] | str | Unset
        if isinstance(self.boundaries, Unset):
            boundaries = UNSET
        elif isinstance(self.boundaries, list):
            boundaries = self.boundaries

        else:
            boundaries = self.boundaries

        pairs: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.pairs, Unset):
            pairs = []
            for pairs_item_data in self.pairs:
                pairs_item = pairs_item_data.to_dict()
                pairs.append(pairs_item)

        iterations = self.iterations

        least_win_rate = self.least_win_rate

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if boundaries is not UNSET:
            field_dict["boundaries"] = boundaries
        if pairs is not UNSET:
            field_dict["pairs"] = pairs
        if iterations is not UNSET:
            field_dict["iterations"] = iterations
        if least_win_rate is not UNSET:
            field_dict["least_win_rate"] = least_win_rate

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.anchor_pair import AnchorPair  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_boundaries(data: object) -> list[str] | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                boundaries_type_0 = cast(list[str], data)

                return boundaries_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | str | Unset, data)

        boundaries = _parse_boundaries(d.pop("boundaries", UNSET))

        _pairs = d.pop("pairs", UNSET)
        pairs: list[AnchorPair] | Unset = UNSET
        if _pairs is not UNSET:
            pairs = []
            for pairs_item_data in _pairs:
                pairs_item = AnchorPair.from_dict(pairs_item_data)

                pairs.append(pairs_item)

        iterations = d.pop("iterations", UNSET)

        least_win_rate = d.pop("least_win_rate", UNSET)

        boundary = cls(
            boundaries=boundaries,
            pairs=pairs,
            iterations=iterations,
            least_win_rate=least_win_rate,
        )

        return boundary
