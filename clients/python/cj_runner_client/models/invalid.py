from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.count import Count


T = TypeVar("T", bound="Invalid")


@_attrs_define
class Invalid:
    """Answers without a verdict: ``failed`` of ``answers``, by their code of error.

    Attributes:
        answers (int):
        failed (int):
        share (float | None):
        by_code (list[Count]):
    """

    answers: int
    failed: int
    share: float | None
    by_code: list[Count]

    def to_dict(self) -> dict[str, Any]:
        answers = self.answers

        failed = self.failed

        share: float | None
        share = self.share

        by_code = []
        for by_code_item_data in self.by_code:
            by_code_item = by_code_item_data.to_dict()
            by_code.append(by_code_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "answers": answers,
                "failed": failed,
                "share": share,
                "by_code": by_code,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.count import Count  # noqa: PLC0415

        d = dict(src_dict)
        answers = d.pop("answers")

        failed = d.pop("failed")

        def _parse_share(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        share = _parse_share(d.pop("share"))

        by_code = []
        _by_code = d.pop("by_code")
        for by_code_item_data in _by_code:
            by_code_item = Count.from_dict(by_code_item_data)

            by_code.append(by_code_item)

        invalid = cls(
            answers=answers,
            failed=failed,
            share=share,
            by_code=by_code,
        )

        return invalid
