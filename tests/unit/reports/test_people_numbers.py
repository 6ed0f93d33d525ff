"""People and a run held against each other: numbers by hand, full agreement, hostile names."""

import csv
import io
from collections.abc import Sequence

import pytest

from app.runner.human.matching import known_essays
from app.runner.human.reading import Content, ReadAs, read
from app.runner.human.sheets import sheet_of
from app.runner.reports.html.render import to_html
from app.runner.reports.layout.agreeing import agreement_layout
from app.runner.reports.md import to_markdown
from app.runner.reports.numbers.judged import JudgedRun
from app.runner.reports.numbers.people import How, Laid, agreement, lay_out
from app.runner.reports.people_csv import pairs_csv
from app.runner.reports.shapes.people import RunAgreement
from tests.unit.judged_runs import BEST_FIRST, GRADES, essays_of, judged_run, round_robin

BEST = round_robin(BEST_FIRST)
Row = tuple[str, str, str]


def content(rows: Sequence[Row], **how: bool) -> Content:
    """Return the verdicts of rows (judge, winner, loser)."""
    body = "judge,winner,loser\n" + "".join(f"{','.join(row)}\n" for row in rows)
    return read(sheet_of(body.encode(), 1000), ReadAs(**how))


def laid_out(run: JudgedRun, *contents: Content, grades: dict[str, str] = GRADES) -> Laid:
    known = known_essays(essays_of(grades, run.run_id), None)
    return lay_out(run, {f"hv_{place}": one for place, one in enumerate(contents)}, known)


def agreed(laid: Laid) -> RunAgreement:
    return agreement(laid, {}, How(draws=200))


def test_people_who_say_what_the_run_says_agree_in_everything() -> None:
    rows = [(judge, *pair) for judge in ("x", "y") for pair in BEST]
    found = agreed(laid_out(judged_run("a", BEST), content(rows)))
    own = found.agreement
    assert own.raw is not None
    assert (own.raw.share, own.raw.count) == (1.0, 15.0)
    assert [one and one.value for one in (own.kappa, own.alpha, own.alpha_people)] == [1.0, 1.0, 1.0]
    assert (found.disputes_total, found.disputes) == (0, ())
    assert found.scales is not None
    assert found.scales.tau_b == pytest.approx(1.0)


def test_shares_and_coefficients_are_those_that_a_hand_computes() -> None:
    rows = [
        ("x", "ant", "bee"),
        ("y", "ant", "bee"),
        ("x", "cat", "bee"),
        ("y", "bee", "cat"),
        ("x", "fox", "eel"),
    ]
    found = agreed(laid_out(judged_run("a", BEST), content(rows)))
    own = found.agreement
    # Pairs: ant-bee agrees, bee-cat is tied by people, eel-fox disagrees.
    assert (own.pairs, own.tied_by_people, own.tied_by_run) == (3, 1, 0)
    assert own.raw is not None
    assert (own.raw.share, own.raw.count) == (0.5, 2.0)
    # Single verdicts with the run: ant, ant, bee of five.
    assert own.verdicts is not None
    assert own.verdicts.share == pytest.approx(3 / 5)
    # Kappa: 1 - (0 + 1 + 4) / ((1 + 1) + (0 + 1) + (1 + 1)).
    assert own.kappa is not None
    assert own.kappa.value == pytest.approx(1 - 5 / 5)
    # Alpha of people: n = 4 values, observed 2 * (0 + 4) / 4, expected 4 * 4 / 7.
    assert own.alpha_people is not None
    assert own.alpha_people.value == pytest.approx(1 - 2 / (16 / 7))
    assert (own.alpha_people.low, own.alpha_people.count) == (None, 2)
    [dispute] = found.disputes
    assert (dispute.first.name, dispute.second.name, dispute.experts) == ("fox", "eel", "second")
    assert dispute.judges_for_first == ("judge_1",)
    assert [(row.judge, row.pairs) for row in found.by_judge] == [("judge_1", 3), ("judge_2", 2)]
    assert [(row.distance, row.pairs) for row in found.by_distance] == [(1, 2), (3, 1)]


def test_names_of_people_stay_only_where_they_are_asked_for() -> None:
    rows = [("Anna", "ant", "bee"), ("Bo", "ant", "bee"), ("Anna", "cat", "bee")]
    assert content(rows).judges == ["judge_1", "judge_2"]
    assert content(rows, keep_judge_names=True).judges == ["Anna", "Bo"]


def test_a_name_of_two_essays_stands_for_none_and_case_matters_only_there() -> None:
    grades = {"ant": "A", "ANT": "B", "bee": "C+"}
    known = known_essays(essays_of(grades, "r"), None)
    assert (known.find("ant"), known.find("ANT")) == ("ant_r", None)
    assert (known.find("Ant"), known.find("Bee.TXT")) == (None, "bee_r")


def test_hostile_names_are_text_in_every_form() -> None:
    evil = '=HYPERLINK("http://x")<img src=x onerror=alert(1)>'
    grades = {evil: "A", "bee": "B", "cat": "C+"}
    run = judged_run("a", round_robin(list(grades)), grades)
    rows = [("@admin <b>", "bee", "cat"), ("@admin <b>", "cat", "bee")]
    body = "judge,a,b,choice\n" + f'"<i>@all","{evil.replace(chr(34), chr(34) * 2)}",bee,b\n'
    files = [content(rows, keep_judge_names=True), read(sheet_of(body.encode(), 9), ReadAs(keep_judge_names=True))]
    laid = laid_out(run, *files, grades=grades)
    layout = agreement_layout(agreed(laid))
    page, text = to_html(layout), to_markdown(layout)
    assert "<img" not in page
    assert "<i>@all" not in page
    assert "&lt;i&gt;@all" in page
    assert "@all" not in text
    table = list(csv.reader(io.StringIO(pairs_csv(laid).decode())))
    assert [cell for row in table for cell in row if cell.startswith("=")] == []
    assert any(cell == f"'{evil}" for row in table for cell in row)


def test_verdicts_on_pairs_that_the_run_did_not_judge_are_counted_apart() -> None:
    run = judged_run("a", [("ant", "bee"), ("bee", "cat"), ("ant", "cat")])
    found = agreed(laid_out(run, content([("x", "ant", "bee"), ("x", "dog", "eel"), ("x", "nobody", "eel")])))
    assert (found.counts.pairs, found.counts.not_judged_by_run, found.counts.unmatched) == (2, 1, 1)
    assert [one.name for one in found.unmatched] == ["nobody"]
    assert found.no_scales == "fewer than three items were compared by both judges"
