from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.judge_output_verbosity_type_0 import (
    JudgeOutputVerbosityType0,
    check_judge_output_verbosity_type_0,
)
from ..models.judge_provider_type_0 import (
    JudgeProviderType0,
    check_judge_provider_type_0,
)
from ..models.judge_reasoning_effort_type_0 import (
    JudgeReasoningEffortType0,
    check_judge_reasoning_effort_type_0,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.prompt import Prompt


T = TypeVar("T", bound="Judge")


@_attrs_define
class Judge:
    """Which model judges, and how it is set; null leaves the choice to the engine.

    Attributes:
        provider (JudgeProviderType0 | None | Unset):
        model (None | str | Unset):
        temperature (float | None | Unset):
        max_tokens (int | None | Unset):
        reasoning_effort (JudgeReasoningEffortType0 | None | Unset):
        output_verbosity (JudgeOutputVerbosityType0 | None | Unset):
        system_prompt (None | Prompt | Unset):
        rubric (None | Prompt | Unset):
    """

    provider: JudgeProviderType0 | None | Unset = UNSET
    model: None | str | Unset = UNSET
    temperature: float | None | Unset = UNSET
    max_tokens: int | None | Unset = UNSET
    reasoning_effort: JudgeReasoningEffortType0 | None | Unset = UNSET
    output_verbosity: JudgeOutputVerbosityType0 | None | Unset = UNSET
    system_prompt: None | Prompt | Unset = UNSET
    rubric: None | Prompt | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.prompt import Prompt  # noqa: PLC0415

        provider: None | str | Unset
        if isinstance(self.provider, Unset):
            provider = UNSET
        elif isinstance(self.provider, str):
            provider = self.provider
        else:
            provider = self.provider

        model: None | str | Unset
        if isinstance(self.model, Unset):
            model = UNSET
        else:
            model = self.model

        temperature: float | None | Unset
        if isinstance(self.temperature, Unset):
            temperature = UNSET
        else:
            temperature = self.temperature

        max_tokens: int | None | Unset
        if isinstance(self.max_tokens, Unset):
            max_tokens = UNSET
        else:
            max_tokens = self.max_tokens

        reasoning_effort: None | str | Unset
        if isinstance(self.reasoning_effort, Unset):
            reasoning_effort = UNSET
        elif isinstance(self.reasoning_effort, str):
            reasoning_effort = self.reasoning_effort
        else:
            reasoning_effort = self.reasoning_effort

        output_verbosity: None | str | Unset
        if isinstance(self.output_verbosity, Unset):
            output_verbosity = UNSET
        elif isinstance(self.output_verbosity, str):
            output_verbosity = self.output_verbosity
        else:
            output_verbosity = self.output_verbosity

        system_prompt: dict[str, Any] | None | Unset
        if isinstance(self.system_prompt, Unset):
            system_prompt = UNSET
        elif isinstance(self.system_prompt, Prompt):
            system_prompt = self.system_prompt.to_dict()
        else:
            system_prompt = self.system_prompt

        rubric: dict[str, Any] | None | Unset
        if isinstance(self.rubric, Unset):
            rubric = UNSET
        elif isinstance(self.rubric, Prompt):
            rubric = self.rubric.to_dict()
        else:
            rubric = self.rubric

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if provider is not UNSET:
            field_dict["provider"] = provider
        if model is not UNSET:
            field_dict["model"] = model
        if temperature is not UNSET:
            field_dict["temperature"] = temperature
        if max_tokens is not UNSET:
            field_dict["max_tokens"] = max_tokens
        if reasoning_effort is not UNSET:
            field_dict["reasoning_effort"] = reasoning_effort
        if output_verbosity is not UNSET:
            field_dict["output_verbosity"] = output_verbosity
        if system_prompt is not UNSET:
            field_dict["system_prompt"] = system_prompt
        if rubric is not UNSET:
            field_dict["rubric"] = rubric

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.prompt import Prompt  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_provider(data: object) -> JudgeProviderType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                provider_type_0 = check_judge_provider_type_0(data)

                return provider_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JudgeProviderType0 | None | Unset, data)

        provider = _parse_provider(d.pop("provider", UNSET))

        def _parse_model(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        model = _parse_model(d.pop("model", UNSET))

        def _parse_temperature(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        temperature = _parse_temperature(d.pop("temperature", UNSET))

        def _parse_max_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_tokens = _parse_max_tokens(d.pop("max_tokens", UNSET))

        def _parse_reasoning_effort(
            data: object,
        ) -> JudgeReasoningEffortType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                reasoning_effort_type_0 = check_judge_reasoning_effort_type_0(data)

                return reasoning_effort_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JudgeReasoningEffortType0 | None | Unset, data)

        reasoning_effort = _parse_reasoning_effort(d.pop("reasoning_effort", UNSET))

        def _parse_output_verbosity(
            data: object,
        ) -> JudgeOutputVerbosityType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                output_verbosity_type_0 = check_judge_output_verbosity_type_0(data)

                return output_verbosity_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JudgeOutputVerbosityType0 | None | Unset, data)

        output_verbosity = _parse_output_verbosity(d.pop("output_verbosity", UNSET))

        def _parse_system_prompt(data: object) -> None | Prompt | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                system_prompt_type_0 = Prompt.from_dict(data)

                return system_prompt_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Prompt | Unset, data)

        system_prompt = _parse_system_prompt(d.pop("system_prompt", UNSET))

        def _parse_rubric(data: object) -> None | Prompt | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                rubric_type_0 = Prompt.from_dict(data)

                return rubric_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Prompt | Unset, data)

        rubric = _parse_rubric(d.pop("rubric", UNSET))

        judge = cls(
            provider=provider,
            model=model,
            temperature=temperature,
            max_tokens=max_tokens,
            reasoning_effort=reasoning_effort,
            output_verbosity=output_verbosity,
            system_prompt=system_prompt,
            rubric=rubric,
        )

        return judge
