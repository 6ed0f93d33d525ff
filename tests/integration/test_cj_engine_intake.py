"""What a request may wish for, and what happens to one that cannot be judged: told by field, nothing asked."""

from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select

from app.cj import intake
from app.cj.tables import anchors, assignments, messages
from app.contracts.topics import Topic
from app.db.unit import Database
from app.messaging.bus import Record
from app.messaging.consume import ConsumeLoop
from tests.integration.cj_house import envelope, house
from tests.integration.parts import Json
from tests.integration.test_messaging import ListConsumer

ASSIGNMENT = {
    "assignment_id": "task-1",
    "instructions_text": "Weigh content and language.",
    "grade_scale": "eng5_np_legacy_9_step",
    "context_origin": "research_experiment",
}


async def assign(database: Database, **changes: Any) -> None:
    async with database.transaction() as connection:
        await connection.execute(insert(assignments).values(**(ASSIGNMENT | changes)))


UNUSABLE: list[tuple[Json, str]] = [
    ({"max_comparisons": 0}, "metadata.max_comparisons"),
    ({"max_comparisons": "12"}, "metadata.max_comparisons"),
    ({"max_comparisons": True}, "metadata.max_comparisons"),
    ({"llm_batching_mode_hint": "all"}, "metadata.llm_batching_mode_hint"),
    ({"batch_config_overrides": {"batch_size": 9}}, "metadata.batch_config_overrides.batch_size"),
    ({"batch_config_overrides": {"batch_size": 201}}, "metadata.batch_config_overrides.batch_size"),
    (
        {"batch_config_overrides": {"max_concurrent_batches": 6}},
        "metadata.batch_config_overrides.max_concurrent_batches",
    ),
    (
        {"batch_config_overrides": {"partial_completion_threshold": 0.4}},
        "metadata.batch_config_overrides.partial_completion_threshold",
    ),
    ({"seed": -1}, "metadata.seed"),
    ({"seed": 1.5}, "metadata.seed"),
    ({"stop_rule": "never"}, "metadata.stop_rule"),
    ({"stop": {"min_comparisons": 0}}, "metadata.stop.min_comparisons"),
    ({"stop": {"threshold": -0.1}}, "metadata.stop.threshold"),
    ({"stop": {"treshold": 0.1}}, "metadata.stop.treshold"),
    ({"stop": {"target_mean_se": 0}}, "metadata.stop.target_mean_se"),
    ({"stop": {"target_mean_se": 0.3}, "stop_rule": "cap"}, "metadata.stop.target_mean_se"),
    ({"stop": {"target_band_share": 0.5}}, "metadata.stop.target_band_share"),
    ({"stop": {"use_full_cap": "yes"}}, "metadata.stop.use_full_cap"),
    ({"design": {"policy": "chess"}}, "metadata.design.policy"),
    ({"design": {"policy": "pre_specified"}}, "metadata.design"),
    ({"design": {"policy": "anchors_only"}}, "metadata.design.policy"),
    ({"design": {"specified": [{"a": "e0", "b": "e0"}]}}, "metadata.design.specified.0"),
    ({"design": {"specified": [{"a": "e0", "b": "e1", "times": 0}]}}, "metadata.design.specified.0.times"),
    ({"design": {"specified": [{"a": "e0", "b": "stranger"}]}}, "metadata.design.specified"),
    ({"max_cost_usd": 0}, "metadata.max_cost_usd"),
    ({"max_cost_usd": float("inf")}, "metadata.max_cost_usd"),
]


async def test_wishes_that_cannot_be_used_are_named_and_nothing_is_asked(database: Database) -> None:
    async with house(database) as engine:
        requests = {}
        for metadata, field in UNUSABLE:
            request = engine.request(4)
            requests[request["data"]["entity_id"]] = field
            await engine.ask(request | {"metadata": metadata})
        await engine.run()
        failures = await engine.events(Topic.CJ_FAILED)
        told = {event["entity_id"]: event["system_metadata"]["error_info"] for event in failures}
        assert {name: info["field"] for name, info in told.items()} == requests
        assert {event["cj_assessment_job_id"] for event in failures} == {"INITIALIZATION_FAILED"}
        assert {event["status"] for event in failures} == {"failed_critically"}
        assert {info["error_code"] for info in told.values()} == {"VALIDATION_ERROR"}
        assert engine.gateway.asked == {}
        assert (await engine.batch()).status == "failed"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"llm_config_overrides": {"provider_override": "oracle"}}, "data.llm_config_overrides.provider_override"),
        ({"llm_config_overrides": {"reasoning_effort": "most"}}, "data.llm_config_overrides.reasoning_effort"),
        ({"assignment_id": "unknown"}, "data.assignment_id"),
        (
            {"student_prompt_ref": {"references": {}}},
            "data.student_prompt_ref.references.student_prompt_text",
        ),
    ],
)
async def test_a_request_that_contradicts_what_there_is_is_refused_by_field(
    database: Database, data: Json, field: str
) -> None:
    async with house(database) as engine:
        await engine.run(engine.request(4, data))
        assert (await engine.why())["field"] == field
        assert engine.gateway.asked == {}


async def test_essay_ids_that_occur_twice_are_named(database: Database) -> None:
    async with house(database) as engine:
        await engine.run(engine.request(["e1", "e2", "e1", "e3", "e3"]))
        assert "e1, e3" in (await engine.why())["details"]


@pytest.mark.parametrize("broken", [{"essays_for_cj": 5}, {"language": None}, {"user_id": "a\x00b"}])
async def test_a_request_of_the_wrong_shape_is_answered_and_kept(database: Database, broken: Json) -> None:
    async with house(database) as engine:
        request = engine.request(4, broken)
        await engine.run(request)
        why = await engine.why()
        assert why["field"].startswith("data")
        assert why["job_id"] == "INITIALIZATION_FAILED"
        async with database.transaction() as connection:
            kept = (await connection.execute(select(messages.dead_letters.c.reason))).scalars().all()
        assert kept == ["invalid_request"]


async def test_a_mended_request_is_not_taken_for_the_broken_one_and_comes_in_once(database: Database) -> None:
    async with house(database) as engine:
        good = engine.request(4, max_comparisons=3)
        broken = envelope(good["data"] | {"language": 7}, {})
        unknown = envelope({"entity_id": None}, {})
        records = [
            Record(Topic.CJ_REQUESTED, 0, offset, None, orjson.dumps(value))
            for offset, value in enumerate((broken, broken, unknown, good, good))
        ]
        route = intake.route(engine.parts.settings, engine.clock)
        loop = ConsumeLoop("cj", database, messages, ListConsumer(records), [route])
        await loop.take_once(timeout_s=0.01, limit=10)
        await engine.run()
        assert len(await engine.events(Topic.CJ_FAILED)) == 1
        assert len(await engine.events(Topic.CJ_COMPLETED)) == 1
        async with database.transaction() as connection:
            kept = (await connection.execute(select(messages.dead_letters.c.reason))).scalars().all()
        assert kept == ["invalid_request"] * 2


async def test_keys_that_nobody_knows_and_wishes_of_null_are_passed_over(database: Database) -> None:
    async with house(database) as engine:
        await engine.run(engine.request(4, runner_mode="execute", max_comparisons=None, stop=None, design=None))
        assert (await engine.batch()).status == "completed"


async def test_a_rubric_of_one_s_own_is_not_for_national_assignments(database: Database) -> None:
    await assign(database, context_origin="canonical_national")
    async with house(database) as engine:
        mine = {"assignment_id": "task-1", "llm_config_overrides": {"judge_rubric_override": "Mine."}}
        await engine.run(engine.request(4, mine))
        assert (await engine.why())["field"] == "data.llm_config_overrides.judge_rubric_override"


@pytest.mark.parametrize("column", ["student_prompt_storage_id", "judge_rubric_storage_id"])
async def test_nothing_is_judged_without_a_task_or_rubric_that_should_be_there(
    database: Database, column: str
) -> None:
    await assign(database, **{column: "lost"})
    async with house(database) as engine:
        await engine.run(engine.request(4, {"assignment_id": "task-1"}))
        why = await engine.why()
        assert (why["reason"], engine.gateway.asked) == ("batch_refused", {})
        assert "cannot be fetched" in why["details"]


async def test_an_assignment_s_own_task_and_rubric_are_shown_and_the_event_s_task_is_not(
    database: Database,
) -> None:
    await assign(database, student_prompt_storage_id="task", judge_rubric_storage_id="rubric")
    async with house(database) as engine:
        engine.texts |= {"task": "TASK OF THE ASSIGNMENT", "rubric": "ITS RUBRIC", "other": "TASK OF THE EVENT"}
        event_level = {"references": {"student_prompt_text": {"storage_id": "other"}}}
        bound = {"assignment_id": "task-1", "student_prompt_ref": event_level}
        await engine.run(engine.request(3, bound, max_comparisons=2))
        [prompt, *_] = [asked["user_prompt"] for asked in engine.gateway.asked.values()]
        assert "TASK OF THE ASSIGNMENT" in prompt
        assert "ITS RUBRIC" in prompt
        assert "Weigh content" in prompt
        assert "TASK OF THE EVENT" not in prompt
        guest = engine.request(3, {"student_prompt_ref": event_level}, max_comparisons=2)
        await engine.run(guest)
        last = engine.gateway.asked[engine.gateway.order[-1]]["user_prompt"]
        assert "TASK OF THE EVENT" in last


async def test_a_student_s_id_does_not_make_an_anchor_and_ids_are_used_again_freely(database: Database) -> None:
    async with house(database) as engine:
        ids = ["ANCHOR_1_deadbeef", "e1", "e2"]
        await engine.run(engine.request(ids), engine.request(ids), engine.request(ids))
        results = await engine.events(Topic.RESULT_PUBLISHED)
        assert len(results) == 3
        for result in results:
            assert {row["essay_id"]: row["is_anchor"] for row in result["essay_results"]} == dict.fromkeys(
                ids, False
            )


async def test_all_at_once_is_for_providers_that_take_whole_jobs(database: Database) -> None:
    async with house(database, llm_batch_api_allowed_providers=("openai",)) as engine:
        for provider in ("openai", "google", "mock"):
            judge = {"llm_config_overrides": {"provider_override": provider, "model_override": "m"}}
            await engine.ask(engine.request(4, judge, llm_batching_mode_hint=" Provider_Batch_API "))
        modes = [(await engine.batch(number)).plan["batching_mode"] for number in (1, 2, 3)]
        assert modes == ["provider_batch_api", "serial_bundle", "provider_batch_api"]


async def test_what_a_request_wishes_wins_over_the_settings_and_is_bounded_by_them(database: Database) -> None:
    async with house(database, max_pairwise_comparisons=50) as engine:
        await engine.ask(
            engine.request(
                4,
                max_comparisons=70,
                seed=9,
                stop={"min_comparisons": 5, "threshold": 0.1},
                batch_config_overrides={"batch_size": 10, "max_concurrent_batches": 2, "unknown": 1},
            ),
            engine.request(4, stop={"use_full_cap": True}, stop_rule="stability"),
            engine.request(4, stop={"target_mean_se": 0.3}),
        )
        first, second, third = [(await engine.batch(number)).plan for number in (1, 2, 3)]
        assert (first["cap"], first["source"], first["seed"]) == (50, "runner_override", 9)
        assert (first["min_comparisons"], first["threshold"], first["batch_size"]) == (5, 0.1, 10)
        assert (second["rule"], second["source"]) == ("cap", "service_default")
        assert (third["rule"], third["target_mean_se"]) == ("precision", 0.3)


async def test_grades_of_the_national_scale_are_digits_and_anchors_keep_theirs(database: Database) -> None:
    await assign(database, grade_scale="eng5_np_national_9_step")
    async with house(database) as engine:
        grades = {"1": "a1", "5": "a5", "9": "a9"}
        engine.texts |= {name: f"The text of {name}. " * 3 for name in grades.values()}
        async with database.transaction() as connection:
            known = {"assignment_id": "task-1", "grade_scale": "eng5_np_national_9_step"}
            rows = [
                known | {"anchor_label": name, "grade": grade, "text_storage_id": name}
                for grade, name in grades.items()
            ]
            await connection.execute(insert(anchors), rows)
        bound = {"assignment_id": "task-1"}
        await engine.run(engine.request(3, bound, stop_rule="cap", max_comparisons=30))
        [result] = await engine.events(Topic.RESULT_PUBLISHED)
        rows = result["essay_results"]
        assert {row["letter_grade"] for row in rows if row["is_anchor"]} == set(grades)
        assert {row["letter_grade"] for row in rows} <= set("0123456789")
        assert [row["rank"] for row in rows] == list(range(1, 7))
        facts = result["assessment_metadata"]
        assert facts["anchor_grade_distribution"] == dict.fromkeys(grades, 1)
        assert set(facts["bt_standard_errors"]) == {row["essay_id"] for row in rows}
        [used] = await engine.events(Topic.RESOURCE_CONSUMPTION)
        assert used["quantity"] == facts["comparison_count"] == 30


RUN = {"run_id": "run_1", "batch_label": "Höst 1", "runner_mode": "execute"}


@pytest.mark.parametrize(
    ("sent_as", "known"),
    [
        (RUN, RUN),
        ({}, {}),
        (RUN | {"run_id": "run\n_1", "runner_mode": 7}, {"batch_label": "Höst 1"}),
        ({"batch_label": "x" * 256}, {}),
    ],
)
async def test_a_batch_keeps_what_its_run_is_called_and_tells_the_gateway(
    database: Database, sent_as: Json, known: Json
) -> None:
    async with house(database) as engine:
        await engine.run(engine.request(4, **sent_as))
        batch = await engine.batch()
        assert batch.status == "completed"
        assert {name: value for name in RUN if (value := getattr(batch, name)) is not None} == known
        told = [
            {name: item["metadata"][name] for name in RUN if name in item["metadata"]}
            for item in engine.gateway.asked.values()
        ]
        assert told
        assert told == [known] * len(told)
