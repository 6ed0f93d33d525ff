from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.prompt_difference import PromptDifference
    from ..models.setting_difference import SettingDifference


T = TypeVar("T", bound="SettingsCompared")


@_attrs_define
class SettingsCompared:
    """What differs between the runs, and the names of what does not.

    Attributes:
        differences (list[SettingDifference]):
        prompts (list[PromptDifference]):
        same (list[str]): Settings that all runs share.
    """

    differences: list[SettingDifference]
    prompts: list[PromptDifference]
    same: list[str]

    def to_dict(self) -> dict[str, Any]:
        differences = []
        for differences_item_data in self.differences:
            differences_item = differences_item_data.to_dict()
            differences.append(differences_item)

        prompts = []
        for prompts_item_data in self.prompts:
            prompts_item = prompts_item_data.to_dict()
            prompts.append(prompts_item)

        same = self.same

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "differences": differences,
                "prompts": prompts,
                "same": same,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.prompt_difference import PromptDifference  # noqa: PLC0415
        from ..models.setting_difference import SettingDifference  # noqa: PLC0415

        d = dict(src_dict)
        differences = []
        _differences = d.pop("differences")
        for differences_item_data in _differences:
            differences_item = SettingDifference.from_dict(differences_item_data)

            differences.append(differences_item)

        prompts = []
        _prompts = d.pop("prompts")
        for prompts_item_data in _prompts:
            prompts_item = PromptDifference.from_dict(prompts_item_data)

            prompts.append(prompts_item)

        same = cast(list[str], d.pop("same"))

        settings_compared = cls(
            differences=differences,
            prompts=prompts,
            same=same,
        )

        return settings_compared
