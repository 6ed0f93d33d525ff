"""The command for a file of decisions: layouts, refusals, and the numbers it prints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
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


def test_exported_comparisons_are_read_as_they_are_without_failures_and_late_ones(
    write: Callable[[str, str], str],
) -> None:
    rows = ("x,y,a,x,false", "y,z,a,y,false", "x,z,b,z,false", "x,y,,,false", "z,y,a,z,true")
    text = "\n".join(("essay_a_id,essay_b_id,winner,winner_essay_id,late", *rows))
    found = fitted(write("comparisons.csv", text))
    assert [(item["id"], item["wins"], item["n"]) for item in found["items"]] == [
        ("x", 1, 2),
        ("y", 1, 2),
        ("z", 1, 2),
    ]


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
        ("a,b,choice\nx,y,NaN\n", "use a, b, tie"),
        ("winner,loser\n", "no decisions, only a header"),
        ("\n\n", "needs the columns"),
        ("winner,winner,loser\na,b,c\n", "column winner more than once"),
        ("winner,loser\n\n,\na,b\n\na,a\n", "line 6: a is compared with itself"),
        ("winner,loser\na,b\nNaN,b\n", "line 3: an essay is missing in column winner"),
        ("winner,loser\na\n", "line 2: an essay is missing in column loser"),
        ("winner,loser\na,b,c\n", "line 2: there are more cells than columns"),
        ("winner,loser\n" + "x" * 201 + ",b\n", "longer than 200 characters"),
        ("winner,loser\n" + "x" * 200_000 + ",b\n", "line 2: field larger than field limit"),
        ("winner,loser\na\0,b\n", "cannot be printed"),
        ('winner,loser\n"a,b\nc,d\n', "line 3: the id in column winner holds a character"),
        ("a,b,choice\n1,2,1\n2,1,1\n", "line 3: choice '1' is the place of one essay and the id of the other"),
    ],
)
@pytest.mark.parametrize("command", ["fit", "agreement"])
def test_a_file_that_cannot_be_read_says_where(
    write: Callable[[str, str], str], command: str, text: str, why: str
) -> None:
    path = write("d.csv", text)
    code, output = run(command, *([path] if command == "fit" else [write("good.csv", CYCLE), path]))
    assert (code, output.count("\n")) == (3, 1)
    assert output.startswith("error: ")
    assert path in output
    assert why in output


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("winner,loser\nö,b\n".encode("latin-1"), "line 2: this is not UTF-8 text"),
        ("winner,loser\na,b\n".encode("utf-16"), "line 1: this is not UTF-8 text"),
        (bytes(range(256)), "this is not UTF-8 text"),
    ],
)
def test_bytes_that_are_no_text_say_so(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(content)
    code, output = run("fit", str(path))
    assert (code, output.count("\n")) == (3, 1)
    assert why in output


def test_of_many_columns_the_first_ten_are_named(write: Callable[[str, str], str]) -> None:
    for count, shown in ((10, "c8, c9"), (11, "c8, c9, …")):
        names = ",".join(f"c{at}" for at in range(count))
        code, output = run("fit", write("d.csv", names + "\n" + "," * (count - 1) + "\n"))
        assert code == 3
        assert shown in output
        assert ("…" in output) is (count > 10)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert "No such file" in run("fit", str(tmp_path / "none.csv"))[1]
    assert "Is a directory" in run("agreement", str(tmp_path), str(tmp_path))[1]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + CYCLE,
        CYCLE.replace("\n", "\r\n"),
        CYCLE.replace(",", "\t"),
        CYCLE.replace("judge,winner,loser", " Judge , Winner , LOSER "),
        CYCLE.replace("j1,a,b", "j1,a,b,,"),
    ],
)
def test_what_table_programs_do_to_a_file_does_no_harm(write: Callable[[str, str], str], text: str) -> None:
    assert fitted(write("d.csv", text))["items"] == fitted(write("plain.csv", CYCLE))["items"]


def test_places_and_ids_of_winners_are_told_apart_by_what_all_rows_allow(write: Callable[[str, str], str]) -> None:
    by_place = fitted(write("p.csv", "a,b,choice\n1,2,1\n3,2,1\n5,3,2\n"))
    by_id = fitted(write("i.csv", "a,b,choice\n1,2,1\n3,2,3\n2,1,1\n"))
    mixed = fitted(write("m.csv", "a,b,choice\nx,y,second\nx,z,x\ny,z,tie\n"))
    assert {item["id"]: item["wins"] for item in mixed["items"]} == {"x": 1, "y": 1.5, "z": 0.5}
    assert {item["id"]: item["wins"] for item in by_place["items"]} == {"1": 1, "2": 0, "3": 2, "5": 0}
    assert {item["id"]: item["wins"] for item in by_id["items"]} == {"1": 2, "2": 0, "3": 1}


def test_ids_that_look_like_markup_are_printed_as_they_are(write: Callable[[str, str], str]) -> None:
    path = write("d.csv", "judge,winner,loser\n[/j],[red]a,[/]b\n[/j],[/]b,c\n")
    output = run("fit", path)[1]
    assert "[red]a" in output
    assert "[/j]" in output


def test_a_refused_fit_names_the_groups_and_fails(write: Callable[[str, str], str]) -> None:
    code, output = run("fit", write("d.csv", "winner,loser\na,b\nb,c\n"), "--mle")
    assert code != 0
    assert "groups of items cannot stand on one scale" in output
    assert "--ridge" in output


def test_separable_decisions_have_a_finite_scale_with_the_usual_fit(write: Callable[[str, str], str]) -> None:
    found = fitted(write("d.csv", "winner,loser\na,b\nb,c\na,c\n"))
    first, middle, last = (item["theta"] for item in found["items"])
    assert first == pytest.approx(-last)
    assert middle == pytest.approx(0, abs=1e-9)


def test_groups_of_items_are_counted(write: Callable[[str, str], str]) -> None:
    found = fitted(write("d.csv", "winner,loser\na,b\nc,d\nd,c\n"))
    assert found["components"] == {"compared": 2, "strongly_connected": 3}


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


def test_an_order_that_the_file_does_not_tell_is_not_made_up(write: Callable[[str, str], str]) -> None:
    rng = np.random.default_rng(3)
    pairs = [rng.permutation(12)[:2].tolist() for _ in range(300)]
    rows = [f"j{at % 5},e{max(pair):02},e{min(pair):02}" for at, pair in enumerate(pairs)]
    path = write("d.csv", "\n".join(["judge,winner,loser", *rows]))
    found = fitted(path)
    assert found["judge_is_informative"] is True
    assert found["order_effect"] is None
    assert found["swap_consistency"] is None
    assert found["order_known"] is False
    told = run("fit", path)[1]
    assert "Same winner in both orders\tthe file does not tell which was shown first" in told
    assert "Order effect, first shown (SE)\tthe file does not tell which was shown first" in told
    code, output = run("fit", path, "--order-effect")
    assert code == 3
    assert "do not say which item was shown first" in output


def test_an_order_that_is_told_but_never_turned_says_so(write: Callable[[str, str], str]) -> None:
    path = write("d.csv", "judge,a,b,choice\nj,x,y,a\nj,y,z,a\nj,z,x,b\n")
    assert fitted(path)["order_known"] is True
    told = run("fit", path)[1]
    assert "Same winner in both orders\tno pair was decided in both" in told


def test_the_keys_of_the_document_are_these(write: Callable[[str, str], str]) -> None:
    found = fitted(write("d.csv", "judge,a,b,choice\nj1,x,y,a\nj2,y,z,b\nj2,z,x,tie\nj1,y,x,a\n"), "--mle")
    assert set(found["items"][0]) == {"id", "n", "wins", "losses", "theta", "se", "outfit", "infit"}
    assert set(found["judges"][0]) == {"id", "n", "infit", "outfit"}
    assert set(found["order_effect"]) == {"estimate", "se", "likelihood_ratio", "p_value"}
    assert {"mean_r", "spearman_brown"} <= set(found["split_half"] or {"mean_r", "spearman_brown"})
    assert {"ssr", "separation", "deviance", "log_likelihood", "converged", "components"} <= set(found)
    assert found["converged"] is True


def test_the_amount_of_the_method_is_named(write: Callable[[str, str], str]) -> None:
    path = write("d.csv", CYCLE + "j2,a,c\nj1,b,a\n")
    chosen: tuple[list[str], ...] = ([], ["--ridge", "0.4"], ["--mle"], ["--eps", "0.3"], ["--eps", "0.5"])
    assert [(found["method"], found["amount"]) for found in (fitted(path, *words) for words in chosen)] == [
        ("ridge", 0.1),
        ("ridge", 0.4),
        ("mle", 0.0),
        ("eps", 0.3),
        ("eps", 0.5),
    ]


def test_reliability_stands_beside_its_companions_and_the_way_of_pairing() -> None:
    lines = run("fit", str(VOTES), "--pairing", "as recorded, not adaptive")[1].splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("Scale separation"))
    assert lines[at - 1] == "Pairs were chosen\tas recorded, not adaptive"
    companions = "\n".join(lines[at + 1 : at + 6])
    for name in ("Posterior-variance", "Split-half", "Same winner in both orders", "Judges foretell"):
        assert name in companions
    assert "not stated" in run("fit", str(VOTES))[1]


def test_the_deviance_is_that_of_the_model_without_order_and_the_likelihood_that_of_the_one_shown() -> None:
    plain, beside = fitted(str(VOTES), "--mle"), fitted(str(VOTES), "--mle", "--order-effect")
    assert beside["deviance"] == plain["deviance"]
    gain = 2 * (beside["log_likelihood"] - plain["log_likelihood"])
    assert gain == pytest.approx(plain["order_effect"]["likelihood_ratio"], abs=1e-6)


def test_two_panels_that_agree_on_most_pairs_have_their_differences_named(
    write: Callable[[str, str], str],
) -> None:
    one = write("1.csv", "winner,loser\na,b\nb,c\na,c\nc,d\nd,c\n")
    other = write("2.csv", "winner,loser\nb,a\nb,c\nb,c\na,c\nc,d\na,d\n")
    found = orjson.loads(run("agreement", one, other, "--json")[1])
    assert found["pairs"] == 4
    assert (found["same_winner"]["share"], found["same_winner"]["count"]) == (pytest.approx(2 / 3), 3)
    # From both sides: won-won 2, lost-lost 2, won-lost 1, lost-won 1, tied-won 1, tied-lost 1; by hand.
    observed, expected = (4 + 4 + 1 + 1) / 8, (6 + 8) / 8
    assert found["kappa"] == pytest.approx(1 - observed / expected)
    assert found["largest_pairs"][0] == {"item": "a", "against": "b", "first": 1.0, "second": 0.0}
    assert found["largest_pairs"][1] == {"item": "c", "against": "d", "first": 0.5, "second": 1.0}
    assert len(found["largest_pairs"]) == 2
    output = run("agreement", one, other)[1]
    assert "Pairs judged by both\t4" in output
    assert "Pairs of largest disagreement" in output


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
