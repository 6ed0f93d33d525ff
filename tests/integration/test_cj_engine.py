"""The engine with a real gateway and a real content store, in process: from the request to the result."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from sqlalchemy import func, select, update

from app.cj import missing, prepare, send, waves
from app.cj.states import BatchState
from app.cj.tables import batches, comparisons
from app.contracts.cj_events import CJCompletedEnvelope, CJFailedEnvelope
from app.contracts.topics import Topic
from app.db.listen import Wakeup
from app.db.unit import Database
from app.gateway.tables import QUEUE_CHANNEL
from app.gateway.tables import messages as gateway_messages
from app.settings import CJSettings
from tests.integration.cj_system import AUTH, LEVELS, System
from tests.integration.parts import Json, deliver, sent


@pytest.fixture
async def system(database: Database, database_url: str) -> AsyncIterator[System]:
    found = System(database, database_url)
    await found.open(CJSettings(max_pairwise_comparisons=200, min_resampling_net_size=4))
    async with found.stack:
        yield found


async def test_a_guest_batch_is_judged_to_its_cap_and_ranked(system: System) -> None:
    await system.run(await system.request(LEVELS))
    result = await system.result()
    facts = result.assessment_metadata
    assert [row.essay_id for row in result.essay_results] == ["e3", "e2", "e1", "e0"]
    assert [row.rank for row in result.essay_results] == [1, 2, 3, 4]
    assert {row.letter_grade for row in result.essay_results} == {"U"}
    assert facts["comparisons_succeeded"] == facts["comparison_count"] == 24
    assert sum(facts["comparison_counts"].values()) == 48
    assert all(0 < error < 5 for error in facts["bt_standard_errors"].values())
    assert (facts["stop_reason"], facts["seed"], facts["llm_temperature"]) == ("cap", 5, 0.1)
    assert (result.model_provider, result.model_used) == ("mock", "latent")
    [completed] = await system.events(Topic.CJ_COMPLETED)
    summary = CJCompletedEnvelope.model_validate(completed).data.processing_summary
    assert summary is not None
    assert (summary.total_essays, summary.successful, summary.failed) == (4, 4, 0)
    [used] = await system.events(Topic.RESOURCE_CONSUMPTION)
    assert used["data"]["quantity"] == 24


async def test_a_repeated_pair_is_judged_anew_each_time(system: System) -> None:
    coin = {"llm_config_overrides": {"provider_override": "mock", "model_override": "coin"}}
    listed = [{"a": "e0", "b": "e1", "times": 12}, {"a": "e1", "b": "e0", "times": 12}]
    await system.run(await system.request(LEVELS[:2], data=coin, design={"specified": listed}))
    async with system.database.transaction() as connection:
        rows = (await connection.execute(select(comparisons).order_by(comparisons.c.number))).all()
    assert len({row.correlation_id for row in rows}) == 24
    by_position = {place: [row.winner for row in rows if row.a == place] for place in (0, 1)}
    assert [len(winners) for winners in by_position.values()] == [12, 12]
    assert all(set(winners) == {"a", "b"} for winners in by_position.values())


async def test_everything_done_twice_gives_the_same_as_once(system: System) -> None:
    request = await system.request(LEVELS)
    await system.run(request, twice=True)
    await deliver(system.database, system.intake, request)
    result = await system.result()
    assert result.assessment_metadata["comparisons_succeeded"] == 24
    async with system.database.transaction() as connection:
        assert (await connection.execute(select(func.count()).select_from(batches))).scalar_one() == 1
        assert (await connection.execute(select(func.count()).select_from(comparisons))).scalar_one() == 24


async def test_the_same_seed_gives_the_same_scores_and_another_seed_other_pairs(system: System) -> None:
    for seed in (5, 5, 6):
        await system.run(await system.request(LEVELS, seed=seed, max_comparisons=5))
    async with system.database.transaction() as connection:
        found = (await connection.execute(select(comparisons).order_by(comparisons.c.number))).all()
        scores = (await connection.execute(select(batches.c.last_scores).order_by(batches.c.id))).scalars().all()
    first, second, third = ([(r.a, r.b, r.winner) for r in found if r.batch_id == n] for n in (1, 2, 3))
    assert (first, scores[0]) == (second, scores[1])
    assert first != third


async def test_a_batch_stops_when_its_scores_stand_still(system: System) -> None:
    await system.run(await system.request(LEVELS, stop_rule="stability", stop={"threshold": 0.2}))
    facts = (await system.result()).assessment_metadata
    assert facts["stop_reason"] == "stability"
    assert 12 <= facts["comparisons_succeeded"] < 24
    assert [facts["decisions"][place]["decision"] for place in (0, -1)] == [
        "request_more_comparisons",
        "finalize_scoring",
    ]


async def test_an_essay_without_text_is_reported_and_the_others_are_judged(system: System) -> None:
    request = await system.request(LEVELS)
    request["data"]["essays_for_cj"].append({"essay_id": "lost", "text_storage_id": "0" * 32})
    await system.run(request)
    result = await system.result()
    assert [item["essay_id"] for item in result.assessment_metadata["essays_missing"]] == ["lost"]
    [completed] = await system.events(Topic.CJ_COMPLETED)
    assert completed["data"]["processing_summary"]["failed_essay_ids"] == ["lost"]


async def test_fewer_than_two_essays_end_at_once(system: System) -> None:
    await system.run(await system.request(LEVELS[:1]))
    [completed] = await system.events(Topic.CJ_COMPLETED)
    assert completed["data"]["processing_summary"]["single_essay_batch"] is True
    assert completed["data"]["status"] == "failed_critically"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"assignment_id": "unknown"}, "batch_refused"),
        (
            {"student_prompt_ref": {"references": {"student_prompt_text": {"storage_id": "0" * 32}}}},
            "batch_refused",
        ),
        ({"llm_config_overrides": {"provider_override": "mock", "model_override": "none"}}, "low_success_rate"),
    ],
)
async def test_what_cannot_be_judged_ends_in_one_failure_with_its_reason(
    system: System, data: Json, reason: str
) -> None:
    await system.run(await system.request(LEVELS, data=data))
    [failed] = await system.events(Topic.CJ_FAILED)
    event = CJFailedEnvelope.model_validate(failed).data
    info = event.system_metadata.error_info
    assert info["reason"] == reason
    assert reason != "low_success_rate" or "mock has no model none" in str(info["details"])
    assert await system.events(Topic.CJ_COMPLETED) == []


async def test_overdue_verdicts_are_asked_for_again_and_nothing_is_paid_twice(system: System) -> None:
    await deliver(system.database, system.intake, await system.request(LEVELS, max_comparisons=2))
    await prepare.prepare(system.parts, 1)
    await send.send(system.parts, 1)
    async with Wakeup(system.url, QUEUE_CHANNEL) as wakeup:
        for _ in range(3):
            wakeup.wake()
            await system.worker.step(wakeup)
    async with system.database.transaction() as connection:
        lost = len(await sent(connection, gateway_messages, Topic.COMPARISON_RESULT))
    system.delivered = lost
    system.clock.pass_by(system.parts.settings.overdue_after_s)
    await missing.look_for(system.parts, 1)
    for _ in range(10):
        if not await system.step():
            break
    result = await system.result()
    assert result.assessment_metadata["comparisons_succeeded"] == 2


async def test_a_batch_whose_verdicts_never_come_ends_with_what_it_has(system: System) -> None:
    await deliver(system.database, system.intake, await system.request(LEVELS))
    for _ in range(24):
        await system.step()
    async with system.database.transaction() as connection:
        await connection.execute(update(batches).values(status=BatchState.WAITING))
        await connection.execute(update(comparisons).where(comparisons.c.number == 1).values(state="sent"))
    system.clock.pass_by(4 * 3600)
    await missing.look_for(system.parts, 1)
    await waves.score(system.parts, 1)
    facts = (await system.result()).assessment_metadata
    assert facts["stop_reason"] == "timeout"
    assert facts["comparisons_failed"] == 1


async def assignment(system: System, **changes: Any) -> str:
    assignment_id = str(uuid4())
    body = {
        "assignment_id": assignment_id,
        "instructions_text": "Weigh content and language.",
        "grade_scale": "eng5_np_legacy_9_step",
    } | changes
    assert (await system.http.post("/admin/v1/assessment-instructions", json=body)).status_code == 200
    return assignment_id


async def test_students_get_grades_from_the_anchors_of_their_assignment(system: System) -> None:
    assignment_id = await assignment(system)
    for grade, text in zip(("F+", "E-", "C-", "A"), LEVELS, strict=True):
        anchor = {"assignment_id": assignment_id, "grade": grade, "anchor_label": grade, "essay_text": text}
        for _ in range(2):
            assert (await system.http.post("/api/v1/anchors/register", json=anchor)).status_code == 201
    listed = (await system.http.get(f"/admin/v1/anchors/assignment/{assignment_id}")).json()
    assert (listed["anchor_count"], listed["anchor_count_total"]) == (4, 4)
    weak, strong = LEVELS[0] + " i want it.", LEVELS[3] + " Nevertheless, she remained modest."
    request = await system.request([weak, strong], max_comparisons=40, data={"assignment_id": assignment_id})
    await system.run(request)
    result = await system.result()
    rows = {row.essay_id: row for row in result.essay_results}
    assert len(rows) == 6
    assert rows["e1"].normalized_score > rows["e0"].normalized_score
    shares = result.assessment_metadata["grade_projection_summary"]["grade_probabilities"]
    assert sum(shares["e1"].values()) == pytest.approx(1.0)
    anchor_rows = [row for row in result.essay_results if row.is_anchor]
    assert {row.letter_grade for row in anchor_rows} == {"F+", "E-", "C-", "A"}
    assert all(row.essay_id.startswith("ANCHOR_") for row in anchor_rows)


async def test_scale_and_origin_of_an_assignment_never_change(system: System) -> None:
    assignment_id = await assignment(system)
    for change in ({"grade_scale": "eng5_np_national_9_step"}, {"context_origin": "canonical_national"}):
        body = {
            "assignment_id": assignment_id,
            "instructions_text": "Other text here.",
            "grade_scale": "eng5_np_legacy_9_step",
        } | change
        answer = await system.http.post("/admin/v1/assessment-instructions", json=body)
        assert answer.status_code == 400
        assert next(iter(change)) in answer.json()["error"]["message"]


def token(**changes: Any) -> str:
    claims = {
        "sub": "x",
        "roles": ["admin"],
        "iss": AUTH.jwt_issuer,
        "aud": AUTH.jwt_audience,
        "exp": 4_000_000_000,
    } | changes
    secret = AUTH.jwt_secret_key
    assert secret is not None
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, secret.get_secret_value(), "HS256")


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("Basic x", 401),
        ("Bearer nonsense", 401),
        (f"Bearer {token(exp=1)}", 401),
        (f"Bearer {token(exp=None)}", 401),
        (f"Bearer {token(iss='other')}", 401),
        (f"Bearer {token(aud='other')}", 401),
        (f"Bearer {token(roles=['teacher'])}", 403),
        (f"Bearer {token()}", 404),
    ],
)
async def test_admin_routes_let_only_admins_in(system: System, authorization: str | None, status: int) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    del system.http.headers["Authorization"]
    calls: list[tuple[str, str]] = [
        ("GET", f"/admin/v1/assessment-instructions/assignment/{UUID(int=1)}"),
        ("GET", f"/admin/v1/anchors/assignment/{UUID(int=1)}"),
        ("GET", f"/api/v1/batches/{UUID(int=1)}"),
    ]
    answers: list[httpx.Response] = [await system.http.request(m, path, headers=headers) for m, path in calls]
    assert [answer.status_code for answer in answers] == [status] * 3


async def test_a_grade_outside_the_scale_and_a_short_anchor_are_refused(system: System) -> None:
    assignment_id = await assignment(system)
    anchor = {"assignment_id": assignment_id, "grade": "Q", "anchor_label": "x", "essay_text": LEVELS[3]}
    for bad in (anchor, anchor | {"grade": "A", "essay_text": "short"}):
        assert (await system.http.post("/api/v1/anchors/register", json=bad)).status_code == 400
