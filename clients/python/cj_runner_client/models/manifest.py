from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.manifest_file import ManifestFile


T = TypeVar("T", bound="Manifest")


@_attrs_define
class Manifest:
    """All files of a revision with their hashes; the same bytes as ``manifest.json`` in the bundle.

    Attributes:
        run_id (str):
        revision (int):
        artefact_sha256 (None | str):
        files (list[ManifestFile]):
    """

    run_id: str
    revision: int
    artefact_sha256: None | str
    files: list[ManifestFile]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        run_id = self.run_id

        revision = self.revision

        artefact_sha256: None | str
        artefact_sha256 = self.artefact_sha256

        files = []
        for files_item_data in self.files:
            files_item = files_item_data.to_dict()
            files.append(files_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "run_id": run_id,
                "revision": revision,
                "artefact_sha256": artefact_sha256,
                "files": files,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.manifest_file import ManifestFile  # noqa: PLC0415

        d = dict(src_dict)
        run_id = d.pop("run_id")

        revision = d.pop("revision")

        def _parse_artefact_sha256(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        artefact_sha256 = _parse_artefact_sha256(d.pop("artefact_sha256"))

        files = []
        _files = d.pop("files")
        for files_item_data in _files:
            files_item = ManifestFile.from_dict(files_item_data)

            files.append(files_item)

        manifest = cls(
            run_id=run_id,
            revision=revision,
            artefact_sha256=artefact_sha256,
            files=files,
        )

        manifest.additional_properties = d
        return manifest

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
