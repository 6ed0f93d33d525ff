"""All pages put together for the application: routes behind one check of forms, and the bodies that they take.

Fed by the role ``api``; feeds the application beside the API.
"""

from fastapi import APIRouter, Depends

from app.edge.bodies import Rule
from app.runner.access.places import PAGE
from app.runner.api.app import Beside, uploads
from app.runner.api.parts import Parts
from app.runner.web import files, forms, login, packages, preflight, refusals, run_new, runs_list
from app.runner.web.page import Pages
from app.runner.web.run_site import routes as pages_of_runs

MIB = 1024 * 1024
FORM = Rule(2 * MIB, ("application/x-www-form-urlencoded",))
"""Room for two prompts of full length in the wordy spelling of forms."""
FORMS = ("/login", "/logout", "/runs/", "/experiments/")
"""Addresses that take forms; one that ends with a slash stands for all below it."""


def site(parts: Parts, *, behind_tls: bool = False) -> Beside:
    """Return the pages of the service."""
    pages = Pages(parts, behind_tls)
    router = APIRouter(tags=[PAGE], include_in_schema=False, dependencies=[Depends(forms.checked)])
    router.include_router(files.routes(pages.static))
    for part in (login, runs_list, run_new, packages, preflight):
        router.include_router(part.routes(pages))
    router.include_router(pages_of_runs(pages))
    bodies = dict.fromkeys(FORMS, FORM) | {packages.PATH: uploads(parts)}
    return Beside(router, bodies, refusals.page_of(pages))
