"""Runs as a resource, without a database: labels, cursors, counts, versions, how a cancelled run ends."""

import base64
import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.runner.api.negotiate import Shown, has
from app.runner.finish.readiness import Outcome, Wait, withdrawn
from app.runner.prepare.compose import metadata
from app.runner.runs import cursor, labels
from app.runner.runs.cursor import Place
from app.runner.runs.essays import RunEssay
from app.runner.runs.idempotency import fingerprint
from app.runner.runs.listing import Wanted
from app.runner.runs.progress import Counts, asked_at_least, remaining_s, whole
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode, RunState
from app.runner.runs.store import Run
from tests.unit.test_run_end import GRACE, NOW, seen

MOMENTS = st.integers(0, 10**17).map(lambda past: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=past))
COUNTS = st.integers(0, 50)


@pytest.mark.parametrize(
    ("template", "label"),
    [("plain", "plain"), (" %Y-%m-%d ", "2026-01-02"), ("100%%", "100%"), ("set {n}/{n} %H", "set {n}/{n} 03")],
)
def test_dates_are_filled_in_and_the_number_is_left_for_later(template: str, label: str) -> None:
    assert labels.dated(labels.check_template(template), NOW) == label


@pytest.mark.parametrize("template", ["", "  ", "%", "%E", "a %", "%-d", "{}", "{x}", "{n} {m}", "%\n"])
def test_a_label_that_cannot_expand_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"blank|strftime|unknown"):
        labels.check_template(template)


def test_a_label_that_grows_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 255"):
        labels.dated("%A" * 60, NOW)


@given(st.text(max_size=60))
def test_whatever_is_written_as_a_label_is_refused_or_expands_to_something(template: str) -> None:
    try:
        label = labels.dated(labels.check_template(template), NOW)
    except ValueError:
        return
    assert labels.numbered(label, 7).strip()


@given(MOMENTS, st.text(max_size=40).filter(str.isprintable), st.text(max_size=40))
def test_a_cursor_leads_back_to_its_place(at: datetime, run_id: str, query: str) -> None:
    place = Place(at, run_id)
    assert cursor.read(cursor.written(place, query), query) == place


@given(st.text(max_size=80))
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        cursor.read(text, "query")


def test_a_cursor_of_another_list_or_with_another_place_is_refused() -> None:
    good = cursor.written(Place(NOW, "run_1"), Wanted("local", status=("failed",)).described())
    with pytest.raises(InvalidInput):
        cursor.read(good, Wanted("local").described())
    facts = json.loads(base64.urlsafe_b64decode(good + "=="))
    for place, value in ((0, 2), (1, 10**40), (1, "now"), (2, 7), (2, "run_2"), (3, None)):
        changed = list(facts)
        changed[place] = value
        forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
        with pytest.raises(InvalidInput):
            cursor.read(forged, Wanted("local", status=("failed",)).described())
    assert Wanted("local", status=("a", "b")).described() == Wanted("local", status=("b", "a")).described()


@given(COUNTS, COUNTS, st.integers(0, 10**9), st.none() | st.integers(2, 60))
def test_asked_never_falls_and_covers_every_answer(
    known: int, answered: int, told: int, total: int | None
) -> None:
    asked = asked_at_least(known, answered, told, total)
    assert asked >= max(known, answered)
    assert asked <= max(known, answered, 10_000_000 if total is None else total)


@pytest.mark.parametrize(("text", "number"), [(None, 0), ("7", 7), ("-1", 0), ("1.5", 0), ("٣", 0), ("9" * 10, 0)])
def test_a_number_of_a_stranger_is_a_count_or_nothing(text: str | None, number: int) -> None:
    assert whole(text) == number


def test_the_time_left_is_known_once_there_is_a_pace() -> None:
    later = NOW + timedelta(seconds=10)
    assert remaining_s(Counts(5, 5, 1, 0, 20), NOW, later) == 30.0
    assert remaining_s(Counts(25, 25, 1, 0, 20), NOW, later) == 0.0
    for counts, began in (
        (Counts(5, 5, 1, 0, None), NOW),
        (Counts(2, 2, 0, 0, 20), NOW),
        (Counts(5, 5, 0, 0, 9), later),
    ):
        assert remaining_s(counts, began, later) is None


def test_a_version_is_named_by_what_is_shown() -> None:
    one, other = Shown(b"{}"), Shown(b"{ }")
    assert one.tag != other.tag
    assert has(f'"x", W/{one.tag}', one.tag)
    assert has("*", one.tag)
    assert not has(other.tag, one.tag)
    assert not has(None, one.tag)


def test_the_spelling_of_a_body_does_not_make_it_another_request() -> None:
    spellings = (b'{"a":1,"b":[2]}', b'{ "b": [2], "a": 1 }')
    assert len({fingerprint("POST", "/v1/runs", body) for body in spellings}) == 1
    others = [("POST", "/v1/runs", b'{"a":1,"b":[3]}'), ("POST", "/v1/x", spellings[0]), ("PUT", "/v1/runs", b"{")]
    assert len({fingerprint(*request) for request in [("POST", "/v1/runs", spellings[0]), *others]}) == 4


def test_a_cancelled_run_waits_for_its_last_verdicts_and_no_longer() -> None:
    assert withdrawn(seen(), None, NOW, GRACE) is None
    assert withdrawn(seen(expected=None), NOW, NOW, GRACE) == Wait(NOW + GRACE)
    for facts, now in (({"expected": 10}, NOW), ({"expected": None}, NOW + GRACE)):
        end = withdrawn(seen(**facts), NOW, now, GRACE)
        assert isinstance(end, Outcome)
        assert end.state is RunState.CANCELLED


def request(**changes: Any) -> RunRequest:
    body = {"mode": "anchor-align-test", "batch_label": "x", "assets": {"package_id": "pkg_1"}}
    return RunRequest.model_validate(body | changes)


@pytest.mark.parametrize(
    ("design", "rule"),
    [
        ({}, "stability"),
        ({"stop_rule": "cap"}, "cap"),
        ({"stop_rule": "precision", "stop": {"target_mean_se": 0.3}}, "precision"),
        ({"stop": {"target_mean_se": 0.3}}, "precision"),
        ({"stop": {"rule": "cap", "min_comparisons": 5}}, "cap"),
    ],
)
def test_the_stop_rule_is_understood_in_its_old_and_its_new_place(design: dict[str, Any], rule: str) -> None:
    found = request(design=design)
    assert found.design.stop.rule == rule
    assert RunRequest.model_validate(found.model_dump(mode="json")) == found


def test_the_engine_is_sent_what_was_asked_for_and_nothing_else() -> None:
    usual = {"runner_mode": "anchor-align-test", "batch_label": "x", "run_id": "run_1", "seed": 0}
    assert metadata(run(), request(), []) == usual | {"stop_rule": "stability"}
    wishes = request(
        budget={"max_comparisons": 40, "max_cost_usd": 1.5},
        design={
            "seed": 5,
            "pairing": "nearest",
            "both_orders": True,
            "batching_mode": "serial_bundle",
            "stop": {"min_comparisons": 10, "target_mean_se": 0.3},
        },
    )
    assert metadata(run(), wishes, []) == usual | {
        "seed": 5,
        "stop_rule": "precision",
        "stop": {"min_comparisons": 10, "target_mean_se": 0.3},
        "design": {"policy": "nearest", "both_orders": True},
        "max_comparisons": 40,
        "max_cost_usd": 1.5,
        "llm_batching_mode_hint": "serial_bundle",
    }


def test_wanted_pairs_travel_under_the_ids_of_the_run() -> None:
    essays = [essay("one", "id-1"), essay("two", "id-2")]
    wishes = request(design={"pairs": [{"a": "two", "b": "anchor_essays/one.txt", "times": 2}]})
    assert metadata(run(), wishes, essays)["design"] == {
        "policy": "pre_specified",
        "specified": [{"a": "id-2", "b": "id-1", "times": 2}],
    }


def essay(stem: str, essay_id: str) -> RunEssay:
    name = f"{stem}.txt"
    return RunEssay(essay_id, 0, "anchor", stem, stem, name, f"anchor_essays/{name}", "", "", "A", None)


def run() -> Run:
    facts: dict[str, Any] = dict.fromkeys((field.name for field in fields(Run)), None)
    return Run(**facts | {"id": "run_1", "mode": Mode.ANCHOR_ALIGN_TEST, "batch_label": "x"})
