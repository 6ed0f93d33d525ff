from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.estimate import Estimate
    from ..models.rate import Rate


T = TypeVar("T", bound="AgreementNumbers")


@_attrs_define
class AgreementNumbers:
    """How far people and run agree, over the pairs that both judged.

    ``raw`` compares the majorities of pairs that both decided. ``kappa`` is Cohen's with quadratic weights of the
    majorities (won, tied, lost), ``alpha`` Krippendorff's with each person and the run as judges, ``alpha_people``
    that of people alone: nobody can be expected to agree with people better than they do with each other. In both
    each pair counts from either side, so that which essay stands first makes no difference.

        Attributes:
            pairs (int):
            tied_by_people (int):
            tied_by_run (int):
            raw (None | Rate):
            verdicts (None | Rate): Single decided verdicts of people against the run's majority.
            kappa (Estimate | None):
            alpha (Estimate | None):
            alpha_people (Estimate | None):
            people_with_grades (None | Rate): Decided pairs of different grades: the better won.
            run_with_grades (None | Rate):
    """

    pairs: int
    tied_by_people: int
    tied_by_run: int
    raw: None | Rate
    verdicts: None | Rate
    kappa: Estimate | None
    alpha: Estimate | None
    alpha_people: Estimate | None
    people_with_grades: None | Rate
    run_with_grades: None | Rate

    def to_dict(self) -> dict[str, Any]:
        from ..models.estimate import Estimate  # noqa: PLC0415
        from ..models.rate import Rate  # noqa: PLC0415

        pairs = self.pairs

        tied_by_people = self.tied_by_people

        tied_by_run = self.tied_by_run

        raw: dict[str, Any] | None
        if isinstance(self.raw, Rate):
            raw = self.raw.to_dict()
        else:
            raw = self.raw

        verdicts: dict[str, Any] | None
        if isinstance(self.verdicts, Rate):
            verdicts = self.verdicts.to_dict()
        else:
            verdicts = self.verdicts

        kappa: dict[str, Any] | None
        if isinstance(self.kappa, Estimate):
            kappa = self.kappa.to_dict()
        else:
            kappa = self.kappa

        alpha: dict[str, Any] | None
        if isinstance(self.alpha, Estimate):
            alpha = self.alpha.to_dict()
        else:
            alpha = self.alpha

        alpha_people: dict[str, Any] | None
        if isinstance(self.alpha_people, Estimate):
            alpha_people = self.alpha_people.to_dict()
        else:
            alpha_people = self.alpha_people

        people_with_grades: dict[str, Any] | None
        if isinstance(self.people_with_grades, Rate):
            people_with_grades = self.people_with_grades.to_dict()
        else:
            people_with_grades = self.people_with_grades

        run_with_grades: dict[str, Any] | None
        if isinstance(self.run_with_grades, Rate):
            run_with_grades = self.run_with_grades.to_dict()
        else:
            run_with_grades = self.run_with_grades

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "pairs": pairs,
                "tied_by_people": tied_by_people,
                "tied_by_run": tied_by_run,
                "raw": raw,
                "verdicts": verdicts,
                "kappa": kappa,
                "alpha": alpha,
                "alpha_people": alpha_people,
                "people_with_grades": people_with_grades,
                "run_with_grades": run_with_grades,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.estimate import Estimate  # noqa: PLC0415
        from ..models.rate import Rate  # noqa: PLC0415

        d = dict(src_dict)
        pairs = d.pop("pairs")

        tied_by_people = d.pop("tied_by_people")

        tied_by_run = d.pop("tied_by_run")

        def _parse_raw(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                raw_type_0 = Rate.from_dict(data)

                return raw_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        raw = _parse_raw(d.pop("raw"))

        def _parse_verdicts(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                verdicts_type_0 = Rate.from_dict(data)

                return verdicts_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        verdicts = _parse_verdicts(d.pop("verdicts"))

        def _parse_kappa(data: object) -> Estimate | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                kappa_type_0 = Estimate.from_dict(data)

                return kappa_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Estimate | None, data)

        kappa = _parse_kappa(d.pop("kappa"))

        def _parse_alpha(data: object) -> Estimate | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                alpha_type_0 = Estimate.from_dict(data)

                return alpha_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Estimate | None, data)

        alpha = _parse_alpha(d.pop("alpha"))

        def _parse_alpha_people(data: object) -> Estimate | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                alpha_people_type_0 = Estimate.from_dict(data)

                return alpha_people_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Estimate | None, data)

        alpha_people = _parse_alpha_people(d.pop("alpha_people"))

        def _parse_people_with_grades(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                people_with_grades_type_0 = Rate.from_dict(data)

                return people_with_grades_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        people_with_grades = _parse_people_with_grades(d.pop("people_with_grades"))

        def _parse_run_with_grades(data: object) -> None | Rate:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                run_with_grades_type_0 = Rate.from_dict(data)

                return run_with_grades_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Rate, data)

        run_with_grades = _parse_run_with_grades(d.pop("run_with_grades"))

        agreement_numbers = cls(
            pairs=pairs,
            tied_by_people=tied_by_people,
            tied_by_run=tied_by_run,
            raw=raw,
            verdicts=verdicts,
            kappa=kappa,
            alpha=alpha,
            alpha_people=alpha_people,
            people_with_grades=people_with_grades,
            run_with_grades=run_with_grades,
        )

        return agreement_numbers
