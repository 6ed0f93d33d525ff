from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.rate import Rate


T = TypeVar("T", bound="JudgeRow")


@_attrs_define
class JudgeRow:
    """One person against the run, and against the other people on the same pairs.

    Attributes:
        judge (str):
        pairs (int): That the run judged too.
        tied (int):
        with_run (None | Rate):
        with_people (None | Rate): Against the majority of the other people.
        kappa (float | None): Cohen's, with the run.
    """

    judge: str
    pairs: int
    tied: int
    with_run: None | Rate
    with_people: None | Rate
    kappa: float | None

    def to_dict(self) -> dict[str, Any]:
        from ..models.rate import Rate  # noqa: PLC0415

        judge = self.judge

        pairs = self.pairs

        tied = self.tied

        with_run: dict[str, Any] | None
        if isinstance(self.with_run, Rate):
            with_run = self.with_run.to_dict()
        else:
            with_run = self.with_run

        with_people: dict[str, Any] | None
        if isinstance(self.with_people, Rate):
            with_people = self.with_people.to_dict()
        else:
            with_people = self.with_people

        kappa: float | None
        kappa = self.kappa

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "judge": judge,
                "pairs": pairs,
                "tied": tied,
                "with_run": with_run,
                "with_people": with_people,
                "kappa": kappa,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.rate import Rate  # noqa: PLC0415

        d = dict(src_dict)
        judge = d.pop("judge")

        pairs = d.pop("pairs")

        tied = d.pop("tied")

        def _parse_with_run(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                with_run_type_0 = Rate.from_dict(data)

                return with_run_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        with_run = _parse_with_run(d.pop("with_run"))

        def _parse_with_people(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                with_people_type_0 = Rate.from_dict(data)

                return with_people_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        with_people = _parse_with_people(d.pop("with_people"))

        def _parse_kappa(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        kappa = _parse_kappa(d.pop("kappa"))

        judge_row = cls(
            judge=judge,
            pairs=pairs,
            tied=tied,
            with_run=with_run,
            with_people=with_people,
            kappa=kappa,
        )

        return judge_row
