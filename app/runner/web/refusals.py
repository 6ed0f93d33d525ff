"""A refusal as a page: what went wrong, what to do, and the way on; who is not logged in is led to the login.

Fed by every layer of the front and by the routes, through ``Answers``; programs get problem+json as ever.
"""

from urllib.parse import urlencode

from fastapi import Request, Response
from starlette.types import Scope

from app.edge.access import SAFE_METHODS
from app.edge.answers import PAGES, PageOf, Refusal
from app.runner.web.page import HEADERS, Pages, see

NOT_PAGES = ("/v1/", "/v1", "/static/", PAGES, "/openapi.json", "/healthz", "/readyz", "/metrics")
"""Addresses that answer programs, also those that say that they would take a page."""


def is_for_people(scope: Scope) -> bool:
    """Return whether a request was sent by a browser that wants to show a page."""
    path = scope.get("path", "")
    if path in NOT_PAGES or path.startswith(("/v1/", "/v1:", f"{PAGES}/", "/static/")):
        return False
    accepted = [value for name, value in scope.get("headers", ()) if name.lower() == b"accept"]
    return any(b"text/html" in value.lower() for value in accepted)


def page_of(pages: Pages) -> PageOf:
    """Return what makes pages of refusals."""

    def page(scope: Scope, refusal: Refusal, request_id: str) -> Response | None:
        if scope.get("type") != "http" or not is_for_people(scope):
            return None
        request = Request(scope)
        if refusal.status == 401 and request.method in SAFE_METHODS:
            return see(login_address(request))
        way_out = refusal.way_out if refusal.status != 401 else "Log in, then do it again."
        facts = {"refusal": refusal, "way_out": way_out, "request_id": request_id}
        answer = pages.show(request, "error.html", refusal.status, **facts)
        answer.headers.update({name: value for name, value in refusal.headers.items() if name not in HEADERS})
        return answer

    return page


def login_address(request: Request) -> str:
    """Return the address of the login that leads back to the page that was asked for."""
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    wanted = f"{path}?{query}" if query else path
    over = {"over": "1"} if request.cookies and "cj_session" in " ".join(request.cookies) else {}
    return "/login?" + urlencode({"next": wanted} | over)
