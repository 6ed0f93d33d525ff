"""Memory over time: kept as a table, drawn as a plot that stands by itself."""

import os
import re
from pathlib import Path

from tests.chaos.memory import Sample, highest, plot, read_csv, resident_mib, write_csv

SAMPLES = [Sample(0.0, "api", 7, 100.0), Sample(2.0, "api", 7, 120.5), Sample(4.0, "api", 9, 90.0)]


def test_samples_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    write_csv(SAMPLES, tmp_path / "memory.csv")
    assert read_csv(tmp_path / "memory.csv") == SAMPLES


def test_a_process_that_was_started_again_begins_a_new_line() -> None:
    lines = re.findall(r'<polyline points="([^"]*)"', plot(SAMPLES, "Memory"))
    assert [len(line.split()) for line in lines] == [2, 1]


def test_the_highest_of_each_role_is_told() -> None:
    assert highest([*SAMPLES, Sample(0.0, "cj", 8, 50.0)]) == {"api": 120.5, "cj": 50.0}


def test_a_process_that_is_gone_has_no_memory() -> None:
    assert resident_mib(2**22 + 1) is None
    assert (resident_mib(os.getpid()) or 0) > 10
