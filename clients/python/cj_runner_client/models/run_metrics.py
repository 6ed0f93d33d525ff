from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.invalid import Invalid
    from ..models.order_effect import OrderEffect
    from ..models.rate import Rate
    from ..models.seconds import Seconds
    from ..models.spent import Spent
    from ..models.target import Target


T = TypeVar("T", bound="RunMetrics")


@_attrs_define
class RunMetrics:
    """The numbers of one run over its own anchors; null where something is not defined on its data.

    Correlations and counts of inversions are those of the run's report. ``waiting`` is the time from question to
    answer, as the gateway noted it.

        Attributes:
            letter (str):
            anchors (int):
            withheld (None | str): Why there is no metric against the grades; null where there are.
            tau_a (float | None): Kendall's tau-a against the grades, ties of grades counted as good.
            tau_b (float | None): Kendall's tau-b against the grades.
            tau_a_ceiling (float | None):
            spearman (float | None):
            inverted_pairs (int | None): Pairs of anchors in which the worse grade won at least once.
            majority_inversions (int | None):
            zero_win_anchors (int):
            top_regressions (int | None):
            targets (list[Target]):
            mean_se_anchors (float | None): Mean standard error, logits.
            mean_se (float | None): The same of all essays.
            verdicts (int):
            invalid (Invalid): Answers without a verdict: ``failed`` of ``answers``, by their code of error.
            mean_confidence (float | None): Of the verdicts, on the judge's own scale.
            spent (Spent): Tokens and money in US dollars, failed answers included; ``usd_a_verdict`` is null without
                verdicts.
            waiting (None | Seconds):
            order_effect (None | OrderEffect):
            first_pick (None | Rate): How often the essay shown first won.
            swap_consistency (None | Rate): Pairs with the same winner in both orders.
            cyclic_triads (float | None): Share of the triads that are cycles; a coin gives a quarter.
    """

    letter: str
    anchors: int
    withheld: None | str
    tau_a: float | None
    tau_b: float | None
    tau_a_ceiling: float | None
    spearman: float | None
    inverted_pairs: int | None
    majority_inversions: int | None
    zero_win_anchors: int
    top_regressions: int | None
    targets: list[Target]
    mean_se_anchors: float | None
    mean_se: float | None
    verdicts: int
    invalid: Invalid
    mean_confidence: float | None
    spent: Spent
    waiting: None | Seconds
    order_effect: None | OrderEffect
    first_pick: None | Rate
    swap_consistency: None | Rate
    cyclic_triads: float | None

    def to_dict(self) -> dict[str, Any]:
        from ..models.order_effect import OrderEffect  # noqa: PLC0415
        from ..models.rate import Rate  # noqa: PLC0415
        from ..models.seconds import Seconds  # noqa: PLC0415

        letter = self.letter

        anchors = self.anchors

        withheld: None | str
        withheld = self.withheld

        tau_a: float | None
        tau_a = self.tau_a

        tau_b: float | None
        tau_b = self.tau_b

        tau_a_ceiling: float | None
        tau_a_ceiling = self.tau_a_ceiling

        spearman: float | None
        spearman = self.spearman

        inverted_pairs: int | None
        inverted_pairs = self.inverted_pairs

        majority_inversions: int | None
        majority_inversions = self.majority_inversions

        zero_win_anchors = self.zero_win_anchors

        top_regressions: int | None
        top_regressions = self.top_regressions

        targets = []
        for targets_item_data in self.targets:
            targets_item = targets_item_data.to_dict()
            targets.append(targets_item)

        mean_se_anchors: float | None
        mean_se_anchors = self.mean_se_anchors

        mean_se: float | None
        mean_se = self.mean_se

        verdicts = self.verdicts

        invalid = self.invalid.to_dict()

        mean_confidence: float | None
        mean_confidence = self.mean_confidence

        spent = self.spent.to_dict()

        waiting: dict[str, Any] | None
        if isinstance(self.waiting, Seconds):
            waiting = self.waiting.to_dict()
        else:
            waiting = self.waiting

        order_effect: dict[str, Any] | None
        if isinstance(self.order_effect, OrderEffect):
            order_effect = self.order_effect.to_dict()
        else:
            order_effect = self.order_effect

        first_pick: dict[str, Any] | None
        if isinstance(self.first_pick, Rate):
            first_pick = self.first_pick.to_dict()
        else:
            first_pick = self.first_pick

        swap_consistency: dict[str, Any] | None
        if isinstance(self.swap_consistency, Rate):
            swap_consistency = self.swap_consistency.to_dict()
        else:
            swap_consistency = self.swap_consistency

        cyclic_triads: float | None
        cyclic_triads = self.cyclic_triads

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "letter": letter,
                "anchors": anchors,
                "withheld": withheld,
                "tau_a": tau_a,
                "tau_b": tau_b,
                "tau_a_ceiling": tau_a_ceiling,
                "spearman": spearman,
                "inverted_pairs": inverted_pairs,
                "majority_inversions": majority_inversions,
                "zero_win_anchors": zero_win_anchors,
                "top_regressions": top_regressions,
                "targets": targets,
                "mean_se_anchors": mean_se_anchors,
                "mean_se": mean_se,
                "verdicts": verdicts,
                "invalid": invalid,
                "mean_confidence": mean_confidence,
                "spent": spent,
                "waiting": waiting,
                "order_effect": order_effect,
                "first_pick": first_pick,
                "swap_consistency": swap_consistency,
                "cyclic_triads": cyclic_triads,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.invalid import Invalid  # noqa: PLC0415
        from ..models.order_effect import OrderEffect  # noqa: PLC0415
        from ..models.rate import Rate  # noqa: PLC0415
        from ..models.seconds import Seconds  # noqa: PLC0415
        from ..models.spent import Spent  # noqa: PLC0415
        from ..models.target import Target  # noqa: PLC0415

        d = dict(src_dict)
        letter = d.pop("letter")

        anchors = d.pop("anchors")

        def _parse_withheld(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        withheld = _parse_withheld(d.pop("withheld"))

        def _parse_tau_a(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tau_a = _parse_tau_a(d.pop("tau_a"))

        def _parse_tau_b(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tau_b = _parse_tau_b(d.pop("tau_b"))

        def _parse_tau_a_ceiling(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        tau_a_ceiling = _parse_tau_a_ceiling(d.pop("tau_a_ceiling"))

        def _parse_spearman(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        spearman = _parse_spearman(d.pop("spearman"))

        def _parse_inverted_pairs(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        inverted_pairs = _parse_inverted_pairs(d.pop("inverted_pairs"))

        def _parse_majority_inversions(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        majority_inversions = _parse_majority_inversions(d.pop("majority_inversions"))

        zero_win_anchors = d.pop("zero_win_anchors")

        def _parse_top_regressions(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        top_regressions = _parse_top_regressions(d.pop("top_regressions"))

        targets = []
        _targets = d.pop("targets")
        for targets_item_data in _targets:
            targets_item = Target.from_dict(targets_item_data)

            targets.append(targets_item)

        def _parse_mean_se_anchors(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mean_se_anchors = _parse_mean_se_anchors(d.pop("mean_se_anchors"))

        def _parse_mean_se(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mean_se = _parse_mean_se(d.pop("mean_se"))

        verdicts = d.pop("verdicts")

        invalid = Invalid.from_dict(d.pop("invalid"))

        def _parse_mean_confidence(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mean_confidence = _parse_mean_confidence(d.pop("mean_confidence"))

        spent = Spent.from_dict(d.pop("spent"))

        def _parse_waiting(data: object) -> None | Seconds:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                waiting_type_0 = Seconds.from_dict(data)

                return waiting_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Seconds, data)

        waiting = _parse_waiting(d.pop("waiting"))

        def _parse_order_effect(data: object) -> None | OrderEffect:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                order_effect_type_0 = OrderEffect.from_dict(data)

                return order_effect_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OrderEffect, data)

        order_effect = _parse_order_effect(d.pop("order_effect"))

        def _parse_first_pick(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                first_pick_type_0 = Rate.from_dict(data)

                return first_pick_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        first_pick = _parse_first_pick(d.pop("first_pick"))

        def _parse_swap_consistency(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                swap_consistency_type_0 = Rate.from_dict(data)

                return swap_consistency_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        swap_consistency = _parse_swap_consistency(d.pop("swap_consistency"))

        def _parse_cyclic_triads(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        cyclic_triads = _parse_cyclic_triads(d.pop("cyclic_triads"))

        run_metrics = cls(
            letter=letter,
            anchors=anchors,
            withheld=withheld,
            tau_a=tau_a,
            tau_b=tau_b,
            tau_a_ceiling=tau_a_ceiling,
            spearman=spearman,
            inverted_pairs=inverted_pairs,
            majority_inversions=majority_inversions,
            zero_win_anchors=zero_win_anchors,
            top_regressions=top_regressions,
            targets=targets,
            mean_se_anchors=mean_se_anchors,
            mean_se=mean_se,
            verdicts=verdicts,
            invalid=invalid,
            mean_confidence=mean_confidence,
            spent=spent,
            waiting=waiting,
            order_effect=order_effect,
            first_pick=first_pick,
            swap_consistency=swap_consistency,
            cyclic_triads=cyclic_triads,
        )

        return run_metrics
