"""What every code means, read off the family of errors: as pages of the service, and as one page of the docs."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from inspect import cleandoc
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.edge.answers import PAGES, TYPE_PREFIX
from app.errors import AppError, NotFound

_STYLE = (
    "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}"
    "code{background:#eee;padding:.1em .3em}dt{font-weight:bold;margin-top:1rem}dd{margin:0}"
)
_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'; base-uri 'none'"
_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "public, max-age=3600"}
_UNKNOWN: dict[int | str, dict[str, Any]] = {
    NotFound.status: {
        "description": f"{NotFound.title} (`{NotFound.code}`)",
        "content": {"application/problem+json": {}},
    }
}
INTRODUCTION = f"""\
# Problems

Written by `cj-runner problems` from the errors themselves. The runner answers every refusal as
`application/problem+json` (RFC 9457). `type` is `{TYPE_PREFIX}<code>`: a name, the same wherever the
service lives. The header `Link: <{PAGES}/<code>>; rel="help"` leads to the page of the running service that says
what stands here.

Beside the members of the RFC there are `code`, `way_out`, `retryable` (the same request can succeed later), and
`request_id`: the header `X-Request-Id` of the answer and of the log lines. `errors` names what is wrong: `field`,
`message`, and where: a JSON `pointer` into the body (RFC 6901), or the name of a `parameter` and what it is `in`
(`query`, `path`, `header`, `form`). A code `http_<status>` is a refusal of the web framework that has none here.

The services behind the runner (cj, gateway, content) speak the platform's older shape with the same facts:
`{{"error": {{"code", "message", "correlation_id", "service", "timestamp", "details"}}}}`.
"""


def family(kind: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """Yield a kind of error and all kinds of it that this process has loaded."""
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


def by_code() -> dict[str, type[AppError]]:
    """Return all kinds by their code, sorted."""
    return {kind.code: kind for kind in sorted(family(), key=lambda kind: kind.code)}


def when(kind: type[AppError]) -> str:
    """Return when an error happens: the first paragraph of what its class says of itself."""
    return " ".join(cleandoc(kind.__doc__ or "").split("\n\n")[0].split())


def rendered() -> str:
    """Return the page of the docs."""
    kinds = by_code().values()
    rows = [f"| [`{kind.code}`](#{kind.code}) | {kind.status} | {kind.title} | {_yes(kind)} |" for kind in kinds]
    table = ["| code | status | title | retryable |", "|---|---|---|---|", *rows]
    sections = [
        f"## {kind.code}\n\n{kind.status}, {kind.title}. "
        f"{'The same request can succeed later.' if kind.retryable else 'The same request fails again.'}\n\n"
        f"**When.** {when(kind)}\n\n**What to do.** {kind.way_out}\n"
        for kind in kinds
    ]
    return "\n".join([INTRODUCTION, *table, "", *sections])


def routes() -> APIRouter:
    """Return the pages."""
    router = APIRouter(prefix=PAGES, tags=["problems"])

    @router.get("", summary="All codes of problems", response_class=HTMLResponse)
    async def every() -> HTMLResponse:
        items = "".join(
            f'<li><a href="{PAGES}/{code}"><code>{code}</code></a> {kind.status} {escape(kind.title)}</li>'
            for code, kind in by_code().items()
        )
        return _page("Problems", f"<h1>Problems</h1><ul>{items}</ul>")

    @router.get(
        "/{code}", summary="What a code means and what to do", response_class=HTMLResponse, responses=_UNKNOWN
    )
    async def one(code: str) -> HTMLResponse:
        kind = by_code().get(code)
        if kind is None:
            raise NotFound(f"there is no problem {code[:64]}: {PAGES} lists those there are")
        facts = {
            "Type": f"<code>{TYPE_PREFIX}{code}</code>",
            "Status": str(kind.status),
            "Can the same request succeed later?": _yes(kind),
            "When": escape(when(kind)),
            "What to do": escape(kind.way_out),
        }
        listed = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts.items())
        title = escape(kind.title)
        return _page(title, f'<h1>{title}</h1><dl>{listed}</dl><p><a href="{PAGES}">All problems</a></p>')

    return router


def _yes(kind: type[AppError]) -> str:
    return "yes" if kind.retryable else "no"


def _page(title: str, body: str) -> HTMLResponse:
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>', 200, _HEADERS
    )
