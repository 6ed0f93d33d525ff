"""Scores are a function of the verdicts alone: published or told later, they are the same to the last bit."""

from collections.abc import AsyncIterator

import pytest

from app.db.unit import Database
from app.settings import CJSettings
from tests.integration.cj_system import LEVELS, System


@pytest.fixture
async def system(database: Database, database_url: str) -> AsyncIterator[System]:
    found = System(database, database_url)
    await found.open(CJSettings(max_pairwise_comparisons=200))
    async with found.stack:
        yield found


async def test_scores_that_are_asked_for_are_the_published_ones_to_the_last_digit(system: System) -> None:
    texts = [f"{level}{place} " * 2 for place in range(3) for level in LEVELS]
    await system.run(await system.request(texts, seed=1, max_comparisons=40))
    result = await system.result()
    answer = (await system.http.get(f"/api/v1/batches/{result.batch_id}/scores")).json()
    published = {row.essay_id: row.bt_score for row in result.essay_results}
    assert {row["essay_id"]: row["theta"] for row in answer["scores"]} == published
    errors = {row["essay_id"]: row["se"] for row in answer["scores"]}
    assert errors == result.assessment_metadata["bt_standard_errors"]
