"""The command for a file of decisions: layouts, refusals, and the numbers it prints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from app.cli.main import app
from app.roles.stack import ROOT

VOTES = ROOT / "data/recorded-judgements/school-uniform-good/votes.csv"
CYCLE = "judge,winner,loser\nj1,a,b\nj1,b,c\nj2,c,a\nj2,a,b\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    def keep(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return keep


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments])
    return result.exit_code, result.output


def fitted(*arguments: str) -> dict[str, Any]:
    code, output = run("fit", *arguments, "--json")
    assert code == 0, output
    found: dict[str, Any] = orjson.loads(output)
    return found


@pytest.mark.parametrize(
    "text",
    [
        CYCLE,
        CYCLE.replace(",", ";"),
        "judge,a,b,choice\nj1,a,b,a\nj1,c,b,b\nj2,c,a,Essay A\nj2,a,b,a\n",
        "judge,a,b,choice\nj1,a,b,a1\nj1,b,c,first\nj2,a,c,2\nj2,b,a,a2\n",
    ],
)
def test_both_layouts_give_the_same_scale(write: Callable[[str, str], str], text: str) -> None:
    found = fitted(write("d.csv", text), "--mle")
    assert [item["id"] for item in found["items"]] == ["a", "b", "c"]
    assert [item["n"] for item in found["items"]] == [3, 3, 2]
    assert sum(item["theta"] for item in found["items"]) == pytest.approx(0)


def test_columns_may_have_other_names(write: Callable[[str, str], str]) -> None:
    path = write("d.csv", CYCLE.replace("winner", "Better").replace("loser", "Worse"))
    found = fitted(path, "--winner-column", "Better", "--loser-column", "Worse", "--mle")
    assert len(found["items"]) == 3


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x,y\n1,2\n", "needs the columns winner and loser"),
        ("", "needs the columns"),
        ("winner,loser\na,\n", "line 2: an essay is missing"),
        ("winner,loser\na,a\n", "compared with itself"),
        ("a,b,choice\nx,y,maybe\n", "use a, b, tie"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(write: Callable[[str, str], str], text: str, why: str) -> None:
    code, output = run("fit", write("d.csv", text))
    assert code != 0
    assert why in output


def test_a_refused_fit_names_the_groups_and_fails(write: Callable[[str, str], str]) -> None:
    code, output = run("fit", write("d.csv", "winner,loser\na,b\nb,c\n"), "--mle")
    assert code != 0
    assert "groups of items cannot stand on one scale" in output


def test_separable_decisions_have_a_finite_scale_with_the_usual_fit(write: Callable[[str, str], str]) -> None:
    found = fitted(write("d.csv", "winner,loser\na,b\nb,c\na,c\n"))
    first, middle, last = (item["theta"] for item in found["items"])
    assert first == pytest.approx(-last)
    assert middle == pytest.approx(0, abs=1e-9)


def test_the_recorded_votes_are_summed_up() -> None:
    code, output = run("fit", str(VOTES), "--json", "--mle")
    found = orjson.loads(output)
    assert code == 0
    assert len(found["items"]) == 35
    assert sum(item["n"] for item in found["items"]) == 2 * 2971
    assert found["judge_is_informative"] is True
    assert 0.8 < found["ssr"] < 1
    assert found["components"] == {"compared": 1, "strongly_connected": 1}
    assert found["order_effect"]["se"] > 0


def test_the_three_methods_order_items_alike_and_print_a_table() -> None:
    code, output = run("fit", str(VOTES), "--eps", "0.3")
    assert code == 0
    assert "Items, best first" in output
    assert "never alone" in output


def test_scores_may_be_those_beside_the_order_effect() -> None:
    plain, beside = fitted(str(VOTES), "--mle"), fitted(str(VOTES), "--mle", "--order-effect")
    assert plain["order_effect"] == beside["order_effect"]
    differences = [
        abs(one["theta"] - other["theta"]) for one, other in zip(plain["items"], beside["items"], strict=True)
    ]
    assert 0 < max(differences) < 0.01


def test_only_one_method_may_be_chosen(write: Callable[[str, str], str]) -> None:
    assert run("fit", write("d.csv", CYCLE), "--mle", "--eps", "0.3")[0] == 2


def test_a_judge_agrees_with_itself_and_not_with_its_opposite(write: Callable[[str, str], str]) -> None:
    opposite = "\n".join(
        line.replace(",a1,", ",X,").replace(",a2,", ",a1,").replace(",X,", ",a2,")
        for line in VOTES.read_text(encoding="utf-8").splitlines()
    )
    same = orjson.loads(run("agreement", str(VOTES), str(VOTES), "--json")[1])
    other = orjson.loads(run("agreement", str(VOTES), write("o.csv", opposite), "--json")[1])
    assert same["same_winner"]["share"] == 1.0
    assert same["kendall_tau_b"] == pytest.approx(1.0)
    assert other["kendall_tau_b"] < -0.99
    assert run("agreement", str(VOTES), str(VOTES))[0] == 0
