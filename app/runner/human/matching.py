"""Essays as people name them, found among the essays of a run: by identifier, label or file name. PURE.

Fed by the file's names and the run's essays; feeds the import, which says what it did not find, and the agreement.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.contracts.cj_events import AssessmentResult
from app.runner.human.reading import Content
from app.runner.runs.essays import RunEssay, unambiguous

MOST_NAMED = 100


@dataclass(frozen=True)
class Known:
    """The essays of a run by all their names; a name of several essays stands for none."""

    exact: Mapping[str, str]
    folded: Mapping[str, str]

    def find(self, name: str) -> str | None:
        """Return the travelling id of the essay that a name means; small and capital letters only if need be."""
        return self.exact.get(name) or self.folded.get(name.casefold())


@dataclass(frozen=True)
class Matched:
    """How the names of a file fit a run: ids by name, and rows by name for those that fit nothing."""

    ids: Mapping[str, str]
    unmatched: Mapping[str, int]
    unmatched_rows: int
    same_essay_rows: int


def known_essays(essays: Sequence[RunEssay], result: AssessmentResult | None) -> Known:
    """Return all names of the essays that the engine judged, those of its own anchors by label too."""
    named = [(_names_of(essay), essay.essay_id) for essay in essays]
    by_stem = {essay.stem: essay for essay in essays if essay.role == "anchor"}
    for anchor_id, label in _added(result):
        ours = by_stem.get(label)
        own = [] if ours is None else _names_of(ours)
        named = [item for item in named if ours is None or item[1] != ours.essay_id]
        named.append(([anchor_id, label, *own], anchor_id))
    folded = [([name.casefold() for name in names], essay_id) for names, essay_id in named]
    return Known(unambiguous(named), unambiguous(folded))


def matched(content: Content, known: Known) -> Matched:
    """Return how a file fits: rows with a name that is not known, and rows whose two names mean one essay."""
    found = {name: known.find(name) for name in content.essays}
    ids = {name: essay_id for name, essay_id in found.items() if essay_id is not None}
    missing: Counter[str] = Counter()
    rows = same = 0
    for first, second, _, _ in content.rows:
        names = [content.essays[first], content.essays[second]]
        strange = [name for name in names if name not in ids]
        missing.update(strange)
        rows += bool(strange)
        same += not strange and ids[names[0]] == ids[names[1]]
    return Matched(ids, dict(missing.most_common()), rows, same)


def _names_of(essay: RunEssay) -> list[str]:
    return [essay.essay_id, essay.artefact_id, essay.stem, essay.file_name, essay.source_path]


def _added(result: AssessmentResult | None) -> Iterable[tuple[str, str]]:
    """Yield id and label of the anchors that the engine added."""
    told = None if result is None else result.assessment_metadata.get("anchors")
    for anchor in told if isinstance(told, list) else []:
        if isinstance(anchor, Mapping):
            yield str(anchor.get("id")), str(anchor.get("label") or anchor.get("id"))
