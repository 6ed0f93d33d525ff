"""The checker: what the service promises, held against everything that it left behind.

Fed with the database of all services, the folder of files, the broker's log as far as it is still there, and the
runs that callers were promised; feeds tests and tools. Call it when nothing is under way any more::

    report = await check(Evidence(database, files_dir, await read_log(bootstrap)), accepted=ids)
    assert report.findings == []
    report.lost, report.doubled, report.wrong     # how many of each kind

Every finding names its kind (``lost``, ``doubled``, ``wrong``), the rule that it breaks, whose it is and what was
found. What is allowed and has to be visible is no finding: it is in ``report.seen``, with money that was spent
beside the verdicts (a judge that had answered when its caller died is asked again; both calls are in the ledger).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from anyio import CapacityLimiter
from sqlalchemy import String, cast, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cj.states import FINAL as BATCH_FINAL
from app.db.unit import Database
from app.gateway.tables import requests
from app.messaging.bus import Record
from app.runner.archive.verify import verify
from app.runner.runs.states import FINAL, MOVES
from app.runner.runs.store import FIELDS, Run, run_of
from app.runner.tables import runs
from tests.chaos import row_checks
from tests.chaos.log_checks import digest, log_findings
from tests.chaos.row_checks import Kind, RowCheck

SHOWN = 40


@dataclass(frozen=True)
class Finding:
    """One broken promise."""

    kind: Kind
    rule: str
    subject: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.rule}: {self.subject} {self.detail}"


@dataclass(frozen=True)
class Evidence:
    """Where to look; ``log`` is None where the broker was not asked. It may be partial."""

    database: Database
    files_dir: Path
    log: Sequence[Record] | None = None


@dataclass(frozen=True)
class Seen:
    """What was looked at, and what is allowed but has to be visible."""

    runs: dict[str, int]
    comparisons: int
    told: int
    late: int
    calls_taken_over: int
    paid_beside_usd: float
    paid_beside: int
    dead_letters: int
    records: int


@dataclass
class Report:
    """All findings, and what they were found in."""

    findings: list[Finding] = field(default_factory=list)
    seen: Seen | None = None

    def count(self, kind: Kind) -> int:
        """Return how many findings are of one kind."""
        return sum(finding.kind == kind for finding in self.findings)

    @property
    def lost(self) -> int:
        """How many things are missing."""
        return self.count("lost")

    @property
    def doubled(self) -> int:
        """How many things are there twice."""
        return self.count("doubled")

    @property
    def wrong(self) -> int:
        """How many things contradict each other."""
        return self.count("wrong")

    def __str__(self) -> str:
        rules = Counter(f"{finding.kind}: {finding.rule}" for finding in self.findings)
        lines = [f"lost {self.lost}, doubled {self.doubled}, wrong {self.wrong}; {self.seen}"]
        lines += [f"  {count} x {rule}" for rule, count in rules.most_common()]
        return "\n".join([*lines, *(f"    {finding}" for finding in self.findings[:SHOWN])])


async def check(
    evidence: Evidence, *, accepted: Collection[str] = (), rules: Sequence[RowCheck] = row_checks.ALL
) -> Report:
    """Return what does not hold; ``accepted`` are the ids of runs that were answered 202."""
    report = Report()
    async with evidence.database.transaction() as connection:
        for rule in rules:
            report.findings += await row_findings(connection, rule, accepted)
        report.findings += await _log(connection, evidence.log)
        report.seen = await look(connection, evidence.log)
        found = await connection.execute(select(*FIELDS).where(runs.c.revision > 0))
        with_files = [run_of(row) for row in found]
    for run in with_files:
        report.findings += await _files(evidence, run)
    return report


async def row_findings(
    connection: AsyncConnection, rule: RowCheck, accepted: Collection[str] = ()
) -> list[Finding]:
    """Return what breaks one rule."""
    allowed = {
        "final": [str(state) for state in FINAL],
        "ended": [str(state) for state in BATCH_FINAL],
        "moves": [f"{before}>{after}" for before, onward in MOVES.items() for after in onward],
        "accepted": list(accepted),
    }
    statement = text(rule.query)
    wanted = {name: value for name, value in allowed.items() if f":{name}" in rule.query}
    found = await connection.execute(statement, wanted)
    return [Finding(rule.kind, rule.rule, str(subject), str(detail)) for subject, detail in found]


async def _log(connection: AsyncConnection, log: Sequence[Record] | None) -> list[Finding]:
    if log is None:
        return []
    told = select(cast(requests.c.queue_id, String), requests.c.callback).where(requests.c.callback.is_not(None))
    paid = {queue_id: digest(callback) for queue_id, callback in await connection.execute(told)}
    return [Finding(said.kind, said.rule, said.subject, said.detail) for said in log_findings(log, paid)]


async def look(connection: AsyncConnection, log: Sequence[Record] | None) -> Seen:
    """Return what there is to look at."""
    states = await connection.execute(text("SELECT status, count(*) FROM runner.runs GROUP BY 1 ORDER BY 1"))
    counted = text("""SELECT count(*), count(*) FILTER (WHERE request_id LIKE 'cj-%'), count(*) FILTER (WHERE late)
        FROM runner.comparisons""")
    comparisons, told, late = (await connection.execute(counted)).one()
    beside = text("""SELECT count(*) FILTER (WHERE generation > attempts OR generation > 1),
            coalesce(sum(cost_usd - (callback ->> 'cost_estimate')::float), 0),
            count(*) FILTER (WHERE cost_usd > (callback ->> 'cost_estimate')::float + 1e-9)
        FROM gateway.requests WHERE callback IS NOT NULL""")
    again, usd, times = (await connection.execute(beside)).one()
    letters = text("SELECT (SELECT count(*) FROM runner.dead_letters) + (SELECT count(*) FROM cj.dead_letters)")
    dead = (await connection.execute(letters)).scalar_one()
    return Seen(
        {row[0]: row[1] for row in states},
        comparisons,
        told,
        late,
        again,
        round(float(usd), 6),
        times,
        int(dead),
        len(log or ()),
    )


async def _files(evidence: Evidence, run: Run) -> list[Finding]:
    """Return what is wrong with the files of a run, all its revisions, as ``verify`` finds it."""
    limiter = CapacityLimiter(2)
    found = []
    for revision in range(1, run.revision + 1):
        checks = await verify(evidence.database, evidence.files_dir, run, revision, limiter)
        if revision < run.revision:
            checks = [check for check in checks if check.check in {"digest", "manifest", "checksum", "schema"}]
        found += [
            Finding("wrong", f"files: {check.check}", run.id, f"{check.path}: {check.expected}, not {check.found}")
            for check in checks
            if not check.ok
        ]
    return found
