"""One page rendered: the template, who is logged in, the headers that keep it from harm, the token of its forms.

Fed by the handlers with the API's views; feeds the browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from app import __version__
from app.edge.access import WRITE, Caller
from app.runner.access import sessions
from app.runner.api.parts import Parts
from app.runner.web import forms, wording
from app.runner.web.files import StaticFiles

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",  # without one, browsers hide where a form comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept, Cookie",
}
NAVIGATION = (
    ("/", "Runs"),
    ("/runs/new", "New run"),
    ("/compare", "Compare"),
    ("/experiments", "Experiments"),
    ("/packages", "Packages"),
    ("/preflight", "Status"),
)
"""Address and name of what every page links to."""


def environment(static: StaticFiles) -> Environment:
    """Return the templates: everything is escaped, and a name that is not given is an error."""
    made = Environment(
        loader=PackageLoader("app.runner.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= wording.FILTERS
    made.globals |= {"static": static.address, "version": __version__, "navigation": NAVIGATION}
    return made


@dataclass(frozen=True)
class Pages:
    """What the handlers of pages are given; ``behind_tls`` says that browsers come over TLS only."""

    parts: Parts
    behind_tls: bool = False
    static: StaticFiles = field(default_factory=StaticFiles)
    templates: Environment = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "templates", environment(self.static))

    def show(self, request: Request, template: str, status: int = 200, **facts: object) -> Response:
        """Return the page that a template makes of ``facts``."""
        key = forms.key_of(request) or forms.new_key()
        body = self.templates.get_template(template).render(self._around(request, key) | facts)
        answer = HTMLResponse(body, status, HEADERS)
        if forms.key_of(request) is None:
            self.give(answer, forms.TLS_COOKIE if self.behind_tls else forms.COOKIE, key)
        return answer

    def _around(self, request: Request, key: str) -> dict[str, object]:
        """Return what the frame of every page needs."""
        caller = getattr(request.state, "caller", None)
        known = caller if isinstance(caller, Caller) else None
        return {
            "path": request.scope["path"],
            "caller": known,
            "may_write": known is not None and known.may(WRITE),
            "asks": self.parts.door.asks,
            "form_field": forms.FIELD,
            "form_token": forms.token(key),
        }

    def give(self, answer: Response, name: str, value: str) -> None:
        """Give a browser a cookie that scripts cannot read, until it is closed."""
        answer.set_cookie(name, value, path="/", secure=self.behind_tls, httponly=True, samesite="lax")

    def give_session(self, answer: Response, token: str) -> None:
        """Give a browser its session."""
        self.give(answer, sessions.TLS_COOKIE if self.behind_tls else sessions.COOKIE, token)

    def take_session(self, answer: Response) -> None:
        """Let a browser forget its session."""
        name = sessions.TLS_COOKIE if self.behind_tls else sessions.COOKIE
        answer.delete_cookie(name, path="/", secure=self.behind_tls, httponly=True, samesite="lax")


def see(address: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that sends a browser on after a form, so that loading anew sends nothing twice."""
    return RedirectResponse(address, 303, {**HEADERS, **(headers or {})})
