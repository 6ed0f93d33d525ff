"""The document of ``cj-runner extract`` as text for people: six sections, nothing cut. PURE."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.cli.engine.extract import Document, succeeded
from app.telemetry.printable import printable


def as_text(document: Document) -> str:
    """Return header, state, comparisons, ranking, grades and summary."""
    sections = [
        _header(document["batch_info"]),
        _state(document),
        _comparisons(document["comparisons"]),
        _ranking(document),
        _grades(document["grade_projections"]),
        _summary(document),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def columns(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a plain table; nothing is cut, so that ids can be copied."""
    cells = [list(headings), *([printable(str(value)) for value in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(headings))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    ]


def _title(text: str) -> list[str]:
    return [text, "=" * len(text)]


def _named(facts: Mapping[str, object]) -> list[str]:
    width = max(len(name) for name in facts) + 1
    return [f"{name + ':':<{width}} {_shown(value)}" for name, value in facts.items()]


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return f"{value:.4f}" if isinstance(value, float) else printable(str(value))


def _header(info: Mapping[str, Any]) -> list[str]:
    facts = {
        "CJ batch id": info["id"],
        "BOS batch id": info["bos_batch_id"],
        "Correlation id": info["event_correlation_id"],
        "Status": info["status"],
        "Stopped because of": info["processing_metadata"]["stop_reason"],
        "Course": info["course_code"],
        "Language": info["language"],
        "Assignment": info["assignment_id"],
        "Essays": info["expected_essay_count"],
        "Created": info["created_at"],
        "Completed": info["completed_at"],
    }
    if info["processing_metadata"]["detail"]:
        facts["Detail"] = info["processing_metadata"]["detail"]
    return [*_title(f"CJ batch {info['bos_batch_id']}"), *_named(facts)]


def _state(document: Document) -> list[str]:
    state = document["batch_state"]
    facts = {
        "State": state["state"],
        "Budget": state["total_budget"],
        "Asked": state["total_comparisons"],
        "Sent": state["submitted_comparisons"],
        "Succeeded": state["completed_comparisons"],
        "Failed": state["failed_comparisons"],
        "Wave": state["current_iteration"],
        "All pairs (nC2)": document["batch_info"]["processing_metadata"]["max_possible_pairs"],
        "Pairs with a verdict": document["batch_info"]["processing_metadata"]["successful_pairs_count"],
    }
    return [*_title("Batch state"), *_named(facts)]


def _comparisons(comparisons: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = _title("Pairwise comparisons")
    for item in comparisons:
        confidence = "" if item["confidence"] is None else f", confidence {item['confidence']:g} of 5"
        verdict = item["winner"] or "no answer yet"
        code = f" ({item['error_code']})" if item["error_code"] else ""
        lines.append(
            f"{item['id']:>5}  A {item['essay_a_els_id']}  B {item['essay_b_els_id']}: {verdict}{code}{confidence}"
        )
        lines.append(f"       {item['request_correlation_id']}, answered {_shown(item['completed_at'])}")
        lines.extend(f"       | {line}" for line in (item["justification"] or "").splitlines())
    return lines if comparisons else [*lines, "none"]


def _ranking(document: Document) -> list[str]:
    rows = []
    for rank, item in enumerate(document["bradley_terry_stats"], start=1):
        tally = document["wins_losses"][item["els_essay_id"]]
        known = item["processing_metadata"].get("known_grade") or ""
        scores = (_shown(item["current_bt_score"]), _shown(item["current_bt_se"]))
        anchor = "yes" if item["is_anchor"] else "no"
        rank_shown = rank if item["current_bt_score"] is not None else "-"
        counts = (tally["wins"], tally["losses"], tally["total"])
        rows.append((rank_shown, item["els_essay_id"], *scores, *counts, anchor, known))
    headings = ("Rank", "Essay id", "BT score", "SE", "Wins", "Losses", "Total", "Anchor", "Known grade")
    return [*_title("Bradley-Terry ranking"), *columns(headings, rows)]


def _grades(grades: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        (
            item["els_essay_id"],
            item["primary_grade"],
            item["confidence_label"],
            _shown(item["confidence_score"]),
            _shown(item["normalized_score"]),
            item["grade_scale"],
        )
        for item in grades
    ]
    headings = ("Essay id", "Grade", "Confidence", "Confidence score", "Normalized score", "Scale")
    return [*_title("Students' grade projections"), *(columns(headings, rows) if rows else ["none"])]


def _summary(document: Document) -> list[str]:
    essays, comparisons = document["bradley_terry_stats"], document["comparisons"]
    anchors = sum(item["is_anchor"] for item in essays)
    good = sum(succeeded(item) for item in comparisons)
    failed = sum(item["winner"] == "error" for item in comparisons)
    facts = {
        "Essays": f"{len(essays)} ({len(essays) - anchors} students, {anchors} anchors)",
        "Comparisons": len(comparisons),
        "Successful": good,
        "Failed": failed,
        "Without an answer": len(comparisons) - good - failed,
        "Grade projections": len(document["grade_projections"]),
    }
    return [*_title("Summary"), *_named(facts)]
