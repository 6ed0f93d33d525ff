from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.agreement_numbers import AgreementNumbers
    from ..models.disputed_pair import DisputedPair
    from ..models.distance_row import DistanceRow
    from ..models.essay_gap import EssayGap
    from ..models.judge_row import JudgeRow
    from ..models.people_counts import PeopleCounts
    from ..models.scales_of_both import ScalesOfBoth
    from ..models.unmatched_name import UnmatchedName


T = TypeVar("T", bound="RunAgreement")


@_attrs_define
class RunAgreement:
    """A run against people. The same verdicts, revision and seed give the same document, byte for byte.

    Attributes:
        run_id (str):
        batch_label (str):
        revision (int):
        verdict_sets (list[str]):
        sentence (str): The answer in words.
        counts (PeopleCounts): What the imported files hold.
        unmatched (list[UnmatchedName]): At most 100, those of most rows first.
        notes (list[str]):
        agreement (AgreementNumbers): How far people and run agree, over the pairs that both judged.

            ``raw`` compares the majorities of pairs that both decided. ``kappa`` is Cohen's with quadratic weights of the
            majorities (won, tied, lost), ``alpha`` Krippendorff's with each person and the run as judges, ``alpha_people``
            that of people alone: nobody can be expected to agree with people better than they do with each other. In both
            each pair counts from either side, so that which essay stands first makes no difference.
        scales (None | ScalesOfBoth):
        no_scales (None | str):
        by_distance (list[DistanceRow]):
        by_judge (list[JudgeRow]):
        essays (list[EssayGap]): Those that differ most, at most 20.
        disputes (list[DisputedPair]): The clearest first; as many as `limit` lets through.
        disputes_total (int):
        seed (int):
        draws (int):
    """

    run_id: str
    batch_label: str
    revision: int
    verdict_sets: list[str]
    sentence: str
    counts: PeopleCounts
    unmatched: list[UnmatchedName]
    notes: list[str]
    agreement: AgreementNumbers
    scales: None | ScalesOfBoth
    no_scales: None | str
    by_distance: list[DistanceRow]
    by_judge: list[JudgeRow]
    essays: list[EssayGap]
    disputes: list[DisputedPair]
    disputes_total: int
    seed: int
    draws: int

    def to_dict(self) -> dict[str, Any]:
        from ..models.scales_of_both import ScalesOfBoth  # noqa: PLC0415

        run_id = self.run_id

        batch_label = self.batch_label

        revision = self.revision

        verdict_sets = self.verdict_sets

        sentence = self.sentence

        counts = self.counts.to_dict()

        unmatched = []
        for unmatched_item_data in self.unmatched:
            unmatched_item = unmatched_item_data.to_dict()
            unmatched.append(unmatched_item)

        notes = self.notes

        agreement = self.agreement.to_dict()

        scales: dict[str, Any] | None
        if isinstance(self.scales, ScalesOfBoth):
            scales = self.scales.to_dict()
        else:
            scales = self.scales

        no_scales: None | str
        no_scales = self.no_scales

        by_distance = []
        for by_distance_item_data in self.by_distance:
            by_distance_item = by_distance_item_data.to_dict()
            by_distance.append(by_distance_item)

        by_judge = []
        for by_judge_item_data in self.by_judge:
            by_judge_item = by_judge_item_data.to_dict()
            by_judge.append(by_judge_item)

        essays = []
        for essays_item_data in self.essays:
            essays_item = essays_item_data.to_dict()
            essays.append(essays_item)

        disputes = []
        for disputes_item_data in self.disputes:
            disputes_item = disputes_item_data.to_dict()
            disputes.append(disputes_item)

        disputes_total = self.disputes_total

        seed = self.seed

        draws = self.draws

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "run_id": run_id,
                "batch_label": batch_label,
                "revision": revision,
                "verdict_sets": verdict_sets,
                "sentence": sentence,
                "counts": counts,
                "unmatched": unmatched,
                "notes": notes,
                "agreement": agreement,
                "scales": scales,
                "no_scales": no_scales,
                "by_distance": by_distance,
                "by_judge": by_judge,
                "essays": essays,
                "disputes": disputes,
                "disputes_total": disputes_total,
                "seed": seed,
                "draws": draws,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.agreement_numbers import AgreementNumbers  # noqa: PLC0415
        from ..models.disputed_pair import DisputedPair  # noqa: PLC0415
        from ..models.distance_row import DistanceRow  # noqa: PLC0415
        from ..models.essay_gap import EssayGap  # noqa: PLC0415
        from ..models.judge_row import JudgeRow  # noqa: PLC0415
        from ..models.people_counts import PeopleCounts  # noqa: PLC0415
        from ..models.scales_of_both import ScalesOfBoth  # noqa: PLC0415
        from ..models.unmatched_name import UnmatchedName  # noqa: PLC0415

        d = dict(src_dict)
        run_id = d.pop("run_id")

        batch_label = d.pop("batch_label")

        revision = d.pop("revision")

        verdict_sets = cast(list[str], d.pop("verdict_sets"))

        sentence = d.pop("sentence")

        counts = PeopleCounts.from_dict(d.pop("counts"))

        unmatched = []
        _unmatched = d.pop("unmatched")
        for unmatched_item_data in _unmatched:
            unmatched_item = UnmatchedName.from_dict(unmatched_item_data)

            unmatched.append(unmatched_item)

        notes = cast(list[str], d.pop("notes"))

        agreement = AgreementNumbers.from_dict(d.pop("agreement"))

        def _parse_scales(data: object) -> None | ScalesOfBoth:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                scales_type_0 = ScalesOfBoth.from_dict(data)

                return scales_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ScalesOfBoth, data)

        scales = _parse_scales(d.pop("scales"))

        def _parse_no_scales(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        no_scales = _parse_no_scales(d.pop("no_scales"))

        by_distance = []
        _by_distance = d.pop("by_distance")
        for by_distance_item_data in _by_distance:
            by_distance_item = DistanceRow.from_dict(by_distance_item_data)

            by_distance.append(by_distance_item)

        by_judge = []
        _by_judge = d.pop("by_judge")
        for by_judge_item_data in _by_judge:
            by_judge_item = JudgeRow.from_dict(by_judge_item_data)

            by_judge.append(by_judge_item)

        essays = []
        _essays = d.pop("essays")
        for essays_item_data in _essays:
            essays_item = EssayGap.from_dict(essays_item_data)

            essays.append(essays_item)

        disputes = []
        _disputes = d.pop("disputes")
        for disputes_item_data in _disputes:
            disputes_item = DisputedPair.from_dict(disputes_item_data)

            disputes.append(disputes_item)

        disputes_total = d.pop("disputes_total")

        seed = d.pop("seed")

        draws = d.pop("draws")

        run_agreement = cls(
            run_id=run_id,
            batch_label=batch_label,
            revision=revision,
            verdict_sets=verdict_sets,
            sentence=sentence,
            counts=counts,
            unmatched=unmatched,
            notes=notes,
            agreement=agreement,
            scales=scales,
            no_scales=no_scales,
            by_distance=by_distance,
            by_judge=by_judge,
            essays=essays,
            disputes=disputes,
            disputes_total=disputes_total,
            seed=seed,
            draws=draws,
        )

        return run_agreement
