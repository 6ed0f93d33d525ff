"""One whole system behind misbehaving doors, shared by the tests of its surroundings."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.chaos.around import Around, around
from tests.chaos.rig import rig

QUICK = {"RUNNER_RECONCILE_SILENT_S": "6", "WEBHOOKS_TIMEOUT_S": "2", "WEBHOOKS_LEASE_S": "3"}


@pytest.fixture(scope="session")
async def here(new_server_dir: Callable[[], Path]) -> AsyncIterator[Around]:
    with rig(new_server_dir(), seed=11, extra=QUICK) as running:
        async with around(running) as ready:
            yield ready
