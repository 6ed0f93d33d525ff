"""What a package can be used for: the checks that a run of each kind would go through, before anybody starts one.

Fed by the outline of a package; feeds its page.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from app.edge.access import Caller
from app.errors import InvalidInput
from app.runner.api.parts import Parts
from app.runner.assets.inventory import Inventory
from app.runner.runs import essays
from app.runner.runs.spec import Assets, Boundary, RunRequest
from app.runner.runs.states import Mode

PREFIX = "assets.package_id."


@dataclass(frozen=True)
class Use:
    """One kind of run, and what keeps this package from it."""

    mode: Mode
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Uses:
    """All kinds of runs, and what may surprise in any of them."""

    by_mode: tuple[Use, ...]
    notes: tuple[str, ...]


async def uses_of(parts: Parts, caller: Caller, package_id: str) -> Uses:
    """Return what a package of the caller can be used for; raises ``NotFound``."""
    async with parts.database.transaction() as connection:
        stock = await parts.outlines.of(connection, caller.owner, package_id)
    return Uses(tuple(Use(mode, _problems(mode, stock)) for mode in Mode), tuple(_notes(stock)))


def _problems(mode: Mode, stock: Inventory) -> tuple[str, ...]:
    """Return what a run in ``mode`` on the usual scale would be refused with."""
    wanted = RunRequest.model_construct(
        mode=mode,
        batch_label="any",
        assets=Assets(package_id="any"),
        boundary=Boundary.model_validate({}) if mode is Mode.BOUNDARY_TEST else None,
    )
    try:
        essays.check(wanted, stock)
    except InvalidInput as error:
        return tuple(
            f"{item.field.removeprefix(PREFIX)}: {item.message}" if item.field.startswith(PREFIX) else item.message
            for item in error.problems
        )
    return ()


def _notes(stock: Inventory) -> Iterator[str]:
    if not stock.of_kind("instructions"):
        yield "There is no task (a file …instruction….md): the judge will not know what the essays are about."
    if not stock.of_kind("rubric"):
        yield "There is no rubric in the package: a run uses the one that it names, or the engine's."
    unused = [file.path for file in stock.of_kind("other")]
    if unused:
        yield f"Not used, because the name or place says nothing: {', '.join(unused[:20])}."
    judged = [*stock.of_kind("anchor"), *stock.of_kind("student")]
    times = Counter(file.text_sha256 for file in judged)
    for digest in [digest for digest, number in times.items() if digest and number > 1]:
        same = [file.path for file in judged if file.text_sha256 == digest]
        yield f"The same text is there {len(same)} times: {', '.join(same[:10])}."
