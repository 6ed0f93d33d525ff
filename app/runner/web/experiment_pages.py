"""The pages of experiments: their list, and one with its grid that fills as its runs end.

Fed by the reading of the API; feeds the browser. The script of the page follows the experiment's events and
fetches the page again.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.edge.access import Known
from app.runner.api import experiment_reading as reading
from app.runner.api.experiment_views import experiment_view, summary
from app.runner.experiments import cells, conclude, listing, matrix
from app.runner.experiments.listing import Wanted
from app.runner.runs import cursor as cursors
from app.runner.web import experiment_view as views
from app.runner.web.experiment_actions import ACTIONS
from app.runner.web.page import Pages
from app.runner.web.run_view import lines

ON_A_PAGE = 50
EVENTS_SHOWN = 100
Cursor = Annotated[str | None, Query(max_length=cursors.LONGEST)]


def routes(pages: Pages) -> APIRouter:
    """Return the pages."""
    router = APIRouter()
    parts = pages.parts

    @router.get("/experiments")
    async def list_page(request: Request, caller: Known, cursor: Cursor = None) -> Response:
        async with parts.database.transaction() as connection:
            page = await listing.page(connection, Wanted(caller.owner), cursor, ON_A_PAGE)
            ids = [one.id for one in page.experiments]
            counts, costs = await cells.by_state(connection, ids), await cells.cost_so_far(connection, ids)
        items = [summary(one, counts[one.id], costs[one.id]) for one in page.experiments]
        return pages.show(
            request,
            "experiments.html",
            experiments=items,
            states=views.STATES,
            following=page.following,
            cursor=cursor,
        )

    @router.get("/experiments/{experiment_id}")
    async def one_page(experiment_id: str, request: Request) -> Response:
        found = await reading.seen(parts, experiment_id)
        async with parts.database.transaction() as connection:
            events = await listing.events_of(connection, experiment_id)
        view, wanted = experiment_view(found), found.experiment.request
        said = conclude.concluded(matrix.settings_of(wanted), found.cells, wanted.criterion)
        return pages.show(
            request,
            "experiment.html",
            experiment=view,
            is_over=found.experiment.is_over,
            grid=views.grid(view, said),
            said=said,
            criterion=views.MEASURE_NAMES[wanted.criterion],
            plot=views.frontier_plot(view, said),
            names={one.number: views.called(one) for one in view.settings},
            states=views.STATES,
            cell_states=views.CELLS,
            shapes=views.SHAPES,
            able=[ACTIONS[name] for name in views.can(view.status)],
            lines=lines(events[-EVENTS_SHOWN:]),
        )

    return router
