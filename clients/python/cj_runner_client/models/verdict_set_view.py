from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verdict_set_view_layout import (
    VerdictSetViewLayout,
    check_verdict_set_view_layout,
)

if TYPE_CHECKING:
    from ..models.judge_count import JudgeCount
    from ..models.unmatched_essay import UnmatchedEssay
    from ..models.verdict_counts import VerdictCounts
    from ..models.verdict_set_view_links import VerdictSetViewLinks


T = TypeVar("T", bound="VerdictSetView")


@_attrs_define
class VerdictSetView:
    """One file of people's verdicts on the essays of a run.

    Attributes:
        id (str):
        run_id (str):
        label (str):
        sha256 (str): Of the file: the same file again is this one.
        layout (VerdictSetViewLayout): winner_loser: the file does not say which essay was shown first.
        counts (VerdictCounts): What a file holds: ``rows = verdicts + undecided``; ties and unmatched rows are among
            the verdicts.
        judges (list[JudgeCount]):
        judge_names_kept (bool):
        unmatched_essays (list[UnmatchedEssay]): At most 100, those of most rows first.
        unmatched_essays_total (int):
        created_at (datetime.datetime):
        links (VerdictSetViewLinks):
    """

    id: str
    run_id: str
    label: str
    sha256: str
    layout: VerdictSetViewLayout
    counts: VerdictCounts
    judges: list[JudgeCount]
    judge_names_kept: bool
    unmatched_essays: list[UnmatchedEssay]
    unmatched_essays_total: int
    created_at: datetime.datetime
    links: VerdictSetViewLinks
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        run_id = self.run_id

        label = self.label

        sha256 = self.sha256

        layout: str = self.layout

        counts = self.counts.to_dict()

        judges = []
        for judges_item_data in self.judges:
            judges_item = judges_item_data.to_dict()
            judges.append(judges_item)

        judge_names_kept = self.judge_names_kept

        unmatched_essays = []
        for unmatched_essays_item_data in self.unmatched_essays:
            unmatched_essays_item = unmatched_essays_item_data.to_dict()
            unmatched_essays.append(unmatched_essays_item)

        unmatched_essays_total = self.unmatched_essays_total

        created_at = self.created_at.isoformat()

        links = self.links.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "run_id": run_id,
                "label": label,
                "sha256": sha256,
                "layout": layout,
                "counts": counts,
                "judges": judges,
                "judge_names_kept": judge_names_kept,
                "unmatched_essays": unmatched_essays,
                "unmatched_essays_total": unmatched_essays_total,
                "created_at": created_at,
                "links": links,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.judge_count import JudgeCount  # noqa: PLC0415
        from ..models.unmatched_essay import UnmatchedEssay  # noqa: PLC0415
        from ..models.verdict_counts import VerdictCounts  # noqa: PLC0415
        from ..models.verdict_set_view_links import VerdictSetViewLinks  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        run_id = d.pop("run_id")

        label = d.pop("label")

        sha256 = d.pop("sha256")

        layout = check_verdict_set_view_layout(d.pop("layout"))

        counts = VerdictCounts.from_dict(d.pop("counts"))

        judges = []
        _judges = d.pop("judges")
        for judges_item_data in _judges:
            judges_item = JudgeCount.from_dict(judges_item_data)

            judges.append(judges_item)

        judge_names_kept = d.pop("judge_names_kept")

        unmatched_essays = []
        _unmatched_essays = d.pop("unmatched_essays")
        for unmatched_essays_item_data in _unmatched_essays:
            unmatched_essays_item = UnmatchedEssay.from_dict(unmatched_essays_item_data)

            unmatched_essays.append(unmatched_essays_item)

        unmatched_essays_total = d.pop("unmatched_essays_total")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        links = VerdictSetViewLinks.from_dict(d.pop("links"))

        verdict_set_view = cls(
            id=id,
            run_id=run_id,
            label=label,
            sha256=sha256,
            layout=layout,
            counts=counts,
            judges=judges,
            judge_names_kept=judge_names_kept,
            unmatched_essays=unmatched_essays,
            unmatched_essays_total=unmatched_essays_total,
            created_at=created_at,
            links=links,
        )

        verdict_set_view.additional_properties = d
        return verdict_set_view

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
