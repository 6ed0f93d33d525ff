"""Every parser takes thousands of mutated inputs: none crashes it, holds it up or fills the memory.

A bounded part of ``make fuzz-parsers``, in processes of their own and always the same.
"""

from pathlib import Path

import pytest

from tests.fuzz.parsers import bad_parsers
from tests.fuzz.parsers.run import MODULES, fuzz, keep, table

COUNT = 5_000
BAD = bad_parsers.__name__


@pytest.mark.timeout(900)
@pytest.mark.parametrize("module", MODULES)
def test_no_input_crashes_a_parser_holds_it_up_or_fills_the_memory(module: str, tmp_path: Path) -> None:
    results = fuzz(module, "", COUNT, "1")
    assert [result.findings for result in results if result.findings] == [], "\n".join(keep(results, tmp_path))
    assert {result.inputs for result in results} == {COUNT}
    refused_or_taken_only = [result.target for result in results if result.taken == 0]
    assert refused_or_taken_only == [], "a fuzzer whose every input is refused tests little"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("crash", "KeyError"),
        ("nonsense", "not finite"),
        ("hang", "took more than 2 s"),
        ("memory", "the process grew to"),
        ("abort", "the process ended with -6"),
    ],
)
def test_the_fuzzer_finds_what_a_bad_parser_does_and_the_input_that_shows_it(
    name: str, said: str, tmp_path: Path
) -> None:
    (result,) = fuzz(BAD, name, 60, "1")
    found, *_ = result.findings
    assert said in found.what
    assert found.smallest.startswith(bad_parsers.BAD)
    (line,) = keep([result], tmp_path)
    assert str(tmp_path / f"{name}-0.input") in line
    assert (tmp_path / f"{name}-0.input").read_bytes() == found.smallest
    assert f"| {name} |" in table([result])


def test_a_parser_that_cannot_be_interrupted_is_ended_from_outside() -> None:
    (result,) = fuzz(BAD, "stuck", 60, "1", stuck_s=3)
    found, *_ = result.findings
    assert "the process ended with -9" in found.what
    assert found.smallest.startswith(bad_parsers.BAD)


def test_the_same_seed_draws_the_same_inputs() -> None:
    first, second = (fuzz(BAD, "crash", 200, "7")[0] for _ in range(2))
    assert [(one.number, one.times, one.smallest) for one in first.findings] == [
        (one.number, one.times, one.smallest) for one in second.findings
    ]
