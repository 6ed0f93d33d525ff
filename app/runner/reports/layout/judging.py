"""The section about the judge: what its own answers say of it. PURE.

Fed by the numbers of the judge; feeds ``whole``.
"""

from app.runner.reports.blocks import Block, Section, Table, Words
from app.runner.reports.shapes.judge import JudgeQuality, Length, OrderEffect, Reliability, Seconds
from app.runner.reports.wording import NOT_COMPUTED, money, number, percent, rate, seconds

READING = (
    "No reliability stands alone: separation (SSR) rises by itself where close pairs are chosen or one judge "
    "answers everything; the posterior ratio is near 0 for a coin; split halves need several judges. Intervals "
    "of shares take verdicts as independent and are too narrow for many verdicts on few essays. Longer essays "
    "are often better: only the excess over the experts' own preference is the judge's."
)


def judge_section(found: JudgeQuality | None) -> Section | None:
    """Return the section, None without a verdict."""
    if found is None:
        return None
    rows = [*_position(found), *_consistency(found), *_trust(found.reliability), *_answers(found)]
    blocks: list[Block] = [Table("Quality of the judge", ("Measure", "Value"), rows), Words(READING)]
    if len(found.judges) > 1:
        blocks.append(_judges(found))
    if found.confidence:
        blocks.append(_confidence(found))
    return Section("Judge quality", blocks)


def _position(found: JudgeQuality) -> list[tuple[str, str]]:
    return [
        ("Order effect (above 0: the first shown is favoured)", _order(found.order_effect)),
        ("First shown wins (50% is unbiased)", rate(found.first_pick, "verdicts", NOT_COMPUTED)),
        (
            "Same winner in both orders",
            rate(found.swap_consistency, "pairs", "not measured: no pair was decided in both orders"),
        ),
        *_length(found.length),
    ]


def _order(effect: OrderEffect | None) -> str:
    if effect is None:
        return "not estimable"
    p_value = "below 0.001" if effect.p_value < 0.001 else number(effect.p_value)
    return f"{effect.estimate:+.3f} logits (SE {number(effect.se)}, p {p_value}; odds {number(effect.odds, 2)})"


def _length(found: Length | None) -> list[tuple[str, str]]:
    if found is None:
        return [("Longer text wins", "not computed: lengths are not known, or all the same")]
    lines = [("Longer text wins", rate(found.longer_won, "verdicts", NOT_COMPUTED))]
    if found.excess is not None and found.experts is not None and found.judge_on_same is not None:
        shown = (
            f"{found.excess * 100:+.0f} percentage points (judge {percent(found.judge_on_same.share)}, "
            f"experts {percent(found.experts.share)} of {found.experts.count:.0f} verdicts on anchors)"
        )
        lines.append(("Preference for the longer beyond that of the experts", shown))
    return lines


def _consistency(found: JudgeQuality) -> list[tuple[str, str]]:
    triads = found.triads
    cycles = (
        "no triad was decided"
        if triads.share is None
        else (f"{triads.cyclic} of {triads.compared} ({percent(triads.share)}; a coin: 25%)")
    )
    lines = [("Cyclic triads", cycles)]
    if triads.consistence is not None:
        lines.append(("Kendall's zeta (1 is without cycles)", number(triads.consistence)))
    return lines


def _trust(found: Reliability) -> list[tuple[str, str]]:
    halves = found.split_half
    split = (
        f"not estimable: {found.no_split_half}"
        if halves is None
        else (
            f"{number(halves.spearman_brown)} (splits: {number(halves.low)} to {number(halves.high)}, "
            f"{halves.judges} judges)"
        )
    )
    foretells = {None: "not estimable", True: "yes", False: "not shown"}[found.judge_is_informative]
    return [
        (
            "Scale separation reliability (SSR)",
            f"{number(found.ssr)} (separation G {number(found.separation, 2)})",
        ),
        ("Posterior-variance reliability", number(found.posterior)),
        ("Split-half over judges", split),
        ("Scores foretell unseen verdicts better than a coin", foretells),
        ("Comparisons an essay, mean", number(found.comparisons_per_essay, 1)),
    ]


def _answers(found: JudgeQuality) -> list[tuple[str, str]]:
    invalid = found.invalid
    codes = ", ".join(f"{item.name} {item.count}" for item in invalid.by_code)
    failed = f"{invalid.failed} of {invalid.answers} ({percent(invalid.share)})"
    spent = found.spent
    return [
        ("Answers without a verdict", f"{failed}: {codes}" if codes else failed),
        ("The judge's own time", _time(found.answering)),
        ("From question to answer, with waiting", _time(found.waiting)),
        ("Cost", f"{money(spent.usd)}, {money(spent.usd_a_verdict)} a verdict"),
        ("Tokens", f"{spent.prompt_tokens} in, {spent.completion_tokens} out"),
        ("Mean confidence (1 a guess, 5 certain)", number(found.mean_confidence, 2)),
    ]


def _time(found: Seconds | None) -> str:
    if found is None:
        return "not told"
    return f"median {seconds(found.median)}, 90% below {seconds(found.p90)}, longest {seconds(found.longest)}"


def _confidence(found: JudgeQuality) -> Table:
    rows = [(number(item.confidence, 0), str(item.count), percent(item.with_scale)) for item in found.confidence]
    headings = ("Confidence", "Verdicts", "Agree with the final scores")
    return Table("Confidence of the judge and what it is worth", headings, rows, (1, 2))


def _judges(found: JudgeQuality) -> Table:
    headings = ("Judge", "Verdicts", "Failed", "Cost", "Infit", "Outfit", "Agrees with the others", "Influence")
    rows = [
        (
            line.judge,
            str(line.verdicts),
            str(line.failed),
            money(line.usd),
            number(line.infit, 2),
            number(line.outfit, 2),
            percent(line.left_out_agreement),
            number(line.influence, 2),
        )
        for line in found.judges
    ]
    return Table("Judges", headings, rows, (1, 2, 3, 4, 5, 6, 7))
