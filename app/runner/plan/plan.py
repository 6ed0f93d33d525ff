"""What a run would do: the checks of an accepted run, its essays, and what they lead to; nothing is written.

Fed by ``POST /v1/runs:plan``; asks the database for the package, cj for the assignment and the gateway for prices.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import fmean

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.contracts.cj_http import AssessmentInstructions
from app.db.unit import Database
from app.errors import AppError, InvalidInput, Misconfigured, NotFound, Unauthorized, Unavailable, UpstreamRefused
from app.runner.assets import store as packages
from app.runner.assets.inventory import AssetFile, Inventory
from app.runner.assets.store import Package
from app.runner.plan.costs import Costs, NoPrice, Price, Texts, costs_of
from app.runner.plan.expected import Expected, expected, judged_in
from app.runner.plan.prices_http import Prices
from app.runner.plan.spec import PlanRequest
from app.runner.plan.views import (
    PlannedComparisons,
    PlannedCost,
    PlannedInventory,
    PlannedJudge,
    PlannedPairs,
    PlannedTokens,
    PlanView,
)
from app.runner.prepare.assignments_http import Assignments
from app.runner.prepare.stages import PreflightFailed, check_assignment
from app.runner.runs import essays, labels
from app.runner.runs.spec import RunRequest
from app.runner.runs.states import Mode
from app.runner.tables import packages as package_rows

NOT_NOW = (Unavailable, Unauthorized, UpstreamRefused, Misconfigured)
"""What keeps cj from being asked says nothing about the request."""


@dataclass(frozen=True)
class Neighbours:
    """Whom a plan asks; None where the process has no way to them."""

    assignments: Assignments | None = None
    prices: Prices | None = None


NOBODY = Neighbours()


@dataclass(frozen=True)
class _Found:
    """What a plan is made of."""

    package: Package
    stock: Inventory
    assignment: AssessmentInstructions | None
    price: Price | NoPrice
    notes: Sequence[str]


async def plan(
    database: Database, neighbours: Neighbours, request: PlanRequest, owner: str, now: datetime
) -> PlanView:
    """Return what the run would do; raises what an ``execute`` would be refused with, before any effect."""
    label = _label(request, now)
    async with database.transaction() as connection:
        package, stock = await package_of(connection, request.assets.package_id, owner)
    essays.check(request, stock)
    assignment, notes = await assignment_of(neighbours.assignments, request)
    if neighbours.prices is None:
        price: Price | NoPrice = NoPrice("this service has no gateway to ask for prices")
    else:
        price = await neighbours.prices.of(request.llm.provider, request.llm.model)
    return _shown(request, label, _Found(package, stock, assignment, price, [*_about_the_mode(request), *notes]))


def _label(request: PlanRequest, now: datetime) -> str:
    try:
        return labels.dated(request.batch_label, now)
    except ValueError as error:
        raise InvalidInput.at("batch_label", str(error)) from error


async def package_of(connection: AsyncConnection, package_id: str, owner: str) -> tuple[Package, Inventory]:
    """Return a package of ``owner`` with its files; raises ``InvalidInput`` that names the field."""
    mine = select(package_rows.c.id).where(package_rows.c.id == package_id, package_rows.c.owner == owner)
    if (await connection.execute(mine)).one_or_none() is None:
        raise InvalidInput.at("assets.package_id", f"there is no asset package {package_id[:64]}")
    return await packages.get(connection, package_id), await packages.load(connection, package_id)


async def assignment_of(
    cj: Assignments | None, request: RunRequest
) -> tuple[AssessmentInstructions | None, list[str]]:
    """Return the assignment of the run, where it has one and cj answers; refuses what cj would not judge."""
    if request.assignment_id is None:
        return None, []
    if cj is None:
        return None, ["the assignment was not checked: this service has no cj to ask"]
    try:
        known = await cj.get(str(request.assignment_id))
        check_assignment(known, request)
    except (NotFound, PreflightFailed) as error:
        raise InvalidInput.at("assignment_id", error.detail) from error
    except NOT_NOW as error:
        return None, [f"the assignment was not checked: {_cause(error)}"]
    return known, []


def _cause(error: AppError) -> str:
    return "cj does not answer" if isinstance(error, Unavailable) else error.detail


def _about_the_mode(request: PlanRequest) -> list[str]:
    if request.mode is Mode.EXECUTE:
        return ["the assignment's anchors that are registered with cj already would be compared as well"]
    return ["the package's anchors would be compared among themselves; judging students needs an assignment_id"]


def _shown(request: PlanRequest, label: str, found: _Found) -> PlanView:
    anchors, students = found.stock.of_kind("anchor"), found.stock.of_kind("student")
    judged = [*anchors, *(students if request.mode is Mode.EXECUTE else [])]
    counts = expected(request, judged_in(request.mode, anchors=len(anchors), students=len(students)))
    costs = costs_of(request, _texts(request, found, judged), counts, found.price)
    design = request.design
    return PlanView(
        mode=request.mode,
        batch_label=label,
        inventory=_inventory(found.package, anchors, students, judged),
        pairs=PlannedPairs(
            policy=design.pairing,
            both_orders=design.both_orders,
            possible=counts.pairs_possible,
            listed=len(design.pairs) or None,
        ),
        comparisons=shown_comparisons(counts),
        judge=PlannedJudge(
            provider=request.llm.provider,
            model=found.price.model if isinstance(found.price, Price) else request.llm.model,
            batching_mode=design.batching_mode,
        ),
        cost=shown_cost(costs),
        notes=list(found.notes),
        request=request.model_dump(mode="json"),
    )


def _texts(request: PlanRequest, found: _Found, judged: Sequence[AssetFile]) -> Texts:
    task = next(iter(found.stock.of_kind("instructions")), None) if request.mode is not Mode.EXECUTE else None
    return Texts(
        [file.text or "" for file in judged],
        None if task is None else task.text,
        None if found.assignment is None else found.assignment.instructions_text,
    )


def _inventory(
    package: Package, anchors: Sequence[AssetFile], students: Sequence[AssetFile], judged: Sequence[AssetFile]
) -> PlannedInventory:
    lengths = [len(file.text or "") for file in judged]
    return PlannedInventory(
        package_id=package.id,
        name=package.name,
        sha256=package.sha256,
        anchors=len(anchors),
        students=len(students),
        judged=len(judged),
        grades=dict(sorted(Counter(file.grade or "?" for file in anchors).items())),
        characters_mean=round(fmean(lengths or [0]), 1),
        characters_longest=max(lengths, default=0),
    )


def shown_comparisons(counts: Expected) -> PlannedComparisons:
    """Return counts as a plan shows them."""
    return PlannedComparisons(
        at_least=counts.at_least,
        at_most=counts.at_most,
        per_wave=counts.per_wave,
        waves_at_most=counts.waves_at_most,
        reason=counts.reason,
    )


def shown_cost(costs: Costs) -> PlannedCost:
    """Return costs as a plan shows them."""
    return PlannedCost(
        known=costs.reason is None,
        usd_per_comparison=costs.usd_per_comparison,
        usd_expected=costs.usd_expected,
        usd_at_most=costs.usd_at_most,
        tokens_usual=PlannedTokens(**asdict(costs.usual)),
        tokens_at_most=PlannedTokens(**asdict(costs.most)),
        reason=costs.reason,
        assumptions=list(costs.assumptions),
    )
