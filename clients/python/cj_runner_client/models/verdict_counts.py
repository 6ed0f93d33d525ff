from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="VerdictCounts")


@_attrs_define
class VerdictCounts:
    """What a file holds: ``rows = verdicts + undecided``; ties and unmatched rows are among the verdicts.

    Attributes:
        rows (int):
        verdicts (int):
        ties (int):
        undecided (int): Rows without a decision, which are left out.
        unmatched (int): Rows that name an essay which the run does not have.
        same_essay (int): Rows whose two names mean one and the same essay of the run.
        pairs (int): Different pairs of essays of the run.
    """

    rows: int
    verdicts: int
    ties: int
    undecided: int
    unmatched: int
    same_essay: int
    pairs: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rows = self.rows

        verdicts = self.verdicts

        ties = self.ties

        undecided = self.undecided

        unmatched = self.unmatched

        same_essay = self.same_essay

        pairs = self.pairs

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rows": rows,
                "verdicts": verdicts,
                "ties": ties,
                "undecided": undecided,
                "unmatched": unmatched,
                "same_essay": same_essay,
                "pairs": pairs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rows = d.pop("rows")

        verdicts = d.pop("verdicts")

        ties = d.pop("ties")

        undecided = d.pop("undecided")

        unmatched = d.pop("unmatched")

        same_essay = d.pop("same_essay")

        pairs = d.pop("pairs")

        verdict_counts = cls(
            rows=rows,
            verdicts=verdicts,
            ties=ties,
            undecided=undecided,
            unmatched=unmatched,
            same_essay=same_essay,
            pairs=pairs,
        )

        verdict_counts.additional_properties = d
        return verdict_counts

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
