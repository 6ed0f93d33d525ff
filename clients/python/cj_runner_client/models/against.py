from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.against_verdict import AgainstVerdict, check_against_verdict

if TYPE_CHECKING:
    from ..models.dispute import Dispute
    from ..models.pair_counts import PairCounts
    from ..models.scale_agreement import ScaleAgreement
    from ..models.tau_difference import TauDifference


T = TypeVar("T", bound="Against")


@_attrs_define
class Against:
    """One run held against the baseline.

    Attributes:
        letter (str):
        verdict (AgainstVerdict): `better`/`worse`: both intervals of tau-b lie on one side of 0; `leans_…`: one of them
            does.
        sentence (str): The same in words.
        taus (list[TauDifference]):
        no_taus (None | str): Why there is no difference of taus.
        scales (ScaleAgreement): How the two scales agree over the shared essays; null where one of them has no spread.
        pairs (PairCounts): Pairs that both runs judged.
        disputes (list[Dispute]): The clearest first; as many as `limit` lets through.
        disputes_total (int):
    """

    letter: str
    verdict: AgainstVerdict
    sentence: str
    taus: list[TauDifference]
    no_taus: None | str
    scales: ScaleAgreement
    pairs: PairCounts
    disputes: list[Dispute]
    disputes_total: int

    def to_dict(self) -> dict[str, Any]:
        letter = self.letter

        verdict: str = self.verdict

        sentence = self.sentence

        taus = []
        for taus_item_data in self.taus:
            taus_item = taus_item_data.to_dict()
            taus.append(taus_item)

        no_taus: None | str
        no_taus = self.no_taus

        scales = self.scales.to_dict()

        pairs = self.pairs.to_dict()

        disputes = []
        for disputes_item_data in self.disputes:
            disputes_item = disputes_item_data.to_dict()
            disputes.append(disputes_item)

        disputes_total = self.disputes_total

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "letter": letter,
                "verdict": verdict,
                "sentence": sentence,
                "taus": taus,
                "no_taus": no_taus,
                "scales": scales,
                "pairs": pairs,
                "disputes": disputes,
                "disputes_total": disputes_total,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dispute import Dispute  # noqa: PLC0415
        from ..models.pair_counts import PairCounts  # noqa: PLC0415
        from ..models.scale_agreement import ScaleAgreement  # noqa: PLC0415
        from ..models.tau_difference import TauDifference  # noqa: PLC0415

        d = dict(src_dict)
        letter = d.pop("letter")

        verdict = check_against_verdict(d.pop("verdict"))

        sentence = d.pop("sentence")

        taus = []
        _taus = d.pop("taus")
        for taus_item_data in _taus:
            taus_item = TauDifference.from_dict(taus_item_data)

            taus.append(taus_item)

        def _parse_no_taus(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        no_taus = _parse_no_taus(d.pop("no_taus"))

        scales = ScaleAgreement.from_dict(d.pop("scales"))

        pairs = PairCounts.from_dict(d.pop("pairs"))

        disputes = []
        _disputes = d.pop("disputes")
        for disputes_item_data in _disputes:
            disputes_item = Dispute.from_dict(disputes_item_data)

            disputes.append(disputes_item)

        disputes_total = d.pop("disputes_total")

        against = cls(
            letter=letter,
            verdict=verdict,
            sentence=sentence,
            taus=taus,
            no_taus=no_taus,
            scales=scales,
            pairs=pairs,
            disputes=disputes,
            disputes_total=disputes_total,
        )

        return against
