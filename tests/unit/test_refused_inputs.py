"""Inputs that the fuzzer found, each as small as it is: refused now in good order, or read as it was meant."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import config_file
from app.contracts.artefact_reading import Reading, Unreadable
from app.contracts.grade_scales import BadGradeScale, GradeScales
from app.errors import InvalidInput, Misconfigured
from app.gateway.providers.votes import votes_of
from app.roles.scales import learn_scales
from app.runner.human.reading import ReadAs, read
from app.runner.human.sheets import sheet_of
from app.runner.runs import cursor, prompts
from app.settings.check import problems

EXPORTED = "judge,essay_a_id,essay_b_id,winner_essay_id,late\nj,a,b,a,false\nj,a,b,,false\nj,a,b,b,true\n"
DEEP = "[" * 3000
LONG = "9" * 5000


@pytest.mark.parametrize("run_id", [5, None, [], {"a": 1}, "\x00", "a\nb", True])
@pytest.mark.parametrize("microseconds", [0, 1.5, True, "0"])
def test_a_cursor_that_we_did_not_write_is_refused_although_its_digest_fits(
    run_id: object, microseconds: object
) -> None:
    forge: Any = cursor._digest
    digest = forge("q", microseconds, run_id)
    raw = json.dumps([cursor.VERSION, microseconds, run_id, digest]).encode()
    with pytest.raises(InvalidInput, match="is not a cursor"):
        cursor.read(base64.urlsafe_b64encode(raw).decode().rstrip("="), "q")


def test_exported_comparisons_that_failed_or_came_late_are_no_votes(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(EXPORTED)
    (given,) = votes_of(path).by_pair.values()
    assert [vote.winner for vote in given] == ["A"]


def test_exported_comparisons_that_failed_or_came_late_are_no_verdicts_of_people() -> None:
    content = read(sheet_of(EXPORTED.encode(), 100), ReadAs())
    assert content.rows == [(0, 1, 2, 0)]


@pytest.mark.parametrize("half", [b"\\ud800", b"\xed\xa0\x80"])
def test_an_artefact_with_half_of_a_character_is_unreadable(half: bytes) -> None:
    text = b'{\n  "llm_comparisons": [\n    {\n      "a": "' + half + b'"\n    }\n  ]\n}\n'
    with pytest.raises(Unreadable, match="half of a character"):
        list(Reading(text.splitlines(keepends=True)).records())


@pytest.mark.parametrize("value", [DEEP, LONG], ids=["deep", "long"])
def test_files_of_an_operator_that_no_reader_takes_are_refused(tmp_path: Path, value: str) -> None:
    (tmp_path / prompts.INDEX).write_text(f"a = {value}")
    with pytest.raises(Misconfigured):
        prompts.listed(tmp_path)
    for name in ("scales.json", "scales.toml"):
        (tmp_path / name).write_text(value if name.endswith("json") else f"a = {value}")
        with pytest.raises(BadGradeScale):
            learn_scales(tmp_path / name, GradeScales(()))
    place = tmp_path / config_file.PLACE
    place.parent.mkdir()
    place.write_text(f"url = {value}")
    with pytest.raises(InvalidInput):
        config_file.read({"XDG_CONFIG_HOME": str(tmp_path)})


def test_a_setting_whose_json_is_nested_too_deep_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNNER_API_KEYS", DEEP)
    assert any("nested too deep" in sentence for sentence in problems("api"))
