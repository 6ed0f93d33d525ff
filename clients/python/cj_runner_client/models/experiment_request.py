from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.experiment_request_course_code import (
    ExperimentRequestCourseCode,
    check_experiment_request_course_code,
)
from ..models.experiment_request_criterion import (
    ExperimentRequestCriterion,
    check_experiment_request_criterion,
)
from ..models.experiment_request_language import (
    ExperimentRequestLanguage,
    check_experiment_request_language,
)
from ..models.experiment_request_mode import (
    ExperimentRequestMode,
    check_experiment_request_mode,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.assets import Assets
    from ..models.cell_budget import CellBudget
    from ..models.design import Design
    from ..models.experiment_request_labels import ExperimentRequestLabels
    from ..models.factors import Factors
    from ..models.judge_rules import JudgeRules


T = TypeVar("T", bound="ExperimentRequest")


@_attrs_define
class ExperimentRequest:
    """The body of ``POST /v1/experiments``.

    Attributes:
        name (str): For people; may repeat. Fields of strftime (`%Y%m%d`) are filled in (UTC).
        assets (Assets): The essays to judge.
        max_cost_usd (float): The cap of all runs together, those of resumes included.
        factors (Factors | Unset): What is varied: every combination of levels is a setting, judged once for each seed.

            A level that is null leaves the choice to the engine. Texts are read from ``prompts/`` when the experiment is
            accepted, and stay as they were then.
        max_concurrency (int | Unset): How many runs go on at the same time. Default: 2.
        criterion (ExperimentRequestCriterion | Unset): The metric by which the best setting is chosen. Default:
            'tau_a'.
        mode (ExperimentRequestMode | Unset):  Default: 'anchor-align-test'.
        assignment_id (None | Unset | UUID): Needed in mode execute, and only there.
        course_code (ExperimentRequestCourseCode | Unset):  Default: 'ENG5'.
        language (ExperimentRequestLanguage | Unset):  Default: 'en'.
        expected_grade_scale (None | str | Unset):
        llm (JudgeRules | Unset): How all judges are set; null leaves the choice to the engine.
        budget (CellBudget | Unset): The budget of each run; its ``max_cost_usd`` is the share of the cap that each run
            gets.
        design (Design | Unset): How pairs are chosen and when asking stops; the same seed gives the same pairs.
        labels (ExperimentRequestLabels | Unset): Up to 18 pairs of your own, given to all runs beside `experiment` and
            `experiment_cell`.
    """

    name: str
    assets: Assets
    max_cost_usd: float
    factors: Factors | Unset = UNSET
    max_concurrency: int | Unset = 2
    criterion: ExperimentRequestCriterion | Unset = "tau_a"
    mode: ExperimentRequestMode | Unset = "anchor-align-test"
    assignment_id: None | Unset | UUID = UNSET
    course_code: ExperimentRequestCourseCode | Unset = "ENG5"
    language: ExperimentRequestLanguage | Unset = "en"
    expected_grade_scale: None | str | Unset = UNSET
    llm: JudgeRules | Unset = UNSET
    budget: CellBudget | Unset = UNSET
    design: Design | Unset = UNSET
    labels: ExperimentRequestLabels | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        assets = self.assets.to_dict()

        max_cost_usd = self.max_cost_usd

        factors: dict[str, Any] | Unset = UNSET
        if not isinstance(self.factors, Unset):
            factors = self.factors.to_dict()

        max_concurrency = self.max_concurrency

        criterion: str | Unset = UNSET
        if not isinstance(self.criterion, Unset):
            criterion = self.criterion

        mode: str | Unset = UNSET
        if not isinstance(self.mode, Unset):
            mode = self.mode

        assignment_id: None | str | Unset
        if isinstance(self.assignment_id, Unset):
            assignment_id = UNSET
        elif isinstance(self.assignment_id, UUID):
            assignment_id = str(self.assignment_id)
        else:
            assignment_id = self.assignment_id

        course_code: str | Unset = UNSET
        if not isinstance(self.course_code, Unset):
            course_code = self.course_code

        language: str | Unset = UNSET
        if not isinstance(self.language, Unset):
            language = self.language

        expected_grade_scale: None | str | Unset
        if isinstance(self.expected_grade_scale, Unset):
            expected_grade_scale = UNSET
        else:
            expected_grade_scale = self.expected_grade_scale

        llm: dict[str, Any] | Unset = UNSET
        if not isinstance(self.llm, Unset):
            llm = self.llm.to_dict()

        budget: dict[str, Any] | Unset = UNSET
        if not isinstance(self.budget, Unset):
            budget = self.budget.to_dict()

        design: dict[str, Any] | Unset = UNSET
        if not isinstance(self.design, Unset):
            design = self.design.to_dict()

        labels: dict[str, Any] | Unset = UNSET
        if not isinstance(self.labels, Unset):
            labels = self.labels.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "assets": assets,
                "max_cost_usd": max_cost_usd,
            }
        )
        if factors is not UNSET:
            field_dict["factors"] = factors
        if max_concurrency is not UNSET:
            field_dict["max_concurrency"] = max_concurrency
        if criterion is not UNSET:
            field_dict["criterion"] = criterion
        if mode is not UNSET:
            field_dict["mode"] = mode
        if assignment_id is not UNSET:
            field_dict["assignment_id"] = assignment_id
        if course_code is not UNSET:
            field_dict["course_code"] = course_code
        if language is not UNSET:
            field_dict["language"] = language
        if expected_grade_scale is not UNSET:
            field_dict["expected_grade_scale"] = expected_grade_scale
        if llm is not UNSET:
            field_dict["llm"] = llm
        if budget is not UNSET:
            field_dict["budget"] = budget
        if design is not UNSET:
            field_dict["design"] = design
        if labels is not UNSET:
            field_dict["labels"] = labels

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.assets import Assets  # noqa: PLC0415
        from ..models.cell_budget import CellBudget  # noqa: PLC0415
        from ..models.design import Design  # noqa: PLC0415
        from ..models.experiment_request_labels import ExperimentRequestLabels  # noqa: PLC0415
        from ..models.factors import Factors  # noqa: PLC0415
        from ..models.judge_rules import JudgeRules  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        assets = Assets.from_dict(d.pop("assets"))

        max_cost_usd = d.pop("max_cost_usd")

        _factors = d.pop("factors", UNSET)
        factors: Factors | Unset
        if isinstance(_factors, Unset):
            factors = UNSET
        else:
            factors = Factors.from_dict(_factors)

        max_concurrency = d.pop("max_concurrency", UNSET)

        _criterion = d.pop("criterion", UNSET)
        criterion: ExperimentRequestCriterion | Unset
        if isinstance(_criterion, Unset):
            criterion = UNSET
        else:
            criterion = check_experiment_request_criterion(_criterion)

        _mode = d.pop("mode", UNSET)
        mode: ExperimentRequestMode | Unset
        if isinstance(_mode, Unset):
            mode = UNSET
        else:
            mode = check_experiment_request_mode(_mode)

        def _parse_assignment_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                assignment_id_type_0 = UUID(data)

                return assignment_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        assignment_id = _parse_assignment_id(d.pop("assignment_id", UNSET))

        _course_code = d.pop("course_code", UNSET)
        course_code: ExperimentRequestCourseCode | Unset
        if isinstance(_course_code, Unset):
            course_code = UNSET
        else:
            course_code = check_experiment_request_course_code(_course_code)

        _language = d.pop("language", UNSET)
        language: ExperimentRequestLanguage | Unset
        if isinstance(_language, Unset):
            language = UNSET
        else:
            language = check_experiment_request_language(_language)

        def _parse_expected_grade_scale(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expected_grade_scale = _parse_expected_grade_scale(
            d.pop("expected_grade_scale", UNSET)
        )

        _llm = d.pop("llm", UNSET)
        llm: JudgeRules | Unset
        if isinstance(_llm, Unset):
            llm = UNSET
        else:
            llm = JudgeRules.from_dict(_llm)

        _budget = d.pop("budget", UNSET)
        budget: CellBudget | Unset
        if isinstance(_budget, Unset):
            budget = UNSET
        else:
            budget = CellBudget.from_dict(_budget)

        _design = d.pop("design", UNSET)
        design: Design | Unset
        if isinstance(_design, Unset):
            design = UNSET
        else:
            design = Design.from_dict(_design)

        _labels = d.pop("labels", UNSET)
        labels: ExperimentRequestLabels | Unset
        if isinstance(_labels, Unset):
            labels = UNSET
        else:
            labels = ExperimentRequestLabels.from_dict(_labels)

        experiment_request = cls(
            name=name,
            assets=assets,
            max_cost_usd=max_cost_usd,
            factors=factors,
            max_concurrency=max_concurrency,
            criterion=criterion,
            mode=mode,
            assignment_id=assignment_id,
            course_code=course_code,
            language=language,
            expected_grade_scale=expected_grade_scale,
            llm=llm,
            budget=budget,
            design=design,
            labels=labels,
        )

        return experiment_request
