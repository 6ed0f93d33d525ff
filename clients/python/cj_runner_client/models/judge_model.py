from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.judge_model_provider import JudgeModelProvider, check_judge_model_provider
from ..types import UNSET, Unset

T = TypeVar("T", bound="JudgeModel")


@_attrs_define
class JudgeModel:
    """A level of the factor ``models``: without ``model`` the provider's default one.

    Attributes:
        provider (JudgeModelProvider):
        model (None | str | Unset):
    """

    provider: JudgeModelProvider
    model: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        provider: str = self.provider

        model: None | str | Unset
        if isinstance(self.model, Unset):
            model = UNSET
        else:
            model = self.model

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "provider": provider,
            }
        )
        if model is not UNSET:
            field_dict["model"] = model

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        provider = check_judge_model_provider(d.pop("provider"))

        def _parse_model(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        model = _parse_model(d.pop("model", UNSET))

        judge_model = cls(
            provider=provider,
            model=model,
        )

        return judge_model
