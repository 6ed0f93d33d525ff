"""Every page, found in the application: without its form's token, without a session, and other people's things."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from app.db.unit import Database
from app.runner.access.places import OPEN, PAGE
from app.runner.web.forms import checked
from tests.integration.access_house import bearer
from tests.integration.pages_house import HTML, Paged, paged, text_of
from tests.integration.test_access_every_route import everything

SAFE = {"GET", "HEAD"}
LOGGED_IN_OR_NOT = {"/login", "/logout"}


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[Paged]:
    async with paged(database, tmp_path) as found:
        yield found


def pages_of(house: Paged, *, safe: bool) -> list[str]:
    """Return the addresses of all pages that are asked for, or that forms are sent to."""
    found = [
        str(route.path_format)
        for route in iter_route_contexts(house.app.routes)
        if PAGE in (getattr(route, "tags", None) or []) and bool(set(route.methods or ()) & SAFE) is safe
    ]
    assert len(found) == len(set(found))
    return found


def filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda name: ids[name[1]], path)


async def things_of(house: Paged, owner: str) -> dict[str, str]:
    """Make one thing of each kind that pages show; return ids by their names in addresses."""
    key = await house.key(owner)
    package_id = await house.package(key)
    run = (await house.run(key, package_id)).json()
    return {
        "package_id": package_id,
        "run_id": run["id"],
        "experiment_id": await house.experiment(key, package_id),
        "number": "1",
        "name": "style.css",
    }


async def test_every_form_of_every_page_is_refused_without_its_token_and_changes_nothing(house: Paged) -> None:
    ids = await things_of(house, "north")
    await house.log_in(await house.key("north"))
    addresses = pages_of(house, safe=False)
    assert {"/login", "/runs/{run_id}/delete", "/experiments/{experiment_id}/cancel"} <= set(addresses)
    before = await everything(house.database)
    refused = {}
    for path in addresses:
        for token in (None, "0" * 64):
            fields = {"act": "start", "name": "x"} | ({} if token is None else {"form_token": token})
            files = {"file": ("a.txt", b"x")} if path == "/packages" else None
            answer = await house.browser.post(filled(path, ids), data=fields, files=files)
            refused[path, token] = (answer.status_code, "load the page anew" in answer.text)
    assert set(refused.values()) == {(403, True)}, refused
    assert await everything(house.database) == before


async def test_every_page_but_the_login_leads_there_without_a_session(house: Paged) -> None:
    ids = await things_of(house, "north")
    for path in pages_of(house, safe=True):
        if path in OPEN:
            continue
        answer = await house.browser.get(filled(path, ids))
        assert (answer.status_code, answer.headers["Location"][:12]) == (303, "/login?next="), path


async def test_every_page_of_a_thing_of_others_is_as_if_it_were_not_there(house: Paged) -> None:
    theirs = await things_of(house, "south")
    nobodys = {name: value[:-4] + "0000" if "_" in value else value for name, value in theirs.items()}
    await house.log_in(await house.key("north"))
    token = (await house.form("/"))["form_token"]
    before = await everything(house.database)
    asked = [path for path in pages_of(house, safe=True) if "_id}" in path]
    sent = [path for path in pages_of(house, safe=False) if "_id}" in path]
    assert len(asked) >= 12
    assert len(sent) >= 7
    for method, paths in (("GET", asked), ("POST", sent)):
        for path in paths:
            fields = None if method == "GET" else {"form_token": token}
            there = await house.browser.request(method, filled(path, theirs), data=fields)
            nowhere = await house.browser.request(method, filled(path, nobodys), data=fields)
            assert (path, there.status_code, nowhere.status_code) == (path, 404, 404)
            hide = re.compile(r"(pkg|run|exp)_[0-9a-f]+|request [0-9a-f-]+")
            assert hide.sub("", text_of(there)) == hide.sub("", text_of(nowhere)), path
    assert await everything(house.database) == before


async def test_the_forms_of_every_page_may_be_sent_by_who_may_write_only(house: Paged) -> None:
    ids = await things_of(house, "north")
    await house.log_in(await house.key("north", "runs:read"))
    token = (await house.form("/"))["form_token"]
    for path in pages_of(house, safe=False):
        if path in LOGGED_IN_OR_NOT:
            continue
        files = {"file": ("a.txt", b"x")} if path == "/packages" else None
        answer = await house.browser.post(filled(path, ids), data={"form_token": token}, files=files)
        assert (path, answer.status_code) == (path, 403)
        assert "runs:write" in answer.text


async def test_the_check_of_forms_stands_before_every_page(house: Paged) -> None:
    routes = [
        route for route in iter_route_contexts(house.app.routes) if PAGE in (getattr(route, "tags", None) or [])
    ]
    assert len(routes) >= 30
    for route in routes:
        found = [item.call for item in route.dependant.dependencies]
        assert checked in found, route.path


async def test_a_key_opens_the_pages_that_a_session_does_not_have(house: Paged) -> None:
    key = await house.key("north")
    answer = await house.http.get("/experiments", headers=bearer(key) | HTML)
    assert answer.status_code == 200
