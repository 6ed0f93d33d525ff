"""Processes whose clocks differ by more than their leases: nobody takes what another one holds."""

import pytest

from tests.chaos.around import Around, restarted

WRONG_BY_S = {"gateway": "45", "cj": "90", "worker": "-90"}


async def clocks_differ(here: Around) -> int:
    for role, seconds in WRONG_BY_S.items():
        await restarted(here, role, {"FAULTS_ALLOWED": "true", "FAULTS_CLOCK_SKEW_S": seconds})
    return len(WRONG_BY_S)


@pytest.mark.chaos
@pytest.mark.timeout(600)
async def test_runs_end_as_if_nothing_had_been_between_clocks_that_differ(here: Around) -> None:
    try:
        await here.survives("clocks of processes 90 s off either way", clocks_differ, from_the_start=True)
        [found] = await here.rows(
            "SELECT extract(epoch FROM max(finished_at) - now()) FROM runner.runs WHERE finished_at IS NOT NULL"
        )
        assert abs(found[0]) < 60
    finally:
        for role in WRONG_BY_S:
            await restarted(here, role, {"FAULTS_ALLOWED": "false", "FAULTS_CLOCK_SKEW_S": "0"})
