from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="PeopleCounts")


@_attrs_define
class PeopleCounts:
    """What the imported files hold.

    Attributes:
        verdicts (int):
        ties (int):
        undecided (int): Rows without a decision: in no number below.
        unmatched (int): Rows that name an essay which the run does not have.
        judges (int):
        same_essay (int): Rows whose two names mean one essay: in no number below.
        pairs (int): Different pairs of essays of the run.
        not_judged_by_run (int): Pairs of people that the run did not judge.
    """

    verdicts: int
    ties: int
    undecided: int
    unmatched: int
    judges: int
    same_essay: int
    pairs: int
    not_judged_by_run: int

    def to_dict(self) -> dict[str, Any]:
        verdicts = self.verdicts

        ties = self.ties

        undecided = self.undecided

        unmatched = self.unmatched

        judges = self.judges

        same_essay = self.same_essay

        pairs = self.pairs

        not_judged_by_run = self.not_judged_by_run

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "verdicts": verdicts,
                "ties": ties,
                "undecided": undecided,
                "unmatched": unmatched,
                "judges": judges,
                "same_essay": same_essay,
                "pairs": pairs,
                "not_judged_by_run": not_judged_by_run,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        verdicts = d.pop("verdicts")

        ties = d.pop("ties")

        undecided = d.pop("undecided")

        unmatched = d.pop("unmatched")

        judges = d.pop("judges")

        same_essay = d.pop("same_essay")

        pairs = d.pop("pairs")

        not_judged_by_run = d.pop("not_judged_by_run")

        people_counts = cls(
            verdicts=verdicts,
            ties=ties,
            undecided=undecided,
            unmatched=unmatched,
            judges=judges,
            same_essay=same_essay,
            pairs=pairs,
            not_judged_by_run=not_judged_by_run,
        )

        return people_counts
