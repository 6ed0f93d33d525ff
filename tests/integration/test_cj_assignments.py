"""Assignments over cj's admin API: kept, listed, deleted, and who may do so."""

from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest

from app.cj import metrics
from app.cj.tables import anchors
from app.db.unit import Database
from tests.integration.desk import AUTH, ESSAY, INSTRUCTIONS, LEGACY, ROUND, Desk
from tests.integration.parts import Json

TEXT = "Weigh content and language."


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    found = Desk(database)
    await found.open()
    async with found.stack:
        yield found


async def test_what_is_left_out_keeps_its_value(desk: Desk) -> None:
    name = await desk.assignment(context_origin="canonical_national", judge_rubric_storage_id="f" * 32)
    answer = await desk.http.post(
        INSTRUCTIONS, json={"assignment_id": name, "instructions_text": "Other criteria."}
    )
    assert answer.status_code == 200
    kept = await desk.get(f"{INSTRUCTIONS}/assignment/{name}")
    assert kept == answer.json()
    assert kept["instructions_text"] == "Other criteria."
    assert (kept["grade_scale"], kept["context_origin"]) == (LEGACY, "canonical_national")
    assert kept["judge_rubric_storage_id"] == "f" * 32
    assert kept["created_at"].startswith(desk.clock().isoformat()[:19])


async def test_a_new_assignment_gets_the_platforms_usual_scale_and_origin(desk: Desk) -> None:
    body = {"course_id": "ENG5", "instructions_text": TEXT}
    kept = (await desk.http.post(INSTRUCTIONS, json=body)).json()
    assert (kept["grade_scale"], kept["context_origin"]) == ("swedish_8_anchor", "research_experiment")


@pytest.mark.parametrize(
    ("path", "changes", "field"),
    [
        (INSTRUCTIONS, {"instructions_text": "short"}, "instructions_text"),
        (INSTRUCTIONS, {"instructions_text": " " * 50}, "instructions_text"),
        (INSTRUCTIONS, {"instructions_text": "a\x00" * 20}, "instructions_text"),
        (INSTRUCTIONS, {"instructions_text": None}, "instructions_text"),
        (INSTRUCTIONS, {"assignment_id": None}, "assignment_id"),
        (INSTRUCTIONS, {"assignment_id": " "}, "assignment_id"),
        (INSTRUCTIONS, {"assignment_id": "a/b"}, "assignment_id"),
        (INSTRUCTIONS, {"assignment_id": "x" * 101}, "assignment_id"),
        (INSTRUCTIONS, {"course_id": "ENG5"}, "assignment_id"),
        (INSTRUCTIONS, {"grade_scale": "no such scale"}, "grade_scale"),
        (INSTRUCTIONS, {"grade_scale": "swedish_8_anchor"}, "grade_scale"),
        (INSTRUCTIONS, {"context_origin": "canonical-national"}, "context_origin"),
        (INSTRUCTIONS, {"context_origin": "canonical_national"}, "context_origin"),
        (INSTRUCTIONS, {"student_prompt_storage_id": "x" * 256}, "student_prompt_storage_id"),
        ("/admin/v1/student-prompts", {"prompt_text": "short"}, "prompt_text"),
        ("/admin/v1/student-prompts", {"assignment_id": "unknown"}, "assignment_id"),
        ("/admin/v1/judge-rubrics", {"rubric_text": 7}, "rubric_text"),
        ("/admin/v1/judge-rubrics", {"assignment_id": "unknown"}, "assignment_id"),
        ("/api/v1/anchors/register", {"assignment_id": "unknown"}, "assignment_id"),
        ("/api/v1/anchors/register", {"grade": "Q"}, "grade"),
        ("/api/v1/anchors/register", {"grade": None}, "grade"),
        ("/api/v1/anchors/register", {"grade": "0"}, "grade"),
        ("/api/v1/anchors/register", {"essay_text": "x" * 99}, "essay_text"),
        ("/api/v1/anchors/register", {"essay_text": "x" + " " * 200}, "essay_text"),
        ("/api/v1/anchors/register", {"essay_text": ESSAY + "\x00"}, "essay_text"),
        ("/api/v1/anchors/register", {"anchor_label": "x" * 256}, "anchor_label"),
        ("/api/v1/anchors/register", {"anchor_label": "a\nb"}, "anchor_label"),
    ],
    ids=str,
)
async def test_bad_input_is_answered_with_its_field_and_changes_nothing(
    desk: Desk, path: str, changes: Json, field: str
) -> None:
    name = await desk.assignment()
    before = await desk.get(f"{INSTRUCTIONS}/assignment/{name}")
    good = {
        INSTRUCTIONS: {"instructions_text": TEXT, "grade_scale": LEGACY},
        "/admin/v1/student-prompts": {"prompt_text": "Write about a person."},
        "/admin/v1/judge-rubrics": {"rubric_text": "Weigh both alike."},
        "/api/v1/anchors/register": {"grade": "B", "essay_text": ESSAY},
    }[path]
    answer = await desk.http.post(path, json={"assignment_id": name} | good | changes)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert field in [item["field"] for item in error["details"]["problems"]]
    assert field in error["message"]
    assert "Value error" not in error["message"]
    assert await desk.get(f"{INSTRUCTIONS}/assignment/{name}") == before
    assert await desk.stored_texts() == set()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe"])
async def test_a_body_that_is_no_object_is_refused(desk: Desk, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await desk.http.post(INSTRUCTIONS, content=body, headers=headers)
    assert answer.status_code == 400
    assert [item["field"] for item in answer.json()["error"]["details"]["problems"]] == ["body"]


async def _walk(desk: Desk, query: str, between: int) -> list[str]:
    """Go through all pages of two, with ``between`` assignments made after each."""
    seen: list[str] = []
    number = 1
    while True:
        page = await desk.get(f"{INSTRUCTIONS}?page={number}&page_size=2&{query}")
        if not page["items"]:
            return seen
        seen += [item["assignment_id"] for item in page["items"]]
        for _ in range(between if number < 3 else 0):
            await desk.assignment()
        number += 1


async def test_pages_hold_every_assignment_once(desk: Desk) -> None:
    made = [await desk.assignment() for _ in range(5)]
    assert await _walk(desk, "order=newest", 0) == made[::-1]
    seen = await _walk(desk, "order=oldest", 1)
    assert seen[:5] == made
    assert len(seen) == len(set(seen)) == 7


async def test_the_list_counts_anchors_and_filters_by_scale(desk: Desk) -> None:
    name = await desk.assignment()
    await desk.assignment(grade_scale="swedish_8_anchor")
    await desk.register(name)
    page = await desk.get(f"{INSTRUCTIONS}?grade_scale={LEGACY}")
    assert (page["total"], page["page"], page["page_size"]) == (1, 1, 50)
    assert [(item["assignment_id"], item["anchor_count"]) for item in page["items"]] == [(name, 1)]
    assert (await desk.get(INSTRUCTIONS))["total"] == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("page", "0"),
        ("page", "x"),
        ("page_size", "0"),
        ("page_size", "201"),
        ("grade_scale", "x"),
        ("order", "best"),
    ],
)
async def test_a_bad_page_is_refused(desk: Desk, field: str, value: str) -> None:
    error = (await desk.get(f"{INSTRUCTIONS}?{field}={value}", 400))["error"]
    assert [item["field"] for item in error["details"]["problems"]] == [field]


@pytest.mark.parametrize(
    ("path", "text", "column"),
    [
        ("student-prompts", "prompt_text", "student_prompt_storage_id"),
        ("judge-rubrics", "rubric_text", "judge_rubric_storage_id"),
    ],
)
async def test_a_text_of_an_assignment_is_kept_and_shown(desk: Desk, path: str, text: str, column: str) -> None:
    name = await desk.assignment()
    await desk.get(f"/admin/v1/{path}/assignment/{name}", 404)
    body = {"assignment_id": name, text: "Write about a person.\nAt least 200 words."}
    answers = [(await desk.http.post(f"/admin/v1/{path}", json=body)).json() for _ in range(2)]
    shown = await desk.get(f"/admin/v1/{path}/assignment/{name}")
    assert answers == [shown, shown]
    assert shown[text] == body[text]
    assert {shown[column]} == await desk.stored_texts()
    assert (await desk.get(f"{INSTRUCTIONS}/assignment/{name}"))[column] == shown[column]
    await desk.get(f"/admin/v1/{path}/assignment/unknown", 404)


async def test_deleting_an_assignment_retires_its_anchors_and_leaves_running_batches_alone(desk: Desk) -> None:
    name = await desk.assignment()
    storage_id = (await desk.register(name)).json()["storage_id"]
    running = await desk.judged(
        ["x", "y", "z", "w"], ROUND, status="scoring", request={"assignment_id": name}, grades={"x": "B"}
    )
    path = f"{INSTRUCTIONS}/assignment/{name}"
    answer = await desk.http.delete(path)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "deleted",
        "assignment_id": name,
        "course_id": None,
        "anchors_retired": 1,
    }
    assert await desk.count(anchors) == 0
    [former] = (await desk.get(f"/admin/v1/anchors/assignment/{name}/history"))["items"]
    assert (former["reason"], former["text_storage_id"]) == ("deleted", storage_id)
    assert storage_id in await desk.stored_texts()
    assert len((await desk.get(f"/api/v1/batches/{running}/scores"))["scores"]) == 4
    assert [(await desk.http.delete(path)).status_code, (await desk.http.get(path)).status_code] == [404, 404]


async def test_an_assignment_that_a_new_batch_has_yet_to_copy_is_not_deleted(desk: Desk) -> None:
    name = await desk.assignment()
    await desk.batch("received", request={"assignment_id": name})
    await desk.batch("received", request={"assignment_id": "another"})
    answer = await desk.http.delete(f"{INSTRUCTIONS}/assignment/{name}")
    assert answer.status_code == 409
    assert "yet to copy this assignment: 1;" in answer.json()["error"]["message"]
    await desk.get(f"{INSTRUCTIONS}/assignment/{name}")


async def test_instructions_of_a_course_are_deleted_by_course(desk: Desk) -> None:
    await desk.http.post(INSTRUCTIONS, json={"course_id": "ENG5", "instructions_text": TEXT})
    path = f"{INSTRUCTIONS}/course/ENG5"
    assert [(await desk.http.delete(path)).status_code for _ in range(2)] == [200, 404]


def token(**changes: Any) -> str:
    claims = {"sub": "x", "roles": [], "iss": AUTH.jwt_issuer, "aud": AUTH.jwt_audience, "exp": 4_000_000_000}
    assert AUTH.jwt_secret_key is not None
    return jwt.encode(claims | changes, AUTH.jwt_secret_key.get_secret_value(), "HS256")


async def test_every_route_but_health_needs_an_admin(desk: Desk) -> None:
    routes = [
        (method.upper(), path)
        for path, methods in desk.app.openapi()["paths"].items()
        for method in methods
        if path.startswith(("/admin/", "/api/"))
    ]
    assert len(routes) >= 17
    for authorization, status in ((None, 401), (f"Bearer {token()}", 403)):
        desk.http.headers.pop("Authorization", None)
        headers = {} if authorization is None else {"Authorization": authorization}
        answers = [await desk.http.request(method, path, headers=headers) for method, path in routes]
        assert {answer.status_code for answer in answers} == {status}


async def test_registration_of_anchors_can_be_opened_for_a_legacy_client(database: Database) -> None:
    desk = Desk(database)
    await desk.open(open_anchor_registration=True)
    async with desk.stack:
        name = await desk.assignment()
        del desk.http.headers["Authorization"]
        assert (await desk.register(name)).status_code == 201
        assert (await desk.http.get(f"/admin/v1/anchors/assignment/{name}")).status_code == 401


async def test_calls_of_admins_are_counted_by_what_they_did_and_whether_it_was_done(desk: Desk) -> None:
    def counted(operation: str, status: str) -> float:
        return next(
            (
                sample.value
                for family in metrics.ADMIN_OPERATIONS.collect()
                for sample in family.samples
                if sample.name.endswith("_total") and sample.labels == {"operation": operation, "status": status}
            ),
            0.0,
        )

    before = counted("upsert", "success"), counted("show", "failure")
    await desk.assignment()
    await desk.get(f"{INSTRUCTIONS}/assignment/nobodys", status=404)
    assert (counted("upsert", "success"), counted("show", "failure")) == (before[0] + 1, before[1] + 1)
