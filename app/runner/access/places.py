"""Which route an address leads to, before the route is reached; and which addresses are open to everybody.

Fed by the application's routes; feeds the guard.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.edge.access import ADMIN

HEALTH = frozenset({"/healthz", "/readyz", "/metrics"})
MANUAL = frozenset({"/openapi.json", "/docs", "/docs/start.js", "/docs/{name}", "/problems", "/problems/{code}"})
DOORSTEP = frozenset({"/login", "/logout", "/static/{name}"})
OPEN = HEALTH | MANUAL | DOORSTEP
"""All that is answered without a credential: whether the process lives, its numbers, what the API looks like, and
the page on which one is given, with its style sheet."""
PAGE = "pages"
"""The tag of routes that answer with pages: there a session may change things too, for their forms are checked."""


@dataclass(frozen=True)
class Place:
    """A route and the ids in an address; the template is empty where no route is."""

    template: str = ""
    ids: Mapping[str, Any] = field(default_factory=dict)
    is_admin: bool = False
    is_page: bool = False

    @property
    def is_open(self) -> bool:
        """Whether everybody may ask here."""
        return self.template in OPEN


@dataclass(frozen=True)
class _Route:
    template: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    convertors: Mapping[str, Any]
    tags: frozenset[str]


class Places:
    """The routes of an application, in the order in which it tries them."""

    def __init__(self, app: FastAPI) -> None:
        self._routes = [
            _Route(
                route.path_format or "",
                route.path_regex,
                frozenset(route.methods or ()),
                route.param_convertors,
                frozenset(map(str, getattr(route, "tags", None) or ())),
            )
            for route in iter_route_contexts(app.routes)
        ]

    def find(self, method: str, path: str) -> Place:
        """Return where a request leads: to a route that takes its method, else to the first of its address."""
        first: Place | None = None
        for route in self._routes:
            found = route.pattern.match(path)
            if found is None:
                continue
            values = {name: route.convertors[name].convert(value) for name, value in found.groupdict().items()}
            place = Place(route.template, values, ADMIN in route.tags, PAGE in route.tags)
            if method in route.methods:
                return place
            first = first or place
        return first or Place()
