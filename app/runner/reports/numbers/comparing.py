"""Runs held against each other: the whole document, part by part. PURE.

Fed by ``comparing.gather`` with judged runs; feeds the API and the renderings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.runner.reports.numbers import disputes as pairs
from app.runner.reports.numbers.conclusions import conclude, notes
from app.runner.reports.numbers.differences import settings_compared
from app.runner.reports.numbers.judged import LETTERS, JudgedRun, Text, shared_keys
from app.runner.reports.numbers.meetings import Pair, Tally, tallies
from app.runner.reports.numbers.run_metrics import run_metrics
from app.runner.reports.numbers.standings import column, essays_compared, scales_compared
from app.runner.reports.numbers.tau_differences import (
    Draws,
    RunTaus,
    draws_for,
    graded_anchors,
    tau_differences,
    taus,
)
from app.runner.reports.shapes.comparison import Against, ComparedRun, LeftOut, Resampling, RunComparison
from app.scoring.resampling import LEVEL

MOST_NAMED = 100


@dataclass(frozen=True)
class How:
    """How to compare: seed and number of draws, and how many disputed pairs of two runs are shown."""

    seed: int = 0
    draws: int = 1_000
    limit: int = 50


@dataclass(frozen=True)
class Laid:
    """Runs laid side by side: the shared essays, and the verdicts of each run on their pairs."""

    runs: Sequence[JudgedRun]
    keys: Sequence[str]
    tallies: Sequence[dict[Pair, Tally]]
    disputed: Sequence[Sequence[Pair]]
    """For each run after the baseline the pairs on which the two differ, the clearest first."""

    def wanted_texts(self, limit: int) -> dict[str, set[int]]:
        """Return by run id the numbers of the answers whose words are shown."""
        found: dict[str, set[int]] = {run.run_id: set() for run in self.runs}
        for run, own, disputed in zip(self.runs[1:], self.tallies[1:], self.disputed, strict=True):
            mine, theirs = pairs.sequences(disputed[:limit], self.tallies[0], own)
            found[self.runs[0].run_id] |= mine
            found[run.run_id] |= theirs
        return found


def lay_out(runs: Sequence[JudgedRun]) -> Laid:
    """Lay runs side by side; raises ``InvalidInput`` for runs that share no essays."""
    keys = shared_keys(runs)
    found = [tallies(run, keys) for run in runs]
    return Laid(runs, keys, found, [pairs.disputed(found[0], other) for other in found[1:]])


def compare(laid: Laid, texts: Text, how: How) -> RunComparison:
    """Return the comparison; ``texts`` are the justifications of ``wanted_texts``."""
    runs, keys = laid.runs, laid.keys
    anchors, no_taus = graded_anchors(runs, keys)
    draws = draws_for(runs, how.seed, how.draws)
    found = None if no_taus is not None else taus(runs, anchors, draws)
    against = tuple(
        _against(laid, place, (found, no_taus, len(anchors)), texts, how.limit) for place in range(1, len(runs))
    )
    metrics = tuple(run_metrics(run, letter) for run, letter in zip(runs, LETTERS, strict=False))
    return RunComparison(
        runs=tuple(_shown(run, letter) for run, letter in zip(runs, LETTERS, strict=False)),
        shared_essays=len(keys),
        shared_anchors=len(anchors),
        left_out=tuple(_left_out(run, letter, keys) for run, letter in zip(runs, LETTERS, strict=False)),
        notes=notes(runs, keys, anchors, draws, how.draws),
        settings=settings_compared(runs),
        metrics=metrics,
        against=against,
        essays=essays_compared(runs, keys),
        resampling=_resampling(draws),
    )


def _against(
    laid: Laid, place: int, taus_found: tuple[list[RunTaus] | None, str | None, int], texts: Text, limit: int
) -> Against:
    found, no_taus, anchors = taus_found
    letter, base, other = LETTERS[place], laid.tallies[0], laid.tallies[place]
    disputed, both = laid.disputed[place - 1], (laid.runs[0], laid.runs[place])
    differences = () if found is None else tau_differences(found[0], found[place])
    outcome, sentence = conclude(letter, differences, no_taus, anchors)
    return Against(
        letter=letter,
        verdict=outcome,
        sentence=sentence,
        taus=differences,
        no_taus=no_taus,
        scales=scales_compared(column(both[0], laid.keys), column(both[1], laid.keys)),
        pairs=pairs.counts(both[0], base, other),
        disputes=tuple(
            pairs.dispute(pair, both, (base[pair], other[pair]), letter, texts) for pair in disputed[:limit]
        ),
        disputes_total=len(disputed),
    )


def _shown(run: JudgedRun, letter: str) -> ComparedRun:
    judges = sorted({(item.provider, item.model) for item in run.answers})
    return ComparedRun(
        letter=letter,
        run_id=run.run_id,
        batch_label=run.batch_label,
        mode=run.mode,
        status=run.status,
        status_reason=run.status_reason,
        revision=run.revision,
        created_at=run.created_at,
        provider=", ".join(dict.fromkeys(provider for provider, _ in judges)),
        model=", ".join(dict.fromkeys(model for _, model in judges)),
        essays=len(run.rows),
        source=run.source,
        stop_reason=run.stop_reason,
    )


def _left_out(run: JudgedRun, letter: str, keys: Sequence[str]) -> LeftOut:
    shared = set(keys)
    names = [row.name for row in run.rows if run.keys.get(row.essay_id) not in shared]
    return LeftOut(letter=letter, count=len(names), names=tuple(names[:MOST_NAMED]))


def _resampling(draws: Draws) -> Resampling:
    return Resampling(seed=draws.seed, draws_over_essays=draws.essays, draws_over_pairs=draws.pairs, level=LEVEL)
