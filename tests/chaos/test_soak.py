"""A bounded soak: some runs of all modes under faults of many kinds; the whole of it is ``make soak``."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.soak import Wishes, run, told


@pytest.mark.timeout(420)
def test_nothing_is_lost_or_doubled_while_faults_of_all_kinds_happen(new_server_dir: Callable[[], Path]) -> None:
    soaked = run(Wishes(new_server_dir(), seconds=40, seed=1, runs=6, every_s=2.2, converge_s=240, forked=True))
    assert soaked.good, told(soaked)
    assert len(soaked.promises.accepted) >= 6
    assert soaked.injected.total() >= 8, told(soaked)
