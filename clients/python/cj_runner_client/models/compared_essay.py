from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.compared_essay_role import ComparedEssayRole, check_compared_essay_role

if TYPE_CHECKING:
    from ..models.move import Move
    from ..models.standing import Standing


T = TypeVar("T", bound="ComparedEssay")


@_attrs_define
class ComparedEssay:
    """One essay that all runs share.

    Attributes:
        name (str):
        file_name (None | str):
        role (ComparedEssayRole):
        grade (None | str): The experts' grade, in the baseline's package where they differ.
        standings (list[Standing]):
        moves (list[Move]):
    """

    name: str
    file_name: None | str
    role: ComparedEssayRole
    grade: None | str
    standings: list[Standing]
    moves: list[Move]

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        file_name: None | str
        file_name = self.file_name

        role: str = self.role

        grade: None | str
        grade = self.grade

        standings = []
        for standings_item_data in self.standings:
            standings_item = standings_item_data.to_dict()
            standings.append(standings_item)

        moves = []
        for moves_item_data in self.moves:
            moves_item = moves_item_data.to_dict()
            moves.append(moves_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "file_name": file_name,
                "role": role,
                "grade": grade,
                "standings": standings,
                "moves": moves,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.move import Move  # noqa: PLC0415
        from ..models.standing import Standing  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        def _parse_file_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        file_name = _parse_file_name(d.pop("file_name"))

        role = check_compared_essay_role(d.pop("role"))

        def _parse_grade(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        grade = _parse_grade(d.pop("grade"))

        standings = []
        _standings = d.pop("standings")
        for standings_item_data in _standings:
            standings_item = Standing.from_dict(standings_item_data)

            standings.append(standings_item)

        moves = []
        _moves = d.pop("moves")
        for moves_item_data in _moves:
            moves_item = Move.from_dict(moves_item_data)

            moves.append(moves_item)

        compared_essay = cls(
            name=name,
            file_name=file_name,
            role=role,
            grade=grade,
            standings=standings,
            moves=moves,
        )

        return compared_essay
