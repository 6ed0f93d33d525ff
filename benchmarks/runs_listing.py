"""Lists of runs and single runs, with 100,000 runs and 10 million comparisons in the database.

``runs_listing.py [runs] [comparisons of each]``. The floor is ``GET /healthz`` of the same process. Every query's
plan is printed when it reads a whole table.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from sqlalchemy import text
from tools.explained import explained
from tools.http_load import Wire, check, percentile, request
from tools.process import UNLIMITED

from app.db.unit import Database
from app.roles.everything import servers
from app.roles.stack import Plan, Stack
from app.runner.runs import listing
from app.runner.runs.listing import Wanted
from app.runner.runs.spec import RunRequest
from app.settings import DatabaseSettings

RUNS, EACH, ASKED = 100_000, 100, 300
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
SPEC = RunRequest.model_validate(
    {
        "mode": "anchor-align-test",
        "batch_label": "night",
        "assets": {"package_id": "pkg_1"},
        "llm": {"rubric": {"name": "rubric", "text": "Weigh both essays by their language. " * 40}},
    }
)
FILL_RUNS = """
INSERT INTO runner.runs (id, owner, mode, status, batch_uuid, batch_label, correlation_id, package_id, spec,
                         labels, last_event, comparisons_received, created_at, updated_at)
SELECT 'run_' || lpad(n::text, 32, '0'), CASE WHEN n > :runs THEN 'org-' || n % 100 ELSE 'local' END,
       (ARRAY['execute', 'anchor-align-test', 'execute', 'anchor-align-test', 'execute', 'plan'])[1 + n % 6],
       CASE WHEN n % 30 = 1 THEN 'failed' WHEN n % 50 = 3 THEN 'cancelled' WHEN n % 1000 = 4 THEN 'timed_out'
            WHEN n > :runs - 50 AND n <= :runs THEN 'running' ELSE 'completed' END,
       gen_random_uuid(), 'night-' || to_char(at, 'YYYYMMDD') || '-' || n, gen_random_uuid(), 'pkg_1',
       CAST(:spec AS jsonb), jsonb_build_object('team', (n % 20)::text, 'number', n::text), 3, :each, at, at
FROM (SELECT n, CAST(:first AS timestamptz) + n * interval '4 minutes' AS at
      FROM generate_series(1, :runs + :runs / 5) AS n) AS made
"""
FILL_EVENTS = """
INSERT INTO runner.run_events (run_id, number, type)
SELECT run.id, number, 'run.running' FROM runner.runs AS run, generate_series(1, 3) AS number
"""
FILL_COMPARISONS = """
INSERT INTO runner.comparisons (run_id, request_id, sequence, correlation_id, essay_a_id, essay_b_id, winner,
                                confidence, provider, model, requested_at, completed_at, raw)
SELECT run.id, 'request-' || number, number, run.correlation_id, 'essay-a', 'essay-b', 'a', 4, 'mock', 'latent',
       run.created_at, run.created_at, '{}'
FROM runner.runs AS run, generate_series(1, :each) AS number WHERE run.owner = 'local'
"""
BEFORE = (
    "SET session_replication_role = replica",
    "ALTER TABLE runner.comparisons DROP CONSTRAINT pk_comparisons",
    "DROP INDEX runner.uq_comparisons_run_id_sequence",
    "ALTER TABLE runner.comparisons SET UNLOGGED",
)
AFTER = (
    "SET maintenance_work_mem = '512MB'",
    "ALTER TABLE runner.comparisons ADD CONSTRAINT pk_comparisons PRIMARY KEY (run_id, request_id)",
    "CREATE UNIQUE INDEX uq_comparisons_run_id_sequence ON runner.comparisons (run_id, sequence)",
)


async def fill(plan: Plan, runs: int, each: int) -> None:
    """Fill the database in bulk: constraints and indices of the large table are made afterwards."""
    began = time.perf_counter()
    facts = {"runs": runs, "each": each, "first": FIRST, "spec": SPEC.model_dump_json()}
    settings = DatabaseSettings(url=plan.database_url, command_timeout_s=3600)
    database = Database.connect(settings, application_name="bench")
    async with database.transaction() as connection:
        for statement in (*BEFORE, FILL_RUNS, FILL_EVENTS, FILL_COMPARISONS, *AFTER):
            given = {name: value for name, value in facts.items() if f":{name}" in statement}
            await connection.execute(text(statement), given)
    quiet = await database.engine.connect()
    quiet = await quiet.execution_options(isolation_level="AUTOCOMMIT")
    for table in ("runs", "run_events", "comparisons"):
        await quiet.execute(text(f"VACUUM ANALYZE runner.{table}"))
    size = (await quiet.execute(text("SELECT pg_size_pretty(pg_database_size(current_database()))"))).scalar_one()
    await quiet.close()
    await database.close()
    print(f"{runs:,} runs (and {runs // 5:,} of others), {runs * each:,} comparisons: {size}, ", end="")
    print(f"filled in {time.perf_counter() - began:.0f} s")


@dataclass(frozen=True)
class Asked:
    """One query of the list: what the address says, and what it means."""

    query: dict[str, Any]
    wanted: Wanted

    @property
    def path(self) -> str:
        """The address."""
        return "/v1/runs?" + urlencode(self.query, doseq=True)


def lists(middle: datetime) -> Iterator[Asked]:
    """Yield every filter by itself in both orders, and combinations."""
    day = middle.strftime("night-%Y%m%d")
    kinds: list[dict[str, Any]] = [
        {},
        *({"status": [status]} for status in ("completed", "failed", "running", "timed_out", "preparing")),
        {"status": ["failed", "timed_out", "cancelled"]},
        {"mode": ["plan"]},
        {"mode": ["plan", "execute"], "status": ["failed"]},
        {"mode": ["dry-run"], "status": ["completed"]},
        {"label": ["team=7"]},
        {"label": ["number=77"]},
        {"label": ["team=7", "number=8"]},
        {"label": ["team=7"], "status": ["failed"]},
        {"batch_label": f"{day}-1"},
        {"batch_label_prefix": day},
        {"batch_label_prefix": middle.strftime("night-%Y%m")},
        {"batch_label_prefix": "night-"},
        {"batch_label_prefix": day, "status": ["failed"]},
        {"created_after": middle.isoformat()},
        {"created_before": middle.isoformat()},
        {"created_before": middle.isoformat(), "status": ["failed"]},
        {"limit": 200},
    ]
    for kind in kinds:
        for sort in ("-created_at", "created_at"):
            yield Asked(kind | {"sort": sort}, _meant(kind, sort))


def _meant(kind: dict[str, Any], sort: str) -> Wanted:
    rest = {name: value for name, value in kind.items() if name not in {"limit", "label"}}
    known = {
        name: tuple(value)
        if isinstance(value, list)
        else datetime.fromisoformat(value)
        if "created" in name
        else value
        for name, value in rest.items()
    }
    pairs = tuple(tuple(pair.split("=")) for pair in kind.get("label", ()))
    return Wanted("local", labels=pairs, newest_first=sort == "-created_at", **known)


async def timed(wire: Wire, path: str, wanted: int = 200) -> list[float]:
    """Return the ms of asking again and again."""
    raw, taken = request("GET", path), []
    for number in range(ASKED + 20):
        began = time.perf_counter()
        answer = await wire.ask(raw)
        if number >= 20:
            taken.append((time.perf_counter() - began) * 1e3)
        check(wanted, *answer)
    return taken


async def measure(plan: Plan, runs: int) -> None:
    """Print p50 and p99 of each address, and plans that read a whole table."""
    wire = await Wire.to(plan.url("api"))
    floor = percentile(await timed(wire, "/healthz"), 0.5)
    print(f"floor, GET /healthz: p50 {floor:.2f} ms")
    worst: list[float] = []

    async def told(path: str) -> None:
        taken = await timed(wire, path)
        p50, p99 = percentile(taken, 0.5), percentile(taken, 0.99)
        worst.append(p99)
        print(f"p50 {p50:6.2f} ms ({p50 / floor:4.1f} floors), p99 {p99:6.2f} ms  GET {path}", flush=True)

    one = f"/v1/runs/run_{runs // 2:032d}"
    for path in (one, f"{one}/events"):
        await told(path)
    middle = (await _body(wire, one))["created_at"]
    for asked in lists(datetime.fromisoformat(middle)):
        await told(asked.path)
    await told(await deep(wire, f"/v1/runs?status=completed&status=failed&created_before={middle[:19]}Z"))
    print(f"largest p99: {max(worst):.2f} ms (aim: 20 ms)")
    wire.close()
    await explain(plan, datetime.fromisoformat(middle))


async def deep(wire: Wire, path: str) -> str:
    """Return the address of the tenth page."""
    for _ in range(9):
        path = (await _body(wire, path))["next"]
    return path


async def _body(wire: Wire, path: str) -> dict[str, Any]:
    status, body = await wire.ask(request("GET", path))
    check(200, status, body)
    found: dict[str, Any] = orjson.loads(body)
    return found


async def explain(plan: Plan, middle: datetime) -> None:
    """Print the plans that read a whole table, or that there are none."""
    database = Database.connect(DatabaseSettings(url=plan.database_url), application_name="bench")
    bad = 0
    for asked in lists(middle):
        query = listing.statement(asked.wanted, None, 51)
        async with database.transaction() as connection:
            shown = "\n".join(await explained(connection, query))
        if "Seq Scan" in shown:
            bad += 1
            print(asked.path, shown, sep="\n")
    await database.close()
    print(f"queries that read a whole table: {bad}")


@contextmanager
def filled(runs: int, each: int) -> Iterator[Plan]:
    """Yield the plan of a running API over a filled database."""
    with tempfile.TemporaryDirectory() as where, servers(Path(where), prefer_usual=False) as plan:
        stack = Stack(plan, UNLIMITED)
        try:
            stack.migrate()
            asyncio.run(fill(plan, runs, each))
            stack.start(["api"])
            stack.wait_until_ready()
            yield plan
        finally:
            stack.stop()


def main() -> None:
    """Measure with embedded servers, or with those that the environment names."""
    given = [int(number) for number in sys.argv[1:]]
    runs, each = (given + [RUNS, EACH][len(given) :])[:2]
    with filled(runs, each) as plan:
        asyncio.run(measure(plan, runs))


if __name__ == "__main__":
    main()
