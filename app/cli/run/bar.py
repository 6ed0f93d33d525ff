"""How far a run is: a live bar for people, plain lines for logs, both on standard error.

Fed by ``follow``; what it shows of numbers stands in ``words``. PURE but for the drawing.
"""

import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from app.cli import terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Drawn
    from rich.progress import TaskID

    from cj_runner_client.models import Progress

LINE_EVERY_S = 5.0
WHOLE_BAR = 100
"""On a narrower screen the numbers stand without the bar, so that none of them is cut off."""


class Meter(Protocol):
    """Shows how far a run is, between entering and leaving."""

    def show(self, progress: "Progress") -> None:
        """Show the latest."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def words(progress: "Progress") -> str:
    """Return wave, money and time left, as far as they are known."""
    said = []
    if progress.wave:
        said.append(f"wave {progress.wave}")
    if progress.comparisons.failed:
        said.append(f"{progress.comparisons.failed} failed")
    said.append(f"{progress.cost_usd:.4f} USD")
    if progress.eta_s is not None:
        said.append(f"about {clock(progress.eta_s)} left")
    return ", ".join(said)


def clock(seconds: float) -> str:
    """Return seconds as minutes and seconds, or hours and minutes."""
    whole = max(0, round(seconds))
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


class Lines:
    """A line when the stage changes, and from time to time between."""

    def __init__(self) -> None:
        self._stage, self._told_at = "", 0.0

    def show(self, progress: "Progress") -> None:
        """Print a line if there is reason to."""
        now = time.monotonic()
        if progress.stage == self._stage and now - self._told_at < LINE_EVERY_S:
            return
        self._stage, self._told_at = progress.stage, now
        total = "" if progress.comparisons.total is None else f" of {progress.comparisons.total}"
        terminal.note(f"{progress.stage}: {progress.comparisons.received}{total} comparisons, {words(progress)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Bar:
    """A bar that moves; it is taken away while the user is asked something."""

    def __init__(self) -> None:
        self._drawn: Drawn | None = None
        self._task: TaskID | None = None

    def show(self, progress: "Progress") -> None:
        """Move the bar."""
        if self._drawn is None or self._task is None:
            return
        done = progress.comparisons
        self._drawn.update(
            self._task,
            description=str(progress.stage),
            total=done.total,
            completed=done.received,
            refresh=True,
            said=words(progress),
            count=f"{done.received}/{done.total}" if done.total is not None else str(done.received),
        )

    def __enter__(self) -> Self:
        from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

        screen = terminal.console(err=True)
        state = TextColumn("{task.description}", markup=False)
        columns: tuple[ProgressColumn, ...] = (
            SpinnerColumn(),
            state,
            BarColumn(bar_width=24),
            TextColumn("{task.fields[count]} comparisons", markup=False),
            TextColumn("{task.fields[said]}", markup=False),
            TimeElapsedColumn(),
        )
        if screen.width < WHOLE_BAR:
            columns = (state, TextColumn("{task.fields[count]}, {task.fields[said]}", markup=False))
        self._drawn = Progress(*columns, console=screen)
        self._drawn.start()
        self._task = self._drawn.add_task("waiting", total=None, said="", count="0")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn is not None:
            with suppress(KeyboardInterrupt):
                self._drawn.stop()
        self._drawn = None


def meter(*, is_live: bool) -> Meter:
    """Return what shows how far a run is."""
    return Bar() if is_live else Lines()
