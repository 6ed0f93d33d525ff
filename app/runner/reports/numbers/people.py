"""A run held against people's verdicts on the same pairs: the whole document, part by part. PURE.

Fed by ``comparing.gather`` with the run and by ``human`` with the files; feeds the API and the renderings.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.runner.human.matching import MOST_NAMED, Known, matched
from app.runner.human.reading import Content, said
from app.runner.reports.numbers.agreeing import Both, by_distance, by_judge, numbers, people_sentence
from app.runner.reports.numbers.judged import JudgedRun, Text, essay_name
from app.runner.reports.numbers.judging import judgements_of
from app.runner.reports.numbers.meetings import MOST_TEXTS, Pair, tallies, verdict_texts
from app.runner.reports.numbers.people_pairs import Met, PeopleTally, disputed, pair_row
from app.runner.reports.shapes.people import (
    DisputedPair,
    EssayGap,
    PeopleCounts,
    RunAgreement,
    ScalesOfBoth,
    UnmatchedName,
)
from app.runner.reports.wording import counted
from app.scoring.data import Judgements, Record
from app.scoring.errors import ScoringError
from app.scoring.judges import AgreementOfTwo, agreement_of_two

MOST_ESSAYS = 20
FEW_PAIRS = 30


@dataclass(frozen=True)
class How:
    """How to compare: seed and number of draws, and how many disputed pairs are shown."""

    seed: int = 0
    draws: int = 1_000
    limit: int = 50


@dataclass(frozen=True)
class Laid:
    """Run and people side by side; ``met`` are the pairs that both judged, ``records`` all verdicts of people."""

    run: JudgedRun
    sets: tuple[str, ...]
    counts: PeopleCounts
    unmatched: tuple[UnmatchedName, ...]
    met: Mapping[Pair, Met]
    records: Sequence[Record]

    @property
    def disputed(self) -> list[Pair]:
        """The pairs on which people and run differ, the clearest first."""
        return disputed(self.met)

    def wanted_texts(self, limit: int) -> set[int]:
        """Return the numbers of the answers whose words are shown."""
        shown = self.disputed[:limit]
        return {item.sequence for pair in shown for item in self.met[pair].run.answers[:MOST_TEXTS]}


def lay_out(run: JudgedRun, contents: Mapping[str, Content], known: Known) -> Laid:
    """Lay a run and files of people's verdicts side by side."""
    people: dict[Pair, PeopleTally] = {}
    records: list[Record] = []
    unmatched: Counter[str] = Counter()
    rows = same = 0
    for ordinal, content in enumerate(contents.values()):
        found = matched(content, known)
        unmatched.update(found.unmatched)
        rows, same = rows + found.unmatched_rows, same + found.same_essay_rows
        before = _judges_before(contents, ordinal)
        for one in said(content):
            ids = found.ids.get(one.first), found.ids.get(one.second)
            if ids[0] is None or ids[1] is None or ids[0] == ids[1]:
                continue
            first, second = run.keys[ids[0]], run.keys[ids[1]]
            judge = before.get(one.judge, one.judge)
            people.setdefault(Pair.of(first, second), PeopleTally()).add(
                judge, one.outcome, low_first=first < second
            )
            records.append(Record(first, second, one.outcome, 1.0, judge))
    own = tallies(run, run.by_key)
    met = {pair: Met(tally, own[pair]) for pair, tally in people.items() if pair in own}
    every = list(contents.values())
    counts = PeopleCounts(
        verdicts=sum(len(content.rows) for content in every),
        ties=sum(outcome == 1 for content in every for _, _, outcome, _ in content.rows),
        undecided=sum(content.undecided for content in every),
        unmatched=rows,
        same_essay=same,
        judges=len({record.judge for record in records}),
        pairs=len(people),
        not_judged_by_run=len(people) - len(met),
    )
    named = tuple(UnmatchedName(name=name, rows=count) for name, count in unmatched.most_common(MOST_NAMED))
    return Laid(run, tuple(contents), counts, named, met, records)


def _judges_before(contents: Mapping[str, Content], ordinal: int) -> dict[str, str]:
    """Return new numbers for the numbered judges of a file: who is judge_1 in two files need not be one person."""
    every = list(contents.values())
    before = sum(sum(_is_number(name) for name in content.judges) for content in every[:ordinal])
    numbered = [name for name in every[ordinal].judges if _is_number(name)]
    return {name: f"judge_{before + place}" for place, name in enumerate(numbered, start=1)}


def _is_number(name: str) -> bool:
    return name.startswith("judge_") and name.removeprefix("judge_").isdecimal()


def agreement(laid: Laid, texts: Text, how: How) -> RunAgreement:
    """Return how far people and run agree; ``texts`` are the justifications of ``wanted_texts``."""
    both = Both(laid.run, laid.met, np.random.default_rng([how.seed, 3]), how.draws)
    found = numbers(both)
    scales, no_scales = _scales(laid)
    return RunAgreement(
        run_id=laid.run.run_id,
        batch_label=laid.run.batch_label,
        revision=laid.run.revision,
        verdict_sets=laid.sets,
        sentence=people_sentence(found),
        counts=laid.counts,
        unmatched=laid.unmatched,
        notes=tuple(_notes(laid)),
        agreement=found,
        scales=None
        if scales is None
        else ScalesOfBoth(
            essays=scales.items, pearson=scales.pearson, spearman=scales.spearman, tau_b=scales.kendall_tau_b
        ),
        no_scales=no_scales,
        by_distance=by_distance(both),
        by_judge=by_judge(both),
        essays=() if scales is None else _gaps(laid.run, scales),
        disputes=tuple(_dispute(laid, pair, texts) for pair in laid.disputed[: how.limit]),
        disputes_total=len(laid.disputed),
        seed=how.seed,
        draws=how.draws,
    )


def _scales(laid: Laid) -> tuple[AgreementOfTwo | None, str | None]:
    """Return how the scales compare that are fitted to both sets of verdicts, or why they do not."""
    if not laid.run.verdicts or not laid.records:
        return None, "one of the two has no verdict"
    try:
        own = judgements_of(laid.run.verdicts)
        items = sorted(laid.run.by_key)
        places = {key: place for place, key in enumerate(items)}
        known = [laid.run.keys.get(item, "") in places for item in own.items]
        kept = own.keep(np.array(known)[own.first] & np.array(known)[own.second])
        seats = np.array([places.get(laid.run.keys.get(item, ""), 0) for item in own.items])
        run = Judgements.from_arrays(items, seats[kept.first], seats[kept.second], kept.outcome)
        people = [one for one in laid.records if one.first in places and one.second in places]
        return agreement_of_two(Judgements.from_records(people, items), run, MOST_ESSAYS), None
    except ScoringError as refusal:
        return None, refusal.detail


def _gaps(run: JudgedRun, scales: AgreementOfTwo) -> tuple[EssayGap, ...]:
    return tuple(
        EssayGap(**essay_name(run.by_key[one.item]).model_dump(), people=one.first, run=one.second, z=one.z)
        for one in scales.largest
    )


def _dispute(laid: Laid, pair: Pair, texts: Text) -> DisputedPair:
    met = laid.met[pair]
    row, first = pair_row(laid.run, pair, met)
    low_first = first == pair.low
    return DisputedPair(
        **row.model_dump(),
        judges_for_first=met.people.judges_for(low=low_first),
        judges_for_second=met.people.judges_for(low=not low_first),
        verdicts=verdict_texts(laid.run, first, met.run, texts),
    )


def _notes(laid: Laid) -> list[str]:
    counts, found = laid.counts, []
    if len(laid.met) < FEW_PAIRS:
        found.append(f"Only {counted(len(laid.met), 'pair')} judged by both: every number here is rough.")
    if counts.unmatched:
        found.append(f"Left out: {counted(counts.unmatched, 'row')} with an essay that the run does not have.")
    if counts.same_essay:
        found.append(f"Left out: {counted(counts.same_essay, 'row')} with two names of one essay.")
    if counts.undecided:
        found.append(f"Left out: {counted(counts.undecided, 'row')} without a decision.")
    if laid.run.status_reason is not None:
        found.append(
            f"The run ended as {laid.run.status} ({laid.run.status_reason}): its verdicts are incomplete."
        )
    found.append("Intervals take pairs as independent, though pairs share essays: they are somewhat too narrow.")
    return found
