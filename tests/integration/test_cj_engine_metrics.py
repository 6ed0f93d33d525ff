"""Every metric of the engine has a moment at which it moves; quality flags count once for each batch."""

from typing import Any

from app.cj import metrics, observe
from app.contracts.topics import Topic
from app.db.unit import Database
from tests.integration.cj_house import better_wins, failure, house
from tests.integration.parts import Json

Samples = dict[tuple[str, str, tuple[tuple[str, str], ...]], float]


MINE: dict[str, Any] = {
    name: metric for name, metric in vars(metrics).items() if name.isupper() and hasattr(metric, "collect")
}


def samples() -> Samples:
    """Return all values of the engine's metrics by their name in the module, their own name and labels."""
    return {
        (name, sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for name, metric in MINE.items()
        for family in metric.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def changes(before: Samples) -> Samples:
    return {key: value - before.get(key, 0.0) for key, value in samples().items() if value != before.get(key, 0.0)}


def sum_of(changed: Samples, metric: str, **labels: Any) -> float:
    wanted = {name: str(value) for name, value in labels.items()}
    return sum(
        value
        for (name, sample, found), value in changed.items()
        if name == metric and wanted.items() <= dict(found).items() and not sample.endswith("_bucket")
    )


def moody(asked: Json) -> Json | None:
    seed = asked["metadata"]["seed"]
    if seed == 1 and asked["metadata"]["cj_request_type"] == "cj_comparison":
        return failure("RATE_LIMIT")
    if seed == 2:
        return failure("no such word, and a long one at that", retryable=False)
    if seed == 3 and asked["metadata"]["comparison_number"] == 2:
        return None
    return None if seed == 4 else better_wins(asked)


async def test_every_metric_moves_when_its_thing_happens(database: Database) -> None:
    before = samples()
    async with house(database, moody) as engine:
        engine.texts["task"] = "The task."
        reference = {"references": {"student_prompt_text": {"storage_id": "task"}}}
        lost = {"references": {"student_prompt_text": {"storage_id": "lost"}}}
        wish: Json = {"stop_rule": "cap", "max_comparisons": 8, "stop": {"min_comparisons": 2}}
        await engine.ask(
            engine.request(4, {"student_prompt_ref": reference}, **wish, seed=0),
            engine.request(4, **wish, seed=1),
            engine.request(4, **wish, seed=2),
            engine.request(4, {"student_prompt_ref": lost}, **wish),
            engine.request(12, **(wish | {"max_comparisons": 6}), seed=3),
            engine.request(4, **wish, seed=4),
            engine.request(40, **(wish | {"max_comparisons": 2}), seed=5),
        )
        async with database.transaction() as connection:
            await observe.count(connection, engine.clock(), engine.parts.settings)
        assert sum_of(changes(before), "STATES", state="received") > 0
        engine.clock.pass_by(1)
        await engine.step()
        engine.clock.pass_by(27 * 3600)
        async with database.transaction() as connection:
            await observe.count(connection, engine.clock(), engine.parts.settings)
        assert sum_of(changes(before), "STUCK") > 0
        engine.clock.pass_by(-27 * 3600)
        await engine.run()
        ended = len(await engine.events(Topic.CJ_COMPLETED))
        calls = len(engine.gateway.order)
    changed = changes(before)
    assert set(MINE) - {name for name, *_ in changed} == {"ADMIN_OPERATIONS"}
    assert sum_of(changed, "LLM_REQUESTS", batching_mode="serial_bundle") == calls
    assert sum_of(changed, "BATCHES_STARTED", batching_mode="serial_bundle") == 6
    assert sum_of(changed, "SE_INFLATED") == ended
    assert sum_of(changed, "SPARSE") == 2
    assert sum_of(changed, "PROMPT_FAILURES", reason="content_service_error") == 1
    assert sum_of(changed, "FAILED_COMPARISONS", failure_reason="OTHER") > 0
    assert sum_of(changed, "RETRIES") == sum_of(changed, "FAILED_COMPARISONS", failure_reason="RATE_LIMIT")
    assert sum_of(changed, "COMPARISONS", status="failed") == sum_of(changed, "CALLBACKS", status="error")
