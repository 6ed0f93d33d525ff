from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.essay_result import EssayResult
    from ..models.result_view_metadata import ResultViewMetadata


T = TypeVar("T", bound="ResultView")


@_attrs_define
class ResultView:
    """One version of the result: the essays by rank, as cj sent them.

    Attributes:
        version (int):
        assignment_id (None | str):
        model_provider (str):
        model_used (str):
        model_version (None | str):
        assessed_at (datetime.datetime):
        essays (list[EssayResult]):
        metadata (ResultViewMetadata):
    """

    version: int
    assignment_id: None | str
    model_provider: str
    model_used: str
    model_version: None | str
    assessed_at: datetime.datetime
    essays: list[EssayResult]
    metadata: ResultViewMetadata
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        version = self.version

        assignment_id: None | str
        assignment_id = self.assignment_id

        model_provider = self.model_provider

        model_used = self.model_used

        model_version: None | str
        model_version = self.model_version

        assessed_at = self.assessed_at.isoformat()

        essays = []
        for essays_item_data in self.essays:
            essays_item = essays_item_data.to_dict()
            essays.append(essays_item)

        metadata = self.metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "version": version,
                "assignment_id": assignment_id,
                "model_provider": model_provider,
                "model_used": model_used,
                "model_version": model_version,
                "assessed_at": assessed_at,
                "essays": essays,
                "metadata": metadata,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.essay_result import EssayResult  # noqa: PLC0415
        from ..models.result_view_metadata import ResultViewMetadata  # noqa: PLC0415

        d = dict(src_dict)
        version = d.pop("version")

        def _parse_assignment_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        assignment_id = _parse_assignment_id(d.pop("assignment_id"))

        model_provider = d.pop("model_provider")

        model_used = d.pop("model_used")

        def _parse_model_version(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        model_version = _parse_model_version(d.pop("model_version"))

        assessed_at = datetime.datetime.fromisoformat(d.pop("assessed_at"))

        essays = []
        _essays = d.pop("essays")
        for essays_item_data in _essays:
            essays_item = EssayResult.from_dict(essays_item_data)

            essays.append(essays_item)

        metadata = ResultViewMetadata.from_dict(d.pop("metadata"))

        result_view = cls(
            version=version,
            assignment_id=assignment_id,
            model_provider=model_provider,
            model_used=model_used,
            model_version=model_version,
            assessed_at=assessed_at,
            essays=essays,
            metadata=metadata,
        )

        result_view.additional_properties = d
        return result_view

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
