"""Numbers that other programs print for small data of our own making, held against the command's JSON.

R 4.2.2 with the function btm of the package sirt 4.3-21 (A. Robitzsch): ignore.ties=TRUE, fix.eta=0 (no order
effect) unless said otherwise, conv=1e-12, so that all five digits below are settled. Python's evalica 0.4.2: the
data and scores of its own test suite.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from app.cli.main import app
from app.scoring.bradley_terry import fit_eps, fit_mle
from app.scoring.data import Judgements, Record
from app.scoring.order_effect import fit_order_effect
from app.scoring.standard_errors import own_information_errors

# ada never lost, fay never won; numbers of comparisons from 4 to 10. Judge, winner, loser.
SWEEP = (
    "j1,ada,bo j1,ada,cyd j1,bo,cyd j1,cyd,dan j1,dan,eve j1,ada,eve j1,bo,fay j2,ada,dan j2,cyd,bo j2,bo,dan "
    "j2,eve,dan j2,dan,fay j2,bo,eve j2,cyd,eve j3,ada,bo j3,eve,cyd j3,cyd,fay j3,dan,cyd j3,eve,fay "
    "j3,bo,cyd j3,ada,cyd"
)
# Seven items, four ties, all tied together in both directions. Judge, first, second, choice.
TIES = (
    "j1,t5,t3,a j2,t7,t6,a j3,t7,t4,a j4,t1,t2,a j1,t2,t4,b j2,t1,t6,b j3,t7,t4,a j4,t2,t5,tie j1,t1,t7,b "
    "j2,t2,t7,b j3,t5,t6,b j4,t6,t2,b j1,t3,t1,a j2,t2,t3,a j3,t5,t7,a j4,t3,t1,a j1,t4,t6,a j2,t6,t2,a "
    "j3,t1,t6,b j4,t5,t4,a j1,t1,t4,a j2,t2,t1,b j3,t4,t3,a j4,t3,t4,a j1,t7,t3,tie j2,t1,t2,a j3,t2,t3,a "
    "j4,t1,t3,b j1,t7,t1,a j2,t3,t4,tie j3,t5,t7,tie j4,t6,t5,a j1,t6,t4,a j2,t6,t1,a j3,t2,t7,b j4,t2,t6,b"
)
# (theta, se.theta, outfit, infit) as printed.
SWEEP_ITEMS = {
    "ada": (3.10392, 1.87868, 0.05419, 0.07074),
    "bo": (0.78936, 0.94431, 0.53441, 0.70832),
    "cyd": (-0.22485, 0.76522, 0.77619, 0.99769),
    "dan": (-0.47434, 0.88489, 0.63986, 0.83483),
    "eve": (-0.47434, 0.88489, 0.63986, 0.83483),
    "fay": (-2.71975, 1.91820, 0.08105, 0.09194),
}
SWEEP_ITEMS_AT_A_TENTH = {
    "ada": (4.32377, 3.19371, 0.01716, 0.02466),
    "bo": (0.92461, 1.04405, 0.54567, 0.83491),
    "cyd": (-0.24118, 0.79937, 0.80673, 1.09785),
    "dan": (-0.54760, 0.92054, 0.62376, 0.88769),
    "eve": (-0.54760, 0.92054, 0.62376, 0.88769),
    "fay": (-3.91201, 3.21686, 0.02564, 0.03014),
}
NO_TIES_ITEMS = {
    "t1": (-0.82472, 0.65539, 0.59077, 0.70998),
    "t2": (-1.01091, 0.70998, 1.11653, 1.13864),
    "t3": (-0.61424, 0.72910, 0.95731, 0.98672),
    "t4": (-0.53753, 0.76745, 0.92376, 1.00295),
    "t5": (0.77914, 0.97725, 0.92945, 1.01126),
    "t6": (0.72557, 0.73012, 1.18767, 1.14350),
    "t7": (1.48269, 1.02535, 0.38993, 0.63597),
}
# (outfit, infit) of the judges.
SWEEP_JUDGES = {"j1": (0.333482, 0.607775), "j2": (0.747912, 0.947104), "j3": (0.464641, 0.757320)}
NO_TIES_JUDGES = {
    "j1": (0.879022, 0.992802),
    "j2": (0.537404, 0.666922),
    "j3": (0.756129, 0.986027),
    "j4": (1.338341, 1.160140),
}

Fitted = Callable[..., dict[str, Any]]


@pytest.fixture
def fitted(tmp_path: Path) -> Fitted:
    def run(header: str, rows: list[str], *arguments: str) -> dict[str, Any]:
        path = tmp_path / "decisions.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        result = CliRunner().invoke(app, ["fit", str(path), *arguments, "--json"])
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = orjson.loads(result.output)
        return found

    return run


def without_ties() -> list[str]:
    return [row for row in TIES.split() if not row.endswith("tie")]


def numbers(rows: list[dict[str, Any]], *names: str) -> dict[str, tuple[float, ...]]:
    return {row["id"]: tuple(round(row[name], 5) for name in names) for row in rows}


def close(printed: Mapping[str, tuple[float, ...]]) -> dict[str, object]:
    return {name: pytest.approx(values, abs=1.01e-5) for name, values in printed.items()}


@pytest.mark.parametrize(
    ("eps", "items", "reliability", "separation", "log_likelihood"),
    [
        ("0.3", SWEEP_ITEMS, 0.52941, 1.45773, -7.25431),
        ("0.1", SWEEP_ITEMS_AT_A_TENTH, 0.43747, 1.33329, -6.80116),
    ],
)
def test_an_undefeated_and_a_winless_item_come_out_as_in_sirt(
    fitted: Fitted,
    eps: str,
    items: dict[str, tuple[float, ...]],
    reliability: float,
    separation: float,
    log_likelihood: float,
) -> None:
    found = fitted("judge,winner,loser", SWEEP.split(), "--eps", eps)
    assert numbers(found["items"], "theta", "se", "outfit", "infit") == close(items)
    assert found["ssr"] == pytest.approx(reliability, abs=1e-5)
    assert found["observed_separation"] == pytest.approx(separation, abs=1e-5)
    assert found["log_likelihood"] == pytest.approx(log_likelihood, abs=1e-5)


def test_judges_come_out_as_in_sirt(fitted: Fitted) -> None:
    sweep = fitted("judge,winner,loser", SWEEP.split(), "--eps", "0.3")
    assert numbers(sweep["judges"], "outfit", "infit") == close(SWEEP_JUDGES)
    plain = fitted("judge,a,b,choice", without_ties(), "--eps", "0.3")
    assert numbers(plain["judges"], "outfit", "infit") == close(NO_TIES_JUDGES)


def test_decisions_without_ties_come_out_as_in_sirt(fitted: Fitted) -> None:
    found = fitted("judge,a,b,choice", without_ties(), "--eps", "0.3")
    assert numbers(found["items"], "theta", "se", "outfit", "infit") == close(NO_TIES_ITEMS)
    assert found["ssr"] == pytest.approx(0.30925, abs=1e-5)
    assert found["observed_separation"] == pytest.approx(1.20321, abs=1e-5)
    assert found["separation"] == pytest.approx((0.30925 / (1 - 0.30925)) ** 0.5, abs=1e-4)
    penalised = fitted("judge,a,b,choice", without_ties())
    assert found["order_effect"] == penalised["order_effect"]


def test_ties_come_out_as_in_sirt_with_each_tie_as_one_win_and_one_loss() -> None:
    # That program has no half wins beside whole ones: all rows were given twice, each tie once won and once
    # lost, with twice the eps. Then theta is the same, errors are smaller by the root of two.
    rows = [row.split(",") for row in TIES.split()]
    records = [Record(a, b, {"a": 1.0, "b": 0.0, "tie": 0.5}[choice], 1.0, judge) for judge, a, b, choice in rows]
    judgements = Judgements.from_records(records)
    fit = fit_eps(judgements, 0.3)
    theta = [-0.72494, -0.81335, -0.38265, -0.49623, 0.59161, 0.70349, 1.12206]
    errors = [0.45389, 0.46715, 0.46613, 0.49283, 0.57534, 0.49948, 0.56140]
    assert fit.theta == pytest.approx(theta, abs=1e-5)
    assert own_information_errors(judgements, fit) / 2**0.5 == pytest.approx(errors, abs=1e-5)


def test_without_correction_scales_and_order_effect_come_out_as_in_sirt() -> None:
    # eps=0; the second call with the order effect (there "Home") free. Three digits are settled.
    rows = [row.split(",") for row in without_ties()]
    judgements = Judgements.from_records([Record(a, b, float(choice == "a")) for _, a, b, choice in rows])
    plain, joint = fit_mle(judgements), fit_order_effect(judgements, ridge=0.0)
    expected = [-0.92998, -1.13608, -0.70857, -0.61873, 0.88457, 0.78697, 1.72182]
    errors = [0.66855, 0.72733, 0.73361, 0.78999, 1.00056, 0.75841, 1.11857]
    beside = [-1.21739, -1.54319, -0.52566, -0.12537, 0.49738, 1.06799, 1.84624]
    assert plain.theta == pytest.approx(expected, abs=1e-5)
    assert own_information_errors(judgements, plain) == pytest.approx(errors, abs=1e-5)
    assert plain.log_likelihood == pytest.approx(-16.63191, abs=1e-5)
    assert joint.theta == pytest.approx(beside, abs=3e-4)
    assert joint.order_effect == pytest.approx(1.157022, abs=3e-4)
    assert joint.scale.log_likelihood == pytest.approx(-14.15176, abs=1e-5)


EVALICA_SIMPLE = (
    "0,1,tie 0,2,right 0,2,tie 0,4,tie 1,0,left 1,2,tie 1,2,tie 1,3,tie 2,4,tie 3,0,left 3,1,left 3,2,left "
    "3,4,tie 3,4,tie 4,0,left 4,3,left"
)
EVALICA_FOOD = (
    "Pizza,Sushi,left Burger,Pasta,right Tacos,Pizza,left Sushi,Tacos,right Burger,Pizza,left Pasta,Sushi,right "
    "Tacos,Burger,left Pizza,Pasta,tie Sushi,Burger,right Pasta,Tacos,left Burger,Sushi,right Tacos,Pizza,left "
    "Sushi,Pasta,tie Burger,Tacos,left Pizza,Burger,right Pasta,Tacos,right Burger,Sushi,right Tacos,Pasta,left "
    "Pizza,Tacos,right Sushi,Burger,left Pasta,Pizza,right Burger,Sushi,right Tacos,Pasta,left Pizza,Sushi,left "
    "Sushi,Burger,right Pasta,Tacos,right Tacos,Pizza,left Burger,Pasta,right Sushi,Tacos,left Pizza,Burger,right"
)


@pytest.mark.parametrize(
    ("games", "published"),
    [
        (
            EVALICA_SIMPLE,
            {
                "0": 0.050799672530389396,
                "1": 0.1311506914535368,
                "2": 0.13168568070110523,
                "3": 0.33688868041573855,
                "4": 0.34947527489923,
            },
        ),
        (
            EVALICA_FOOD,
            {
                "Burger": 0.14797665121689418,
                "Pasta": 0.1281534106031957,
                "Pizza": 0.09897982556928168,
                "Sushi": 0.19060028489839073,
                "Tacos": 0.43428982771223773,
            },
        ),
    ],
)
def test_the_cases_of_evalica_come_out(fitted: Fitted, games: str, published: dict[str, float]) -> None:
    found = fitted("a,b,choice", games.split(), "--mle")
    strength = np.exp([item["theta"] for item in found["items"]])
    scores = dict(zip((item["id"] for item in found["items"]), strength / strength.sum(), strict=True))
    assert scores == pytest.approx(published, abs=1e-12)
