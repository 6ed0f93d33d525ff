"""Grade scales by configuration: read, refused with the field named, and used like the built-in ones."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.cj.projection import Anchor, calibrate, project
from app.contracts.grade_scales import SCALES, BadGradeScale, GradeScale, GradeScales, normalized_score, order_of
from app.roles.scales import learn_scales
from app.roles.stack import ROOT
from app.settings import GradeScaleSettings

TOML = """
[[scales]]
id = "four_steps"
grades = ["IG", "G", "VG", "MVG"]
priors = [0.1, 0.4, 0.35, 0.15]
below_lowest = "X"

[[scales]]
id = "pass_fail"
grades = ["FAIL", "PASS"]
"""
FOUR = GradeScale("four_steps", ("IG", "G", "VG", "MVG"), (0.1, 0.4, 0.35, 0.15), "X")


@pytest.fixture
def scales() -> GradeScales:
    return GradeScales(SCALES.values())


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def keep(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return keep


def test_scales_are_learned_from_toml_and_json_alike(
    scales: GradeScales, write: Callable[[str, str], Path]
) -> None:
    learn_scales(write("scales.toml", TOML), scales)
    assert scales["four_steps"] == FOUR
    assert scales["pass_fail"] == GradeScale("pass_fail", ("FAIL", "PASS"), (0.5, 0.5))
    assert set(scales) == {*SCALES, "four_steps", "pass_fail"}
    again = GradeScales(SCALES.values())
    document = {"scales": [{"id": "four_steps", "grades": [*FOUR.grades], "priors": [*FOUR.priors]}]}
    learn_scales(write("scales.json", json.dumps(document)), again)
    assert again["four_steps"].priors == FOUR.priors
    assert again["four_steps"].below_lowest is None


def test_reading_the_same_file_twice_changes_nothing(
    scales: GradeScales, write: Callable[[str, str], Path]
) -> None:
    path = write("scales.toml", TOML)
    learn_scales(path, scales)
    before = dict(scales)
    learn_scales(path, scales)
    assert dict(scales) == before


def test_without_a_file_only_the_built_in_scales_are_known(scales: GradeScales) -> None:
    learn_scales(None, scales)
    assert dict(scales) == dict(SCALES)


def test_the_file_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert GradeScaleSettings().file is None
    monkeypatch.setenv("GRADE_SCALES_FILE", str(tmp_path / "scales.toml"))
    assert GradeScaleSettings().file == tmp_path / "scales.toml"


def entry(**changes: object) -> dict[str, object]:
    return {"id": "mine", "grades": ["LOW", "MID", "HIGH"], "priors": [0.2, 0.5, 0.3]} | changes


@pytest.mark.parametrize(
    ("document", "field", "why"),
    [
        ([], "scales", "must be a list"),
        ({}, "scales", "must be a list"),
        ({"scales": []}, "scales", "must be a list"),
        ({"scales": [entry()], "more": 1}, "scales", "the only entry"),
        ({"scales": ["mine"]}, "scales.0", "must be a table"),
        ({"scales": [entry(weights=[1])]}, "scales.0.weights", "is unknown"),
        ({"scales": [entry(id="")]}, "scales.0.id", "not empty"),
        ({"scales": [entry(id=7)]}, "scales.0.id", "must be a text"),
        ({"scales": [entry(id=" mine")]}, "scales.0.id", "without blanks"),
        ({"scales": [entry(id="m" * 51)]}, "scales.0.id", "longer than 50"),
        ({"scales": [entry(), entry()]}, "scales.1.id", "occurs twice"),
        ({"scales": [entry(grades=[])]}, "scales.0.grades", "at least two"),
        ({"scales": [entry(grades=["A"])]}, "scales.0.grades", "at least two"),
        ({"scales": [entry(grades="ABC")]}, "scales.0.grades", "must be a list"),
        ({"scales": [entry(grades=["A", "", "C"])]}, "scales.0.grades.1", "not empty"),
        ({"scales": [entry(grades=["A", "B", "A"])]}, "scales.0.grades.2", "A occurs twice"),
        ({"scales": [entry(grades=["A", "b", "C"])]}, "scales.0.grades.1", "write B"),
        ({"scales": [entry(grades=["A", "B", "EXCELLENT"])]}, "scales.0.grades.2", "longer than 8"),
        ({"scales": [entry(priors=[0.5, 0.5])]}, "scales.0.priors", "a list of 3 shares"),
        ({"scales": [entry(priors=[0.2, 0.5, 0.2])]}, "scales.0.priors", "they sum to 0.9"),
        ({"scales": [entry(priors=[0.0, 0.5, 0.5])]}, "scales.0.priors", "above 0"),
        ({"scales": [entry(priors=[-0.1, 0.6, 0.5])]}, "scales.0.priors", "above 0"),
        ({"scales": [entry(priors=[True, 0.5, 0.5])]}, "scales.0.priors", "must be numbers"),
        ({"scales": [entry(priors=[float("nan"), 0.5, 0.5])]}, "scales.0.priors", "must be numbers"),
        ({"scales": [entry(priors=["0.2", 0.5, 0.3])]}, "scales.0.priors", "must be numbers"),
        ({"scales": [entry(below_lowest="MID")]}, "scales.0.below_lowest", "one of the grades"),
        ({"scales": [entry(below_lowest="U")]}, "scales.0.below_lowest", "has no grade"),
        ({"scales": [entry(below_lowest="")]}, "scales.0.below_lowest", "not empty"),
    ],
)
def test_a_scale_that_breaks_a_rule_is_refused_with_file_and_field(
    scales: GradeScales, write: Callable[[str, str], Path], document: object, field: str, why: str
) -> None:
    path = write("scales.json", json.dumps(document))
    with pytest.raises(BadGradeScale) as caught:
        learn_scales(path, scales)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert why in caught.value.detail
    assert str(path) in caught.value.detail
    assert dict(scales) == dict(SCALES)


def test_an_id_that_is_taken_is_refused_and_none_of_the_file_is_learned(
    scales: GradeScales, write: Callable[[str, str], Path]
) -> None:
    document = {"scales": [entry(), entry(id="swedish_8_anchor")]}
    with pytest.raises(BadGradeScale, match=r"swedish_8_anchor\.id: is taken by another scale"):
        learn_scales(write("scales.json", json.dumps(document)), scales)
    assert "mine" not in scales


@pytest.mark.parametrize(
    ("name", "text"), [("scales.toml", "[[scales"), ("scales.json", "{"), ("scales.toml", "id = \x00")]
)
def test_a_file_that_cannot_be_read_is_named(write: Callable[[str, str], Path], name: str, text: str) -> None:
    with pytest.raises(BadGradeScale, match=r"GRADE_SCALES_FILE: .* cannot be read"):
        learn_scales(write(name, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadGradeScale, match="No such file"):
        learn_scales(tmp_path / "none.toml")


def test_a_learned_scale_is_projected_and_ordered_like_a_built_in_one() -> None:
    anchors = [Anchor(2.0 * at + shift, grade) for at, grade in enumerate(FOUR.grades) for shift in (-0.2, 0.2)]
    calibration = calibrate(anchors, FOUR)
    assert [project(2.0 * at, 0.1, calibration).grade for at in range(4)] == list(FOUR.grades)
    assert project(-9.0, 0.1, calibration).grade == "X"
    assert [order_of(grade, FOUR) for grade in ("MVG", "IG", "X", "A")] == [0, 3, 4, None]
    assert normalized_score("VG", FOUR) == 0.75


def test_a_process_with_the_file_accepts_runs_and_assignments_of_the_scale(
    write: Callable[[str, str], Path],
) -> None:
    # In a process of its own, since a process never forgets a scale.
    code = (
        "from app.contracts.grade_scales import SCALES\n"
        "from app.roles.scales import learn_scales\n"
        "from app.runner.runs.spec import RunRequest\n"
        "from app.settings import GradeScaleSettings\n"
        "body = dict(mode='anchor-align-test', batch_label='b', assets=dict(package_id='p'),\n"
        "    expected_grade_scale='four_steps')\n"
        "try:\n    RunRequest.model_validate(body)\n"
        "except ValueError as error:\n    print('unknown scale' in str(error))\n"
        "learn_scales(GradeScaleSettings().file)\n"
        "print(RunRequest.model_validate(body).grade_scale)\n"
        "print('MVG' in SCALES['four_steps'])\n"
    )
    environment = {**os.environ, "GRADE_SCALES_FILE": str(write("scales.toml", TOML))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "four_steps", "True"]


def test_scales_cannot_be_changed_by_hand(scales: GradeScales) -> None:
    with pytest.raises(TypeError):
        scales["mine"] = FOUR  # type: ignore[index]  # that it fails is what is tested
    with pytest.raises(ValidationError):
        GradeScaleSettings().file = Path("x")  # type: ignore[misc]  # likewise
