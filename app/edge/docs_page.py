"""``/docs``: the API to read and try, from files that come with a package, so that it works without a network.

No script stands in the page itself, so that the browser may be told to run none that does not come from here.
Inline styles are allowed on this page alone: Swagger UI sets them.
"""

from importlib.resources import as_file, files

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from app.edge.answers import PAGES
from app.errors import NotFound

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
OPEN = ("/docs", "/openapi.json", PAGES)
"""Where there is nothing of any caller: a guard may let everybody in, here and below."""
KEEP = {"Cache-Control": "public, max-age=86400"}
_ASSETS = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript", "favicon.png": "image/png"}
_START = """\
window.onload = () => SwaggerUIBundle({
  url: "openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<script src="docs/swagger-ui-bundle.js" defer></script>
<script src="docs/start.js" defer></script>
</head>
<body><div id="api"></div></body>
</html>
"""


def routes(title: str) -> APIRouter:
    """Return the page and what it loads."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def page() -> HTMLResponse:
        return HTMLResponse(_PAGE.format(title=title), headers={"Content-Security-Policy": POLICY})

    @router.get("/docs/start.js")
    async def start() -> Response:
        return Response(_START, media_type="text/javascript", headers=KEEP)

    @router.get("/docs/{name}")
    async def asset(name: str) -> FileResponse:
        if name not in _ASSETS:
            raise NotFound("the documentation has no such file")
        with as_file(files("fastapi_offline") / "static" / name) as path:
            return FileResponse(path, media_type=_ASSETS[name], headers=KEEP)

    return router
