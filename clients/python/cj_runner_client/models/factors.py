from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.factors_reasoning_efforts_item_type_0 import (
    FactorsReasoningEffortsItemType0,
    check_factors_reasoning_efforts_item_type_0,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.judge_model import JudgeModel
    from ..models.prompt import Prompt


T = TypeVar("T", bound="Factors")


@_attrs_define
class Factors:
    """What is varied: every combination of levels is a setting, judged once for each seed.

    A level that is null leaves the choice to the engine. Texts are read from ``prompts/`` when the experiment is
    accepted, and stay as they were then.

        Attributes:
            prompts (list[None | Prompt] | Unset): System prompts, by name or text.
            rubrics (list[None | Prompt] | Unset):
            models (list[JudgeModel | None] | Unset):
            reasoning_efforts (list[FactorsReasoningEffortsItemType0 | None] | Unset):
            repeats (int | Unset): How often each setting is judged, from a seed each. Default: 1.
            seeds (list[int] | Unset): One repeat for each; left out: `design.seed` and those that follow it, `repeats` in
                all.
    """

    prompts: list[None | Prompt] | Unset = UNSET
    rubrics: list[None | Prompt] | Unset = UNSET
    models: list[JudgeModel | None] | Unset = UNSET
    reasoning_efforts: list[FactorsReasoningEffortsItemType0 | None] | Unset = UNSET
    repeats: int | Unset = 1
    seeds: list[int] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.judge_model import JudgeModel  # noqa: PLC0415
        from ..models.prompt import Prompt  # noqa: PLC0415

        prompts: list[dict[str, Any] | None] | Unset = UNSET
        if not isinstance(self.prompts, Unset):
            prompts = []
            for prompts_item_data in self.prompts:
                prompts_item: dict[str, Any] | None
                if isinstance(prompts_item_data, Prompt):
                    prompts_item = prompts_item_data.to_dict()
                else:
                    prompts_item = prompts_item_data
                prompts.append(prompts_item)

        rubrics: list[dict[str, Any] | None] | Unset = UNSET
        if not isinstance(self.rubrics, Unset):
            rubrics = []
            for rubrics_item_data in self.rubrics:
                rubrics_item: dict[str, Any] | None
                if isinstance(rubrics_item_data, Prompt):
                    rubrics_item = rubrics_item_data.to_dict()
                else:
                    rubrics_item = rubrics_item_data
                rubrics.append(rubrics_item)

        models: list[dict[str, Any] | None] | Unset = UNSET
        if not isinstance(self.models, Unset):
            models = []
            for models_item_data in self.models:
                models_item: dict[str, Any] | None
                if isinstance(models_item_data, JudgeModel):
                    models_item = models_item_data.to_dict()
                else:
                    models_item = models_item_data
                models.append(models_item)

        reasoning_efforts: list[None | str] | Unset = UNSET
        if not isinstance(self.reasoning_efforts, Unset):
            reasoning_efforts = []
            for reasoning_efforts_item_data in self.reasoning_efforts:
                reasoning_efforts_item: None | str
                if isinstance(reasoning_efforts_item_data, str):
                    reasoning_efforts_item = reasoning_efforts_item_data
                else:
                    reasoning_efforts_item = reasoning_efforts_item_data
                reasoning_efforts.append(reasoning_efforts_item)

        repeats = self.repeats

        seeds: list[int] | Unset = UNSET
        if not isinstance(self.seeds, Unset):
            seeds = self.seeds

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if prompts is not UNSET:
            field_dict["prompts"] = prompts
        if rubrics is not UNSET:
            field_dict["rubrics"] = rubrics
        if models is not UNSET:
            field_dict["models"] = models
        if reasoning_efforts is not UNSET:
            field_dict["reasoning_efforts"] = reasoning_efforts
        if repeats is not UNSET:
            field_dict["repeats"] = repeats
        if seeds is not UNSET:
            field_dict["seeds"] = seeds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.judge_model import JudgeModel  # noqa: PLC0415
        from ..models.prompt import Prompt  # noqa: PLC0415

        d = dict(src_dict)
        _prompts = d.pop("prompts", UNSET)
        prompts: list[None | Prompt] | Unset = UNSET
        if _prompts is not UNSET:
            prompts = []
            for prompts_item_data in _prompts:

                def _parse_prompts_item(data: object) -> None | Prompt:
                    if data is None:
                        return data
                    try:
                        if not isinstance(data, dict):
                            raise TypeError()
                        prompts_item_type_0 = Prompt.from_dict(data)

                        return prompts_item_type_0
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass
                    return cast(None | Prompt, data)

                prompts_item = _parse_prompts_item(prompts_item_data)

                prompts.append(prompts_item)

        _rubrics = d.pop("rubrics", UNSET)
        rubrics: list[None | Prompt] | Unset = UNSET
        if _rubrics is not UNSET:
            rubrics = []
            for rubrics_item_data in _rubrics:

                def _parse_rubrics_item(data: object) -> None | Prompt:
                    if data is None:
                        return data
                    try:
                        if not isinstance(data, dict):
                            raise TypeError()
                        rubrics_item_type_0 = Prompt.from_dict(data)

                        return rubrics_item_type_0
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass
                    return cast(None | Prompt, data)

                rubrics_item = _parse_rubrics_item(rubrics_item_data)

                rubrics.append(rubrics_item)

        _models = d.pop("models", UNSET)
        models: list[JudgeModel | None] | Unset = UNSET
        if _models is not UNSET:
            models = []
            for models_item_data in _models:

                def _parse_models_item(data: object) -> JudgeModel | None:
                    if data is None:
                        return data
                    try:
                        if not isinstance(data, dict):
                            raise TypeError()
                        models_item_type_0 = JudgeModel.from_dict(data)

                        return models_item_type_0
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass
                    return cast(JudgeModel | None, data)

                models_item = _parse_models_item(models_item_data)

                models.append(models_item)

        _reasoning_efforts = d.pop("reasoning_efforts", UNSET)
        reasoning_efforts: list[FactorsReasoningEffortsItemType0 | None] | Unset = UNSET
        if _reasoning_efforts is not UNSET:
            reasoning_efforts = []
            for reasoning_efforts_item_data in _reasoning_efforts:

                def _parse_reasoning_efforts_item(
                    data: object,
                ) -> FactorsReasoningEffortsItemType0 | None:
                    if data is None:
                        return data
                    try:
                        if not isinstance(data, str):
                            raise TypeError()
                        reasoning_efforts_item_type_0 = (
                            check_factors_reasoning_efforts_item_type_0(data)
                        )

                        return reasoning_efforts_item_type_0
                    except (TypeError, ValueError, AttributeError, KeyError):
                        pass
                    return cast(FactorsReasoningEffortsItemType0 | None, data)

                reasoning_efforts_item = _parse_reasoning_efforts_item(
                    reasoning_efforts_item_data
                )

                reasoning_efforts.append(reasoning_efforts_item)

        repeats = d.pop("repeats", UNSET)

        seeds = cast(list[int], d.pop("seeds", UNSET))

        factors = cls(
            prompts=prompts,
            rubrics=rubrics,
            models=models,
            reasoning_efforts=reasoning_efforts,
            repeats=repeats,
            seeds=seeds,
        )

        return factors
