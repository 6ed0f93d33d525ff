from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from .. import types
from ..types import UNSET, File, Unset

T = TypeVar("T", bound="ImportForm")


@_attrs_define
class ImportForm:
    """A file of people's verdicts and how to read it; columns are named where they have other names than usual.

    Attributes:
        file (File): CSV (UTF-8; comma, semicolon or tab) or an Excel workbook.
        label (str | Unset): What to call it; its own name is not kept. Default: 'human verdicts'.
        judge_column (None | str | Unset):
        winner_column (None | str | Unset):
        loser_column (None | str | Unset):
        a_column (None | str | Unset):
        b_column (None | str | Unset):
        choice_column (None | str | Unset):
        keep_judge_names (bool | Unset): Keep the judges' names, which are personal data, instead of numbers. Default:
            False.
    """

    file: File
    label: str | Unset = "human verdicts"
    judge_column: None | str | Unset = UNSET
    winner_column: None | str | Unset = UNSET
    loser_column: None | str | Unset = UNSET
    a_column: None | str | Unset = UNSET
    b_column: None | str | Unset = UNSET
    choice_column: None | str | Unset = UNSET
    keep_judge_names: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        file = self.file.to_tuple()

        label = self.label

        judge_column: None | str | Unset
        if isinstance(self.judge_column, Unset):
            judge_column = UNSET
        else:
            judge_column = self.judge_column

        winner_column: None | str | Unset
        if isinstance(self.winner_column, Unset):
            winner_column = UNSET
        else:
            winner_column = self.winner_column

        loser_column: None | str | Unset
        if isinstance(self.loser_column, Unset):
            loser_column = UNSET
        else:
            loser_column = self.loser_column

        a_column: None | str | Unset
        if isinstance(self.a_column, Unset):
            a_column = UNSET
        else:
            a_column = self.a_column

        b_column: None | str | Unset
        if isinstance(self.b_column, Unset):
            b_column = UNSET
        else:
            b_column = self.b_column

        choice_column: None | str | Unset
        if isinstance(self.choice_column, Unset):
            choice_column = UNSET
        else:
            choice_column = self.choice_column

        keep_judge_names = self.keep_judge_names

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "file": file,
            }
        )
        if label is not UNSET:
            field_dict["label"] = label
        if judge_column is not UNSET:
            field_dict["judge_column"] = judge_column
        if winner_column is not UNSET:
            field_dict["winner_column"] = winner_column
        if loser_column is not UNSET:
            field_dict["loser_column"] = loser_column
        if a_column is not UNSET:
            field_dict["a_column"] = a_column
        if b_column is not UNSET:
            field_dict["b_column"] = b_column
        if choice_column is not UNSET:
            field_dict["choice_column"] = choice_column
        if keep_judge_names is not UNSET:
            field_dict["keep_judge_names"] = keep_judge_names

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("file", self.file.to_tuple()))

        if not isinstance(self.label, Unset):
            files.append(("label", (None, str(self.label).encode(), "text/plain")))

        if not isinstance(self.judge_column, Unset):
            if isinstance(self.judge_column, str):
                files.append(
                    (
                        "judge_column",
                        (None, str(self.judge_column).encode(), "text/plain"),
                    )
                )
            else:
                files.append(
                    (
                        "judge_column",
                        (None, str(self.judge_column).encode(), "text/plain"),
                    )
                )

        if not isinstance(self.winner_column, Unset):
            if isinstance(self.winner_column, str):
                files.append(
                    (
                        "winner_column",
                        (None, str(self.winner_column).encode(), "text/plain"),
                    )
                )
            else:
                files.append(
                    (
                        "winner_column",
                        (None, str(self.winner_column).encode(), "text/plain"),
                    )
                )

        if not isinstance(self.loser_column, Unset):
            if isinstance(self.loser_column, str):
                files.append(
                    (
                        "loser_column",
                        (None, str(self.loser_column).encode(), "text/plain"),
                    )
                )
            else:
                files.append(
                    (
                        "loser_column",
                        (None, str(self.loser_column).encode(), "text/plain"),
                    )
                )

        if not isinstance(self.a_column, Unset):
            if isinstance(self.a_column, str):
                files.append(
                    ("a_column", (None, str(self.a_column).encode(), "text/plain"))
                )
            else:
                files.append(
                    ("a_column", (None, str(self.a_column).encode(), "text/plain"))
                )

        if not isinstance(self.b_column, Unset):
            if isinstance(self.b_column, str):
                files.append(
                    ("b_column", (None, str(self.b_column).encode(), "text/plain"))
                )
            else:
                files.append(
                    ("b_column", (None, str(self.b_column).encode(), "text/plain"))
                )

        if not isinstance(self.choice_column, Unset):
            if isinstance(self.choice_column, str):
                files.append(
                    (
                        "choice_column",
                        (None, str(self.choice_column).encode(), "text/plain"),
                    )
                )
            else:
                files.append(
                    (
                        "choice_column",
                        (None, str(self.choice_column).encode(), "text/plain"),
                    )
                )

        if not isinstance(self.keep_judge_names, Unset):
            files.append(
                (
                    "keep_judge_names",
                    (None, str(self.keep_judge_names).encode(), "text/plain"),
                )
            )

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = File(payload=BytesIO(d.pop("file")))

        label = d.pop("label", UNSET)

        def _parse_judge_column(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        judge_column = _parse_judge_column(d.pop("judge_column", UNSET))

        def _parse_winner_column(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        winner_column = _parse_winner_column(d.pop("winner_column", UNSET))

        def _parse_loser_column(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        loser_column = _parse_loser_column(d.pop("loser_column", UNSET))

        def _parse_a_column(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        a_column = _parse_a_column(d.pop("a_column", UNSET))

        def _parse_b_column(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        b_column = _parse_b_column(d.pop("b_column", UNSET))

        def _parse_choice_column(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        choice_column = _parse_choice_column(d.pop("choice_column", UNSET))

        keep_judge_names = d.pop("keep_judge_names", UNSET)

        import_form = cls(
            file=file,
            label=label,
            judge_column=judge_column,
            winner_column=winner_column,
            loser_column=loser_column,
            a_column=a_column,
            b_column=b_column,
            choice_column=choice_column,
            keep_judge_names=keep_judge_names,
        )

        return import_form
