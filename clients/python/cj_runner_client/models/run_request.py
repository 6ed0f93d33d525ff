from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.mode import Mode, check_mode
from ..models.run_request_course_code import (
    RunRequestCourseCode,
    check_run_request_course_code,
)
from ..models.run_request_language import RunRequestLanguage, check_run_request_language
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.assets import Assets
    from ..models.boundary import Boundary
    from ..models.budget import Budget
    from ..models.design import Design
    from ..models.judge import Judge
    from ..models.one_off_webhook import OneOffWebhook
    from ..models.run_request_labels import RunRequestLabels


T = TypeVar("T", bound="RunRequest")


@_attrs_define
class RunRequest:
    """The body of ``POST /v1/runs``.

    Attributes:
        mode (Mode): What a run does.
        batch_label (str): For people; may repeat; never a key. Fields of strftime (`%Y%m%d`) are filled in (UTC), and
            `{n}` with the running number of that label.
        assets (Assets): The essays to judge.
        assignment_id (None | Unset | UUID):
        course_id (None | Unset | UUID):
        course_code (RunRequestCourseCode | Unset):  Default: 'ENG5'.
        language (RunRequestLanguage | Unset):  Default: 'en'.
        expected_grade_scale (None | str | Unset):
        user_id (str | Unset):  Default: 'cj_runner'.
        org_id (None | str | Unset):
        llm (Judge | Unset): Which model judges, and how it is set; null leaves the choice to the engine.
        budget (Budget | Unset): How much may be spent and how long to wait; null leaves a limit to the engine.
        design (Design | Unset): How pairs are chosen and when asking stops; the same seed gives the same pairs.
        boundary (Boundary | None | Unset): With mode boundary-test, and only there.
        publish (bool | Unset): false: compose and keep the request, send nothing. Default: True.
        webhook (None | OneOffWebhook | Unset):
        labels (RunRequestLabels | Unset): Up to 20 pairs of your own; runs can be listed by them.
    """

    mode: Mode
    batch_label: str
    assets: Assets
    assignment_id: None | Unset | UUID = UNSET
    course_id: None | Unset | UUID = UNSET
    course_code: RunRequestCourseCode | Unset = "ENG5"
    language: RunRequestLanguage | Unset = "en"
    expected_grade_scale: None | str | Unset = UNSET
    user_id: str | Unset = "cj_runner"
    org_id: None | str | Unset = UNSET
    llm: Judge | Unset = UNSET
    budget: Budget | Unset = UNSET
    design: Design | Unset = UNSET
    boundary: Boundary | None | Unset = UNSET
    publish: bool | Unset = True
    webhook: None | OneOffWebhook | Unset = UNSET
    labels: RunRequestLabels | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.boundary import Boundary  # noqa: PLC0415
        from ..models.one_off_webhook import OneOffWebhook  # noqa: PLC0415

        mode: str = self.mode

        batch_label = self.batch_label

        assets = self.assets.to_dict()

        assignment_id: None | str | Unset
        if isinstance(self.assignment_id, Unset):
            assignment_id = UNSET
        elif isinstance(self.assignment_id, UUID):
            assignment_id = str(self.assignment_id)
        else:
            assignment_id = self.assignment_id

        course_id: None | str | Unset
        if isinstance(self.course_id, Unset):
            course_id = UNSET
        elif isinstance(self.course_id, UUID):
            course_id = str(self.course_id)
        else:
            course_id = self.course_id

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

        user_id = self.user_id

        org_id: None | str | Unset
        if isinstance(self.org_id, Unset):
            org_id = UNSET
        else:
            org_id = self.org_id

        llm: dict[str, Any] | Unset = UNSET
        if not isinstance(self.llm, Unset):
            llm = self.llm.to_dict()

        budget: dict[str, Any] | Unset = UNSET
        if not isinstance(self.budget, Unset):
            budget = self.budget.to_dict()

        design: dict[str, Any] | Unset = UNSET
        if not isinstance(self.design, Unset):
            design = self.design.to_dict()

        boundary: dict[str, Any] | None | Unset
        if isinstance(self.boundary, Unset):
            boundary = UNSET
        elif isinstance(self.boundary, Boundary):
            boundary = self.boundary.to_dict()
        else:
            boundary = self.boundary

        publish = self.publish

        webhook: dict[str, Any] | None | Unset
        if isinstance(self.webhook, Unset):
            webhook = UNSET
        elif isinstance(self.webhook, OneOffWebhook):
            webhook = self.webhook.to_dict()
        else:
            webhook = self.webhook

        labels: dict[str, Any] | Unset = UNSET
        if not isinstance(self.labels, Unset):
            labels = self.labels.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "mode": mode,
                "batch_label": batch_label,
                "assets": assets,
            }
        )
        if assignment_id is not UNSET:
            field_dict["assignment_id"] = assignment_id
        if course_id is not UNSET:
            field_dict["course_id"] = course_id
        if course_code is not UNSET:
            field_dict["course_code"] = course_code
        if language is not UNSET:
            field_dict["language"] = language
        if expected_grade_scale is not UNSET:
            field_dict["expected_grade_scale"] = expected_grade_scale
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if org_id is not UNSET:
            field_dict["org_id"] = org_id
        if llm is not UNSET:
            field_dict["llm"] = llm
        if budget is not UNSET:
            field_dict["budget"] = budget
        if design is not UNSET:
            field_dict["design"] = design
        if boundary is not UNSET:
            field_dict["boundary"] = boundary
        if publish is not UNSET:
            field_dict["publish"] = publish
        if webhook is not UNSET:
            field_dict["webhook"] = webhook
        if labels is not UNSET:
            field_dict["labels"] = labels

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.assets import Assets  # noqa: PLC0415
        from ..models.boundary import Boundary  # noqa: PLC0415
        from ..models.budget import Budget  # noqa: PLC0415
        from ..models.design import Design  # noqa: PLC0415
        from ..models.judge import Judge  # noqa: PLC0415
        from ..models.one_off_webhook import OneOffWebhook  # noqa: PLC0415
        from ..models.run_request_labels import RunRequestLabels  # noqa: PLC0415

        d = dict(src_dict)
        mode = check_mode(d.pop("mode"))

        batch_label = d.pop("batch_label")

        assets = Assets.from_dict(d.pop("assets"))

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

        def _parse_course_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                course_id_type_0 = UUID(data)

                return course_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        course_id = _parse_course_id(d.pop("course_id", UNSET))

        _course_code = d.pop("course_code", UNSET)
        course_code: RunRequestCourseCode | Unset
        if isinstance(_course_code, Unset):
            course_code = UNSET
        else:
            course_code = check_run_request_course_code(_course_code)

        _language = d.pop("language", UNSET)
        language: RunRequestLanguage | Unset
        if isinstance(_language, Unset):
            language = UNSET
        else:
            language = check_run_request_language(_language)

        def _parse_expected_grade_scale(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expected_grade_scale = _parse_expected_grade_scale(
            d.pop("expected_grade_scale", UNSET)
        )

        user_id = d.pop("user_id", UNSET)

        def _parse_org_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        org_id = _parse_org_id(d.pop("org_id", UNSET))

        _llm = d.pop("llm", UNSET)
        llm: Judge | Unset
        if isinstance(_llm, Unset):
            llm = UNSET
        else:
            llm = Judge.from_dict(_llm)

        _budget = d.pop("budget", UNSET)
        budget: Budget | Unset
        if isinstance(_budget, Unset):
            budget = UNSET
        else:
            budget = Budget.from_dict(_budget)

        _design = d.pop("design", UNSET)
        design: Design | Unset
        if isinstance(_design, Unset):
            design = UNSET
        else:
            design = Design.from_dict(_design)

        def _parse_boundary(data: object) -> Boundary | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                boundary_type_0 = Boundary.from_dict(data)

                return boundary_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Boundary | None | Unset, data)

        boundary = _parse_boundary(d.pop("boundary", UNSET))

        publish = d.pop("publish", UNSET)

        def _parse_webhook(data: object) -> None | OneOffWebhook | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                webhook_type_0 = OneOffWebhook.from_dict(data)

                return webhook_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OneOffWebhook | Unset, data)

        webhook = _parse_webhook(d.pop("webhook", UNSET))

        _labels = d.pop("labels", UNSET)
        labels: RunRequestLabels | Unset
        if isinstance(_labels, Unset):
            labels = UNSET
        else:
            labels = RunRequestLabels.from_dict(_labels)

        run_request = cls(
            mode=mode,
            batch_label=batch_label,
            assets=assets,
            assignment_id=assignment_id,
            course_id=course_id,
            course_code=course_code,
            language=language,
            expected_grade_scale=expected_grade_scale,
            user_id=user_id,
            org_id=org_id,
            llm=llm,
            budget=budget,
            design=design,
            boundary=boundary,
            publish=publish,
            webhook=webhook,
            labels=labels,
        )

        return run_request
