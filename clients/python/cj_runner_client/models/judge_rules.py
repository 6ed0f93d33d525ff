from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.judge_rules_output_verbosity_type_0 import (
    JudgeRulesOutputVerbosityType0,
    check_judge_rules_output_verbosity_type_0,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="JudgeRules")


@_attrs_define
class JudgeRules:
    """How all judges are set; null leaves the choice to the engine.

    Attributes:
        temperature (float | None | Unset):
        max_tokens (int | None | Unset):
        output_verbosity (JudgeRulesOutputVerbosityType0 | None | Unset):
    """

    temperature: float | None | Unset = UNSET
    max_tokens: int | None | Unset = UNSET
    output_verbosity: JudgeRulesOutputVerbosityType0 | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
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

        output_verbosity: None | str | Unset
        if isinstance(self.output_verbosity, Unset):
            output_verbosity = UNSET
        elif isinstance(self.output_verbosity, str):
            output_verbosity = self.output_verbosity
        else:
            output_verbosity = self.output_verbosity

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if temperature is not UNSET:
            field_dict["temperature"] = temperature
        if max_tokens is not UNSET:
            field_dict["max_tokens"] = max_tokens
        if output_verbosity is not UNSET:
            field_dict["output_verbosity"] = output_verbosity

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

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

        def _parse_output_verbosity(
            data: object,
        ) -> JudgeRulesOutputVerbosityType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                output_verbosity_type_0 = check_judge_rules_output_verbosity_type_0(
                    data
                )

                return output_verbosity_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JudgeRulesOutputVerbosityType0 | None | Unset, data)

        output_verbosity = _parse_output_verbosity(d.pop("output_verbosity", UNSET))

        judge_rules = cls(
            temperature=temperature,
            max_tokens=max_tokens,
            output_verbosity=output_verbosity,
        )

        return judge_rules
