from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.run_state import RunState, check_run_state

if TYPE_CHECKING:
    from ..models.comparisons import Comparisons
    from ..models.tokens import Tokens


T = TypeVar("T", bound="Progress")


@_attrs_define
class Progress:
    """How far a run is.

    Attributes:
        stage (RunState): Where a run stands; the last five are final.
        wave (int): The latest wave of pairs of which an answer came; 0 before the first.
        comparisons (Comparisons): Counts that add up: ``received = succeeded + failed`` and ``asked >= received +
            late``.
        eta_s (float | None): Seconds left at the pace so far, seen from `updated_at`; the engine may stop earlier.
        tokens (Tokens): Tokens of all answers.
        cost_usd (float):
    """

    stage: RunState
    wave: int
    comparisons: Comparisons
    eta_s: float | None
    tokens: Tokens
    cost_usd: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        stage: str = self.stage

        wave = self.wave

        comparisons = self.comparisons.to_dict()

        eta_s: float | None
        eta_s = self.eta_s

        tokens = self.tokens.to_dict()

        cost_usd = self.cost_usd

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "stage": stage,
                "wave": wave,
                "comparisons": comparisons,
                "eta_s": eta_s,
                "tokens": tokens,
                "cost_usd": cost_usd,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.comparisons import Comparisons  # noqa: PLC0415
        from ..models.tokens import Tokens  # noqa: PLC0415

        d = dict(src_dict)
        stage = check_run_state(d.pop("stage"))

        wave = d.pop("wave")

        comparisons = Comparisons.from_dict(d.pop("comparisons"))

        def _parse_eta_s(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        eta_s = _parse_eta_s(d.pop("eta_s"))

        tokens = Tokens.from_dict(d.pop("tokens"))

        cost_usd = d.pop("cost_usd")

        progress = cls(
            stage=stage,
            wave=wave,
            comparisons=comparisons,
            eta_s=eta_s,
            tokens=tokens,
            cost_usd=cost_usd,
        )

        progress.additional_properties = d
        return progress

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
