from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.design_batching_mode_type_0 import (
    DesignBatchingModeType0,
    check_design_batching_mode_type_0,
)
from ..models.design_pairing_type_0 import (
    DesignPairingType0,
    check_design_pairing_type_0,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.stop import Stop
    from ..models.wanted_pair import WantedPair


T = TypeVar("T", bound="Design")


@_attrs_define
class Design:
    """How pairs are chosen and when asking stops; the same seed gives the same pairs.

    Attributes:
        seed (int | Unset):  Default: 0.
        pairing (DesignPairingType0 | None | Unset): null: the engine's usual policy.
        both_orders (bool | Unset): Ask each pair in both positions. Default: False.
        early_repeats (bool | Unset): Pairs may be asked again before all were asked once. Default: False.
        batching_mode (DesignBatchingModeType0 | None | Unset):
        stop (Stop | Unset): When asking stops: when scores stand still, when they are exact enough, or only at the
            budget.

            ``threshold`` (largest change of a score) and ``target_mean_se`` are in logits; ``target_band_share`` is the
            mean standard error as a share of the width of a grade band. Null leaves a number to the engine.
        pairs (list[WantedPair] | Unset): Exactly these pairs; names the pairing pre_specified.
    """

    seed: int | Unset = 0
    pairing: DesignPairingType0 | None | Unset = UNSET
    both_orders: bool | Unset = False
    early_repeats: bool | Unset = False
    batching_mode: DesignBatchingModeType0 | None | Unset = UNSET
    stop: Stop | Unset = UNSET
    pairs: list[WantedPair] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        seed = self.seed

        pairing: None | str | Unset
        if isinstance(self.pairing, Unset):
            pairing = UNSET
        elif isinstance(self.pairing, str):
            pairing = self.pairing
        else:
            pairing = self.pairing

        both_orders = self.both_orders

        early_repeats = self.early_repeats

        batching_mode: None | str | Unset
        if isinstance(self.batching_mode, Unset):
            batching_mode = UNSET
        elif isinstance(self.batching_mode, str):
            batching_mode = self.batching_mode
        else:
            batching_mode = self.batching_mode

        stop: dict[str, Any] | Unset = UNSET
        if not isinstance(self.stop, Unset):
            stop = self.stop.to_dict()

        pairs: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.pairs, Unset):
            pairs = []
            for pairs_item_data in self.pairs:
                pairs_item = pairs_item_data.to_dict()
                pairs.append(pairs_item)

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if seed is not UNSET:
            field_dict["seed"] = seed
        if pairing is not UNSET:
            field_dict["pairing"] = pairing
        if both_orders is not UNSET:
            field_dict["both_orders"] = both_orders
        if early_repeats is not UNSET:
            field_dict["early_repeats"] = early_repeats
        if batching_mode is not UNSET:
            field_dict["batching_mode"] = batching_mode
        if stop is not UNSET:
            field_dict["stop"] = stop
        if pairs is not UNSET:
            field_dict["pairs"] = pairs

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.stop import Stop  # noqa: PLC0415
        from ..models.wanted_pair import WantedPair  # noqa: PLC0415

        d = dict(src_dict)
        seed = d.pop("seed", UNSET)

        def _parse_pairing(data: object) -> DesignPairingType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                pairing_type_0 = check_design_pairing_type_0(data)

                return pairing_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DesignPairingType0 | None | Unset, data)

        pairing = _parse_pairing(d.pop("pairing", UNSET))

        both_orders = d.pop("both_orders", UNSET)

        early_repeats = d.pop("early_repeats", UNSET)

        def _parse_batching_mode(
            data: object,
        ) -> DesignBatchingModeType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                batching_mode_type_0 = check_design_batching_mode_type_0(data)

                return batching_mode_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DesignBatchingModeType0 | None | Unset, data)

        batching_mode = _parse_batching_mode(d.pop("batching_mode", UNSET))

        _stop = d.pop("stop", UNSET)
        stop: Stop | Unset
        if isinstance(_stop, Unset):
            stop = UNSET
        else:
            stop = Stop.from_dict(_stop)

        _pairs = d.pop("pairs", UNSET)
        pairs: list[WantedPair] | Unset = UNSET
        if _pairs is not UNSET:
            pairs = []
            for pairs_item_data in _pairs:
                pairs_item = WantedPair.from_dict(pairs_item_data)

                pairs.append(pairs_item)

        design = cls(
            seed=seed,
            pairing=pairing,
            both_orders=both_orders,
            early_repeats=early_repeats,
            batching_mode=batching_mode,
            stop=stop,
            pairs=pairs,
        )

        return design
