"""Reliability and error wave by wave as two small plots in one. PURE.

Fed by the waves of a report; feeds the HTML report.
"""

from collections.abc import Callable, Sequence

from app.runner.reports.plots.canvas import WIDTH, Axis, drawing, element, hint, text
from app.runner.reports.shapes.course import Wave, Waves
from app.runner.reports.wording import number

HEIGHT, TOP, FOOT = 190.0, 30.0, 46.0
LEFT, GAP = 54.0, 70.0


def wave_plot(waves: Waves, name: str = "waves") -> str:
    """Return separation and posterior reliability on the left, the mean standard error on the right."""
    half = (WIDTH - LEFT - GAP - 20.0) / 2
    last = waves.waves[-1]
    told = (
        f"After {last.verdicts} verdicts: separation reliability {number(last.ssr)}, posterior reliability "
        f"{number(last.posterior)}, mean standard error {number(last.mean_se)} logits. "
        "All numbers stand in the table."
    )
    reliabilities = [
        ("ssr", "separation (SSR), not below 0", lambda wave: None if wave.ssr is None else max(0.0, wave.ssr)),
        ("posterior", "posterior", lambda wave: wave.posterior),
    ]
    parts = _panel(waves.waves, (LEFT, half), "reliability", reliabilities, within=(0.0, 1.0))
    errors = [("error", "mean SE, logits", lambda wave: wave.mean_se)]
    parts += _panel(waves.waves, (LEFT + half + GAP, half), "error", errors, within=None)
    return drawing(name, (WIDTH, TOP + HEIGHT + FOOT), ("Reliability as verdicts came in", told), parts)


Line = tuple[str, str, Callable[[Wave], float | None]]


def _panel(
    waves: Sequence[Wave],
    place: tuple[float, float],
    title: str,
    lines: Sequence[Line],
    *,
    within: tuple[float, float] | None,
) -> list[str]:
    left, width = place
    across = Axis([0.0, *(float(wave.verdicts) for wave in waves)], left, left + width)
    shown = [[(wave.verdicts, value) for wave in waves if (value := of(wave)) is not None] for _, _, of in lines]
    values = [value for line in shown for _, value in line]
    up = Axis([*(within or (0.0,)), *values], TOP + HEIGHT, TOP)
    parts = [_rule(up, value, left, width) for value in up.ticks]
    foot = TOP + HEIGHT
    parts += [
        text(across.at(value), foot + 16, across.label(value), class_="tick", text_anchor="middle")
        for value in across.ticks
    ]
    parts.append(text(left + width / 2, foot + 36, "verdicts so far", class_="name", text_anchor="middle"))
    legend = left
    for (style, label, _), line in zip(lines, shown, strict=True):
        if line:
            parts += _line(style, [(across.at(x), up.at(y), f"{label} {number(y)} after {x}") for x, y in line])
            parts.append(element("line", x1=legend, y1=12, x2=legend + 22, y2=12, class_=f"line {style}"))
            parts.append(text(legend + 28, 16, label, class_="tick"))
            legend += 40 + 7.2 * len(label)
    return [element("g", "".join(parts), class_=title)]


def _rule(up: Axis, value: float, left: float, width: float) -> str:
    y = up.at(value)
    line = element("line", x1=left, y1=y, x2=left + width, y2=y, class_="zero" if value == 0 else "grid")
    return line + text(left - 6, y + 4, up.label(value), class_="tick", text_anchor="end")


def _line(style: str, points: Sequence[tuple[float, float, str]]) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    parts = [element("polyline", points=path, class_=f"line {style}")]
    for x, y, told in points:
        parts.append(element("g", hint(told) + element("circle", cx=x, cy=y, r=3.2, class_=f"dot {style}")))
    return parts
