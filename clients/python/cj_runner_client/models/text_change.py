from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="TextChange")


@_attrs_define
class TextChange:
    """What the prompt of another run has otherwise than the baseline's, as a unified diff.

    Attributes:
        letter (str):
        lines (list[str]):
        cut (bool): The texts are too long to be shown line by line, or the diff was cut off.
    """

    letter: str
    lines: list[str]
    cut: bool

    def to_dict(self) -> dict[str, Any]:
        letter = self.letter

        lines = self.lines

        cut = self.cut

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "letter": letter,
                "lines": lines,
                "cut": cut,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        letter = d.pop("letter")

        lines = cast(list[str], d.pop("lines"))

        cut = d.pop("cut")

        text_change = cls(
            letter=letter,
            lines=lines,
            cut=cut,
        )

        return text_change
