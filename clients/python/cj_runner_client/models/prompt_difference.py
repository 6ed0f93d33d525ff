from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..models.prompt_difference_role import (
    PromptDifferenceRole,
    check_prompt_difference_role,
)

if TYPE_CHECKING:
    from ..models.prompt_of import PromptOf
    from ..models.text_change import TextChange


T = TypeVar("T", bound="PromptDifference")


@_attrs_define
class PromptDifference:
    """A prompt that is not the same in all runs.

    Attributes:
        role (PromptDifferenceRole):
        prompts (list[PromptOf]):
        changes (list[TextChange]):
    """

    role: PromptDifferenceRole
    prompts: list[PromptOf]
    changes: list[TextChange]

    def to_dict(self) -> dict[str, Any]:
        role: str = self.role

        prompts = []
        for prompts_item_data in self.prompts:
            prompts_item = prompts_item_data.to_dict()
            prompts.append(prompts_item)

        changes = []
        for changes_item_data in self.changes:
            changes_item = changes_item_data.to_dict()
            changes.append(changes_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "role": role,
                "prompts": prompts,
                "changes": changes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.prompt_of import PromptOf  # noqa: PLC0415
        from ..models.text_change import TextChange  # noqa: PLC0415

        d = dict(src_dict)
        role = check_prompt_difference_role(d.pop("role"))

        prompts = []
        _prompts = d.pop("prompts")
        for prompts_item_data in _prompts:
            prompts_item = PromptOf.from_dict(prompts_item_data)

            prompts.append(prompts_item)

        changes = []
        _changes = d.pop("changes")
        for changes_item_data in _changes:
            changes_item = TextChange.from_dict(changes_item_data)

            changes.append(changes_item)

        prompt_difference = cls(
            role=role,
            prompts=prompts,
            changes=changes,
        )

        return prompt_difference
