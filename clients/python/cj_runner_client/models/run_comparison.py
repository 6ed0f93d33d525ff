from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.against import Against
    from ..models.compared_essay import ComparedEssay
    from ..models.compared_run import ComparedRun
    from ..models.left_out import LeftOut
    from ..models.resampling import Resampling
    from ..models.run_metrics import RunMetrics
    from ..models.settings_compared import SettingsCompared


T = TypeVar("T", bound="RunComparison")


@_attrs_define
class RunComparison:
    """Runs side by side. The same runs, revisions and seed give the same document, byte for byte.

    Attributes:
        runs (list[ComparedRun]):
        shared_essays (int):
        shared_anchors (int):
        left_out (list[LeftOut]):
        notes (list[str]): What a reader must know before believing a number.
        settings (SettingsCompared): What differs between the runs, and the names of what does not.
        metrics (list[RunMetrics]):
        against (list[Against]):
        essays (list[ComparedEssay]): By the largest move first.
        resampling (Resampling): What was drawn, so that it can be drawn again.
    """

    runs: list[ComparedRun]
    shared_essays: int
    shared_anchors: int
    left_out: list[LeftOut]
    notes: list[str]
    settings: SettingsCompared
    metrics: list[RunMetrics]
    against: list[Against]
    essays: list[ComparedEssay]
    resampling: Resampling

    def to_dict(self) -> dict[str, Any]:
        runs = []
        for runs_item_data in self.runs:
            runs_item = runs_item_data.to_dict()
            runs.append(runs_item)

        shared_essays = self.shared_essays

        shared_anchors = self.shared_anchors

        left_out = []
        for left_out_item_data in self.left_out:
            left_out_item = left_out_item_data.to_dict()
            left_out.append(left_out_item)

        notes = self.notes

        settings = self.settings.to_dict()

        metrics = []
        for metrics_item_data in self.metrics:
            metrics_item = metrics_item_data.to_dict()
            metrics.append(metrics_item)

        against = []
        for against_item_data in self.against:
            against_item = against_item_data.to_dict()
            against.append(against_item)

        essays = []
        for essays_item_data in self.essays:
            essays_item = essays_item_data.to_dict()
            essays.append(essays_item)

        resampling = self.resampling.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "runs": runs,
                "shared_essays": shared_essays,
                "shared_anchors": shared_anchors,
                "left_out": left_out,
                "notes": notes,
                "settings": settings,
                "metrics": metrics,
                "against": against,
                "essays": essays,
                "resampling": resampling,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.against import Against  # noqa: PLC0415
        from ..models.compared_essay import ComparedEssay  # noqa: PLC0415
        from ..models.compared_run import ComparedRun  # noqa: PLC0415
        from ..models.left_out import LeftOut  # noqa: PLC0415
        from ..models.resampling import Resampling  # noqa: PLC0415
        from ..models.run_metrics import RunMetrics  # noqa: PLC0415
        from ..models.settings_compared import SettingsCompared  # noqa: PLC0415

        d = dict(src_dict)
        runs = []
        _runs = d.pop("runs")
        for runs_item_data in _runs:
            runs_item = ComparedRun.from_dict(runs_item_data)

            runs.append(runs_item)

        shared_essays = d.pop("shared_essays")

        shared_anchors = d.pop("shared_anchors")

        left_out = []
        _left_out = d.pop("left_out")
        for left_out_item_data in _left_out:
            left_out_item = LeftOut.from_dict(left_out_item_data)

            left_out.append(left_out_item)

        notes = cast(list[str], d.pop("notes"))

        settings = SettingsCompared.from_dict(d.pop("settings"))

        metrics = []
        _metrics = d.pop("metrics")
        for metrics_item_data in _metrics:
            metrics_item = RunMetrics.from_dict(metrics_item_data)

            metrics.append(metrics_item)

        against = []
        _against = d.pop("against")
        for against_item_data in _against:
            against_item = Against.from_dict(against_item_data)

            against.append(against_item)

        essays = []
        _essays = d.pop("essays")
        for essays_item_data in _essays:
            essays_item = ComparedEssay.from_dict(essays_item_data)

            essays.append(essays_item)

        resampling = Resampling.from_dict(d.pop("resampling"))

        run_comparison = cls(
            runs=runs,
            shared_essays=shared_essays,
            shared_anchors=shared_anchors,
            left_out=left_out,
            notes=notes,
            settings=settings,
            metrics=metrics,
            against=against,
            essays=essays,
            resampling=resampling,
        )

        return run_comparison
