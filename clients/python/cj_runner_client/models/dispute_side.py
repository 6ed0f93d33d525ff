from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.verdict_text import VerdictText


T = TypeVar("T", bound="DisputeSide")


@_attrs_define
class DisputeSide:
    """What one run says of a disputed pair.

    Attributes:
        letter (str):
        for_first (int):
        for_second (int):
        with_experts (bool | None): null where the experts' grades do not part the two.
        verdicts (list[VerdictText]):
    """

    letter: str
    for_first: int
    for_second: int
    with_experts: bool | None
    verdicts: list[VerdictText]

    def to_dict(self) -> dict[str, Any]:
        letter = self.letter

        for_first = self.for_first

        for_second = self.for_second

        with_experts: bool | None
        with_experts = self.with_experts

        verdicts = []
        for verdicts_item_data in self.verdicts:
            verdicts_item = verdicts_item_data.to_dict()
            verdicts.append(verdicts_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "letter": letter,
                "for_first": for_first,
                "for_second": for_second,
                "with_experts": with_experts,
                "verdicts": verdicts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.verdict_text import VerdictText  # noqa: PLC0415

        d = dict(src_dict)
        letter = d.pop("letter")

        for_first = d.pop("for_first")

        for_second = d.pop("for_second")

        def _parse_with_experts(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        with_experts = _parse_with_experts(d.pop("with_experts"))

        verdicts = []
        _verdicts = d.pop("verdicts")
        for verdicts_item_data in _verdicts:
            verdicts_item = VerdictText.from_dict(verdicts_item_data)

            verdicts.append(verdicts_item)

        dispute_side = cls(
            letter=letter,
            for_first=for_first,
            for_second=for_second,
            with_experts=with_experts,
            verdicts=verdicts,
        )

        return dispute_side
