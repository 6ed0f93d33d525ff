"""The pages to log in with an API key, which buys a session, and to log out again.

Fed by people; feeds their browser with a session. Bad keys count like bad credentials anywhere else.
"""

from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Request, Response

from app.edge.access import InvalidToken, TooManyFailures
from app.runner.access import keys
from app.runner.web.forms import Form, text_of
from app.runner.web.page import Pages, see

log = structlog.get_logger(__name__)
HOME = "/"
NOT_BACK_TO = ("/login", "/logout")


def routes(pages: Pages) -> APIRouter:
    """Return the pages."""
    router = APIRouter()
    door = pages.parts.door

    @router.get("/login")
    async def login(request: Request) -> Response:
        onward = own_address(request.query_params.get("next", HOME))
        return _page(pages, request, onward) if door.asks else see(onward)

    @router.post("/login")
    async def log_in(request: Request, form: Form) -> Response:
        onward, key = own_address(text_of(form, "next")), text_of(form, "key")
        if not key:
            return _page(pages, request, onward, "Give your API key.", 422)
        try:
            token = await door.log_in(key, request.client.host if request.client is not None else "")
        except InvalidToken as error:
            return _page(pages, request, onward, f"{_sentence(error.detail)} {WHERE}", 401)
        except TooManyFailures as error:
            answer = _page(pages, request, onward, _sentence(error.detail), error.status)
            answer.headers["Retry-After"] = str(error.retry_after_s)
            return answer
        await door.log_out(request)
        log.info("logged_in", key_id=keys.id_in(key))
        answer = see(onward)
        pages.give_session(answer, token)
        return answer

    @router.post("/logout")
    async def log_out(request: Request) -> Response:
        await door.log_out(request)
        answer = see("/login?out=1" if door.asks else HOME)
        pages.take_session(answer)
        answer.headers["Clear-Site-Data"] = '"cache"'  # what the browser kept is not for whoever comes next
        return answer

    return router


def _page(pages: Pages, request: Request, onward: str, problem: str = "", status: int = 200) -> Response:
    told = {"is_over": "over" in request.query_params, "is_out": "out" in request.query_params}
    return pages.show(request, "login.html", status, onward=onward, problem=problem, **told)


WHERE = "Check that you copied all of it, or ask whoever runs this service for a new one."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def own_address(wanted: str) -> str:
    """Return an address of this service to go on to: the wanted one, or the first page for any other."""
    if (
        not wanted.startswith("/")
        or wanted.startswith(("//", "/\\"))
        or not wanted.isprintable()
        or "\\" in wanted
    ):
        return HOME
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    return HOME if parts.scheme or parts.netloc or parts.path in NOT_BACK_TO else wanted
