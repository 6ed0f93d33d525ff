"""Batches as cj's API shows them: lists, one batch, its comparisons, scores and grades."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import update

from app.cj.platform_names import upload_status
from app.cj.states import BatchState
from app.cj.tables import comparisons
from app.db.unit import Database
from tests.integration.desk import LEGACY, ROUND, Desk
from tests.integration.parts import Json

BATCHES = "/api/v1/batches"
FOUR = ["best", "good", "fair", "weak"]


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    found = Desk(database)
    await found.open()
    async with found.stack:
        yield found


async def ids(desk: Desk, query: str) -> list[int]:
    return [item["id"] for item in (await desk.get(f"{BATCHES}?{query}"))["items"]]


async def test_the_engine_says_what_it_offers_beyond_the_contract(desk: Desk) -> None:
    found = await desk.get("/api/v1/offer")
    assert "pre_specified" in found["pairing"]
    assert found["max_comparisons"] == desk.parts.settings.max_pairwise_comparisons


async def test_batches_are_found_by_state_assignment_and_time(desk: Desk) -> None:
    first = await desk.batch("completed", request={"assignment_id": "one"})
    desk.clock.pass_by(3600)
    second = await desk.batch("failed", request={"assignment_id": "one"})
    desk.clock.pass_by(3600)
    third = await desk.batch("completed")
    begun = desk.clock() - timedelta(hours=1)
    assert await ids(desk, "") == [third, second, first]
    assert await ids(desk, "status=completed") == [third, first]
    assert await ids(desk, "assignment_id=one") == [second, first]
    assert await ids(desk, "assignment_id=one&status=failed") == [second]
    assert await ids(desk, f"created_from={begun:%Y-%m-%dT%H:%M:%SZ}") == [third, second]
    assert await ids(desk, f"created_to={begun:%Y-%m-%dT%H:%M:%S}") == [first]


async def test_pages_of_batches_hold_each_once_while_new_ones_come(desk: Desk) -> None:
    made = [await desk.batch() for _ in range(5)]
    seen: list[int] = []
    query = "limit=2"
    while True:
        page = await desk.get(f"{BATCHES}?{query}")
        seen += [item["id"] for item in page["items"]]
        await desk.batch()
        if page["next"] is None:
            break
        query = f"limit=2&before={page['next']}"
    assert seen == made[::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=done", "status"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("before=0", "before"),
        ("before=99999999999", "before"),
        ("created_from=yesterday", "created_from"),
        ("created_from=0001-01-01T00:00:00%2B14:00", "created_from"),
        ("created_from=2026-01-02T00:00:00Z&created_to=2026-01-01T00:00:00Z", "created_to"),
    ],
)
async def test_a_bad_filter_is_refused_by_its_name(desk: Desk, query: str, field: str) -> None:
    error = (await desk.get(f"{BATCHES}?{query}", 400))["error"]
    assert [item["field"] for item in error["details"]["problems"]] == [field]


@pytest.mark.parametrize(
    "name", ["1", "99999999999999999999", "²", "nope", "4f0c2a4e-8f2b-4a53-9d0c-2f9f6f1d0c11"]
)
@pytest.mark.parametrize("end", ["", "/pairs", "/scores", "/projections"])
async def test_an_unknown_batch_is_not_found(desk: Desk, name: str, end: str) -> None:
    await desk.get(f"{BATCHES}/{name}{end}", 404)


async def test_one_batch_says_what_it_does_and_why_by_either_id(desk: Desk) -> None:
    entry = {"wave": 1, "asked": 12, "max_score_change": 0.4, "decision": "finish", "reason": "cap"}
    missing = [{"essay_id": "lost", "reason": "no text"}]
    batch_id = await desk.judged(
        FOUR, ROUND, decisions=[entry], essays_missing=missing, last_scores={"0": 1.5, "3": -1.5}
    )
    shown = await desk.get(f"{BATCHES}/{batch_id}")
    assert await desk.get(f"{BATCHES}/{shown['bos_batch_id']}") == shown
    assert (shown["status"], shown["state"], shown["upload_status"]) == (
        "completed",
        "COMPLETED",
        "COMPLETE_MAX_COMPARISONS",
    )
    assert shown["budget"] == {
        "cap": 24,
        "source": "runner_override",
        "used": 12,
        "remaining": 12,
        "cost_usd": 0.0,
        "max_cost_usd": None,
    }
    assert shown["comparisons"] == {"asked": 12, "succeeded": 12, "failed": 0, "pending": 0, "cancelled": 0}
    assert shown["essays"] == {"requested": 1, "students": 4, "anchors": 0}
    assert (shown["decisions"], shown["essays_missing"]) == ([entry], missing)
    assert (shown["stop_reason"], shown["last_error"]) == ("cap", None)
    facts = shown["processing_metadata"]
    assert facts["comparison_budget"] == {"max_pairs_requested": 24, "source": "runner_override"}
    assert (facts["max_possible_pairs"], facts["successful_pairs_count"]) == (6, 6)
    assert facts["unique_coverage_complete"] is True
    assert facts["bt_scores"] == {"best": 1.5, "weak": -1.5}
    assert facts["llm_overrides"]["provider_override"] == "mock"
    assert (facts["last_scored_iteration"], facts["last_score_change"]) == (1, 0.4)


async def test_a_failed_batch_shows_its_last_error(desk: Desk) -> None:
    batch_id = await desk.batch("failed", reason="low_success_rate", detail="9 of 10 failed")
    shown = await desk.get(f"{BATCHES}/{batch_id}")
    assert shown["last_error"] == {"reason": "low_success_rate", "detail": "9 of 10 failed"}
    assert (shown["upload_status"], shown["state"]) == ("ERROR_PROCESSING", "FAILED")


@pytest.mark.parametrize(
    ("state", "reason", "name"),
    [
        (BatchState.RECEIVED, None, "FETCHING_CONTENT"),
        (BatchState.WAITING, None, "PERFORMING_COMPARISONS"),
        (BatchState.COMPLETED, "stability", "COMPLETE_STABLE"),
        (BatchState.COMPLETED, "no_pairs_left", "COMPLETE_STABLE"),
        (BatchState.COMPLETED, "cap", "COMPLETE_MAX_COMPARISONS"),
        (BatchState.COMPLETED, "cost_cap", "COMPLETE_MAX_COMPARISONS"),
        (BatchState.COMPLETED, "timeout", "COMPLETE_FORCED_RECOVERY"),
        (BatchState.COMPLETED, "insufficient_essays", "COMPLETE_INSUFFICIENT_ESSAYS"),
        (BatchState.FAILED, "cap", "ERROR_PROCESSING"),
    ],
)
def test_every_end_has_the_platforms_name(state: BatchState, reason: str | None, name: str) -> None:
    assert upload_status(state, reason) == name


async def spoil(desk: Desk, batch_id: int) -> None:
    """Let comparison 2 have failed, 3 have no answer, and 4 have one that came too late to count."""
    changes: dict[int, Json] = {
        2: {"state": "failed", "winner": None, "error_code": "TIMEOUT", "error_message": "-slow"},
        3: {"state": "sent", "winner": None, "answered_at": None, "confidence": None},
        4: {"state": "given_up"},
        5: {"justification": '=HYPERLINK("x"),\nand more'},
    }
    async with desk.database.transaction() as connection:
        for number, values in changes.items():
            mine = (comparisons.c.batch_id == batch_id, comparisons.c.number == number)
            await connection.execute(update(comparisons).where(*mine).values(**values))


async def test_comparisons_come_page_by_page_as_lines_or_as_a_table_alike(desk: Desk) -> None:
    batch_id = await desk.judged(FOUR, ROUND)
    await spoil(desk, batch_id)
    await desk.judged(["x", "y"], [(0, 1)])
    path = f"{BATCHES}/{batch_id}/pairs"
    paged: list[Json] = []
    after: int | None = 0
    while after is not None:
        page = await desk.get(f"{path}?limit=5&after={after}")
        paged += page["items"]
        after = page["next"]
    assert [item["number"] for item in paged] == list(range(1, 13))
    lines = await desk.http.get(path, headers={"Accept": "application/x-ndjson"})
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [orjson.loads(line) for line in lines.text.splitlines()] == paged
    table = await desk.http.get(path, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["number"], row["winner_id"]) for row in rows] == [
        (str(item["number"]), item["winner_id"] or "") for item in paged
    ]
    assert rows[4]["justification"] == '\'=HYPERLINK("x"),\nand more'
    assert rows[1]["error_message"] == "'-slow"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "'"])
async def test_no_text_of_a_table_is_a_formula_and_numbers_stay_numbers(desk: Desk, sign: str) -> None:
    batch_id = await desk.judged([f"{sign}1+{number}" for number in range(4)], ROUND)
    async with desk.database.transaction() as connection:
        mine = (comparisons.c.batch_id == batch_id, comparisons.c.number == 1)
        texts = ("provider", "model", "justification", "error_code", "error_message")
        values = dict.fromkeys(texts, f"{sign}cmd") | {"cost_usd": -0.5}
        await connection.execute(update(comparisons).where(*mine).values(**values))
    answer = await desk.http.get(f"{BATCHES}/{batch_id}/pairs", headers={"Accept": "text/csv"})
    row = next(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert {row[name] for name in texts} == {f"'{sign}cmd"}
    assert row["essay_a_id"] == row["winner_id"] == f"'{sign}1+0"
    assert row["cost_usd"] == "-0.5"


async def test_a_comparison_shows_who_was_shown_first_who_won_and_why(desk: Desk) -> None:
    batch_id = await desk.judged(FOUR, ROUND)
    await spoil(desk, batch_id)
    items = (await desk.get(f"{BATCHES}/{batch_id}/pairs"))["items"]
    first, failed, waiting, late = items[:4]
    assert (first["essay_a_id"], first["essay_b_id"]) == ("best", "good")
    assert (first["winner"], first["winner_id"], first["justification"]) == ("essay_a", "best", "clearer")
    assert (failed["winner"], failed["winner_id"], failed["error_code"]) == ("error", None, "TIMEOUT")
    assert (waiting["winner"], waiting["answered_at"]) == (None, None)
    assert (late["state"], late["winner"], late["winner_id"]) == ("given_up", None, None)


async def test_scores_rank_the_essays_with_what_they_rest_on(desk: Desk) -> None:
    batch_id = await desk.judged(FOUR, ROUND)
    shown = await desk.get(f"{BATCHES}/{batch_id}/scores")
    assert (shown["final"], shown["comparisons_used"]) == (True, 12)
    assert [(row["rank"], row["essay_id"]) for row in shown["scores"]] == list(enumerate(FOUR, start=1))
    assert [(row["wins"], row["losses"], row["comparisons"]) for row in shown["scores"]] == [
        (6, 0, 6),
        (4, 2, 6),
        (2, 4, 6),
        (0, 6, 6),
    ]
    thetas = [row["theta"] for row in shown["scores"]]
    assert sum(thetas) == pytest.approx(0, abs=1e-6)
    assert thetas[0] == pytest.approx(-thetas[3], abs=1e-6)
    assert all(row["se"] > 0 for row in shown["scores"])
    assert shown["bt_se_summary"]["item_count"] == 4
    assert shown["bt_quality_flags"]["has_isolated_items"] is False


async def test_scores_of_a_running_batch_are_provisional_and_count_no_late_or_failed_verdict(desk: Desk) -> None:
    batch_id = await desk.judged(FOUR, ROUND, status="waiting_callbacks", reason=None)
    await spoil(desk, batch_id)
    shown = await desk.get(f"{BATCHES}/{batch_id}/scores")
    assert (shown["final"], shown["comparisons_used"]) == (False, 9)
    assert sum(row["wins"] for row in shown["scores"]) == sum(row["losses"] for row in shown["scores"]) == 9


async def test_without_a_verdict_there_are_no_scores_yet_or_never(desk: Desk) -> None:
    running = await desk.judged(FOUR, [], status="waiting_callbacks", asked=6, reason=None)
    failed = await desk.judged(FOUR, [], status="failed", reason="low_success_rate")
    for end in ("scores", "projections"):
        assert "yet" in (await desk.get(f"{BATCHES}/{running}/{end}", 409))["error"]["message"]
        assert "without any verdict" in (await desk.get(f"{BATCHES}/{failed}/{end}", 404))["error"]["message"]


async def test_grades_come_from_the_anchors_with_their_probabilities(desk: Desk) -> None:
    grades = {"best": "A", "weak": "F+"}
    batch_id = await desk.judged(FOUR, ROUND, grade_scale=LEGACY, grades=grades)
    shown = await desk.get(f"{BATCHES}/{batch_id}/projections")
    assert (shown["available"], shown["refused"], shown["grade_scale"]) == (True, None, LEGACY)
    assert set(shown["calibration"]["grade_centers"]) >= {"A", "F+"}
    rows = {row["essay_id"]: row for row in shown["projections"]}
    assert {name: rows[name]["grade"] for name in grades} == grades
    for name in ("good", "fair"):
        assert sum(rows[name]["probabilities"].values()) == pytest.approx(1.0)
        assert rows[name]["grade"] == max(rows[name]["probabilities"], key=rows[name]["probabilities"].get)
        assert rows[name]["label"] in {"LOW", "MID", "HIGH"}
    listed = {row["essay_id"]: row for row in (await desk.get(f"{BATCHES}/{batch_id}/scores"))["scores"]}
    assert (listed["best"]["known_grade"], listed["best"]["label"]) == ("A", "label of best")


async def test_without_a_calibration_the_reason_is_given_instead_of_grades(desk: Desk) -> None:
    guest = await desk.judged(FOUR, ROUND)
    thin = await desk.judged(FOUR, ROUND, grade_scale=LEGACY, grades={"best": "A"})
    for batch_id, word in ((guest, "guest"), (thin, "anchors")):
        shown = await desk.get(f"{BATCHES}/{batch_id}/projections")
        assert (shown["available"], shown["projections"]) == (False, [])
        assert word in shown["refused"]
