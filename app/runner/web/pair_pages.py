"""The pages of pairs: which essays met, who won, what the judge said; two essays beside each other.

Fed by ``pair_rows`` and ``essay_names``; feeds the browser.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app.errors import NotFound
from app.runner.runs import store
from app.runner.runs.spec import RunRequest
from app.runner.runs.store import Run
from app.runner.web import essay_names, pair_rows, pair_view, run_reads
from app.runner.web.essay_names import Essays
from app.runner.web.page import Pages
from app.runner.web.pair_rows import PairRow, Show, Wish

LARGEST = 2**31 - 1
ON_A_PAGE = 50
Shown = Annotated[Show, Query()]
OfEssay = Annotated[str, Query(max_length=64)]
After = Annotated[int, Query(ge=0, le=LARGEST)]


def routes(pages: Pages) -> APIRouter:
    """Return the pages."""
    router = APIRouter()
    _add_list(router, pages)
    _add_pair(router, pages)
    return router


def _add_list(router: APIRouter, pages: Pages) -> None:
    parts = pages.parts

    @router.get("/runs/{run_id}/pairs")
    async def pairs_page(
        run_id: str, request: Request, show: Shown = Show.ALL, essay: OfEssay = "", after: After = 0
    ) -> Response:
        async with parts.database.transaction() as connection:
            run = await store.get(connection, run_id)
        essays = await _essays(pages, run)
        wish = _wish(run, essays, show, essay)
        async with parts.database.transaction() as connection:
            found = await pair_rows.page(connection, wish, after=after, limit=ON_A_PAGE + 1)
            total = await pair_rows.count(connection, wish)
        return pages.show(
            request,
            "pairs.html",
            run=run,
            essays=essays,
            filters=pair_view.FILTERS,
            show=show,
            essay_id=wish.essay_id,
            lines=pair_view.pair_lines(found[:ON_A_PAGE], essays),
            total=total,
            note=_note(show, essays),
            first_page=after == 0,
            following=found[ON_A_PAGE - 1].number if len(found) > ON_A_PAGE else None,
            address=pair_view.address,
        )


def _add_pair(router: APIRouter, pages: Pages) -> None:
    parts = pages.parts

    @router.get("/runs/{run_id}/pairs/{number}")
    async def pair_page(
        run_id: str, number: int, request: Request, show: Shown = Show.ALL, essay: OfEssay = ""
    ) -> Response:
        async with parts.database.transaction() as connection:
            run = await store.get(connection, run_id)
        essays = await _essays(pages, run)
        wish = _wish(run, essays, show, essay)
        async with parts.database.transaction() as connection:
            answers = await pair_rows.numbered(connection, run_id, min(number, LARGEST))
            if not answers:
                raise NotFound(f"the run has no answer number {number}")
            before, after = await _around(connection, wish, answers[0]["sequence"])
            sides = []
            for one in pair_view.sides(answers, essays):
                text = await essay_names.text_of(connection, run.package_id, one)
                sides.append(pair_view.Side(one, text, pair_view.wins_of(answers, one.essay_id)))
        return pages.show(
            request,
            "pair.html",
            run=run,
            number=answers[0]["sequence"],
            sides=sides,
            answers=[pair_view.answer(row, essays) for row in answers],
            remarks=pair_view.remarks(pair_view.summed(answers), essays),
            previous=before,
            following=after,
            filters=pair_view.FILTERS,
            show=show,
            essay_id=wish.essay_id,
            address=pair_view.address,
        )


async def _essays(pages: Pages, run: Run) -> Essays:
    kept = await run_reads.kept_of(pages.parts, run)
    scale = RunRequest.model_validate(run.spec).grade_scale
    async with pages.parts.database.transaction() as connection:
        return await essay_names.of_run(connection, run.id, scale, [] if kept is None else kept.scores)


def _wish(run: Run, essays: Essays, show: Show, essay_id: str) -> Wish:
    return Wish(run.id, show, essay_id.replace("\x00", "") or None, essays.known())


def _note(show: Show, essays: Essays) -> str:
    if show is Show.AGAINST_SCORES and not essays.have_scores:
        return "There are no scores to hold verdicts against: they are there when the run ends."
    if show is Show.AGAINST_GRADES and not essays.have_grades:
        return "Experts graded none of these essays: there is nothing to hold verdicts against."
    return ""


async def _around(connection: AsyncConnection, wish: Wish, number: int) -> tuple[int | None, int | None]:
    """Return the pairs before and after a pair among those that are wanted."""
    before = await pair_rows.page(connection, wish, after=number, limit=1, backwards=True)
    after = await pair_rows.page(connection, wish, after=number, limit=1)
    return _number(before), _number(after)


def _number(found: Sequence[PairRow]) -> int | None:
    return found[0].number if found else None
