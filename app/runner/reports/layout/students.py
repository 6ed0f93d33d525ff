"""The sections about students: grades with probabilities, the ruler, where the grades lie. PURE.

Fed by the numbers of a report; feeds ``whole``.
"""

from app.runner.reports.blocks import Block, Figure, Section, Table, Words
from app.runner.reports.plots.scores import Edge, Point, ruler
from app.runner.reports.shapes.document import Report
from app.runner.reports.shapes.students import StudentLine, Students
from app.runner.reports.wording import NOT_COMPUTED, interval, number, percent, rank

READING = (
    "Probability is the engine's own for the grade, given the scores of the anchors; the next grade is the second "
    "most probable. Confidence is its label: HIGH, MID or LOW. A grade with a probability below 50% is one of "
    "several that are likely. Rank is among students; wins are of all comparisons of the essay."
)


def student_sections(report: Report) -> list[Section]:
    """Return the sections, none for a report without students."""
    found = report.students
    if found is None:
        return []
    blocks: list[Block] = []
    if found.no_grades_because:
        blocks.append(Words(f"There are no grades: {found.no_grades_because}."))
    headings = (
        "Essay",
        "Grade",
        "Probability",
        "Next",
        "Confidence",
        "Score",
        "SE",
        "95% interval",
        "Rank",
        "Wins",
    )
    rows = [_student(line) for line in found.lines]
    blocks += [Table("Students, best first", headings, rows, (2, 5, 6, 8, 9)), Words(READING)]
    return [Section("Students' grades", blocks), _ruler_section(report, found)]


def _student(line: StudentLine) -> tuple[str, ...]:
    other = line.next_best
    return (
        line.name,
        line.grade or "none",
        "none" if line.probability is None else percent(line.probability),
        "none" if other is None else f"{other.grade} {percent(other.probability)}",
        line.confidence or "none",
        number(line.score),
        number(line.standard_error, 2),
        interval(line.low, line.high),
        rank(line.rank, tied=line.tied),
        f"{line.wins}/{line.wins + line.losses}",
    )


def _ruler_section(report: Report, found: Students) -> Section:
    anchors = [
        Point(line.name, line.grade or "?", line.score, line.low, line.high, "anchor")
        for line in report.alignment.anchors
    ]
    mine = [
        Point(line.name, line.grade or "?", line.score, line.low, line.high, "student") for line in found.lines
    ]
    edges = [Edge(band.grade, band.begins) for band in found.bands if band.begins is not None]
    caption = "Students (round) placed among the anchors (square), with 95% intervals"
    lines = "; the vertical lines are where the grades begin" if edges else ""
    blocks: list[Block] = [Figure(caption + lines, lambda: ruler(anchors, mine, edges))]
    if found.bands:
        rows = [
            (
                band.grade,
                "lowest grade" if band.begins is None else number(band.begins, 2),
                NOT_COMPUTED if band.centre is None else number(band.centre, 2),
            )
            for band in reversed(found.bands)
        ]
        blocks.append(Table("Where the grades lie, in logits", ("Grade", "Begins at", "Centre"), rows, (1, 2)))
    else:
        blocks.append(Words("Where the grades begin is not known: it comes with the engine's rich result."))
    if any(line.chances for line in found.lines):
        blocks.append(_chances(found))
    return Section("Anchor ruler", blocks)


def _chances(found: Students) -> Table:
    grades = list(dict.fromkeys(chance.grade for line in found.lines for chance in line.chances))
    ranked = [band.grade for band in reversed(found.bands)]
    grades.sort(key=lambda grade: ranked.index(grade) if grade in ranked else len(ranked))
    rows = []
    for line in found.lines:
        shares = {chance.grade: chance.probability for chance in line.chances}
        rows.append((line.name, *(percent(shares[grade]) if grade in shares else "" for grade in grades)))
    columns = tuple(range(1, len(grades) + 1))
    return Table("Probability of each grade", ("Essay", *grades), rows, columns, folded=True)
