"""Forms in: each carries a token that only our own pages know, and is refused without it, before anything is done.

Fed by the browser; feeds the handlers with the fields. The token is a keyed hash; its key is what the browser has
in a cookie that no other page can read: the session, or, before a login and where access is off, a random one. A
page that a browser does not call our own by ``Sec-Fetch-Site`` is refused whatever it carries.
"""

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from app.edge.access import SAFE_METHODS
from app.errors import Forbidden
from app.runner.access.sessions import token_in

FIELD = "form_token"
COOKIE, TLS_COOKIE = "cj_form", "__Host-cj_form"
OUR_OWN = frozenset({"same-origin", "none"})
KEY_BYTES = 32


class FormRefused(Forbidden):
    """A form came without the token of our pages, or from a page that is not ours."""

    code = "form_refused"
    title = "The form could not be checked"
    way_out = (
        "Go back, load the page anew and send the form once more: it may have been open since before you logged "
        "in. Your browser must take cookies from this address. Nothing was changed."
    )


def new_key() -> str:
    """Return a key for a browser that has none."""
    return secrets.token_urlsafe(KEY_BYTES)


def key_of(request: Request) -> str | None:
    """Return the key in the cookies of a request, if there is one."""
    cookies = request.cookies
    return token_in(cookies) or cookies.get(TLS_COOKIE) or cookies.get(COOKIE) or None


def token(key: str) -> str:
    """Return the token of the forms of whoever has ``key``."""
    return hmac.new(key.encode(), b"form of the pages", hashlib.sha256).hexdigest()


async def checked(request: Request) -> AsyncIterator[None]:
    """Read and check the form of a request that may change something, and let go of its files afterwards.

    Raises ``FormRefused``.
    """
    if request.method in SAFE_METHODS:
        yield
        return
    if request.headers.get("sec-fetch-site", "none") not in OUR_OWN:
        raise FormRefused("the form was sent by a page of another address")
    async with request.form() as form:
        if not _has_token(form, key_of(request)):
            raise FormRefused("the form has no token of this page, or an old one")
        request.state.form = form
        yield


def _has_token(form: FormData, key: str | None) -> bool:
    sent = form.get(FIELD)
    if key is None or not isinstance(sent, str):
        return False
    return hmac.compare_digest(sent.encode(), token(key).encode())


async def _form(request: Request) -> FormData:
    form = getattr(request.state, "form", None)
    if not isinstance(form, FormData):
        raise FormRefused("nobody has checked this form")
    return form


Form = Annotated[FormData, Depends(_form)]
"""A parameter of a page's handler that holds the fields of its form, checked."""


def text_of(form: FormData, name: str) -> str:
    """Return a field of a form, as its writer meant it: no white space around it, lines that end in ``\\n``.

    Empty where it is missing or a file.
    """
    value = form.get(name)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
