from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="Spent")


@_attrs_define
class Spent:
    """Tokens and money in US dollars, failed answers included; ``usd_a_verdict`` is null without verdicts.

    Attributes:
        usd (float):
        usd_a_verdict (float | None):
        prompt_tokens (int):
        completion_tokens (int):
    """

    usd: float
    usd_a_verdict: float | None
    prompt_tokens: int
    completion_tokens: int

    def to_dict(self) -> dict[str, Any]:
        usd = self.usd

        usd_a_verdict: float | None
        usd_a_verdict = self.usd_a_verdict

        prompt_tokens = self.prompt_tokens

        completion_tokens = self.completion_tokens

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "usd": usd,
                "usd_a_verdict": usd_a_verdict,
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        usd = d.pop("usd")

        def _parse_usd_a_verdict(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        usd_a_verdict = _parse_usd_a_verdict(d.pop("usd_a_verdict"))

        prompt_tokens = d.pop("prompt_tokens")

        completion_tokens = d.pop("completion_tokens")

        spent = cls(
            usd=usd,
            usd_a_verdict=usd_a_verdict,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
        )

        return spent
