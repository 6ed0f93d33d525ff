"""Who gets to see pages, and whose forms are taken: the login, its session, the token of forms."""

import re
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from app.db.unit import Database
from app.runner.access import key_store
from app.runner.access.places import OPEN, PAGE
from app.runner.api.app import build
from app.runner.tables import sessions
from app.runner.web.login import own_address
from app.runner.web.page import POLICY
from app.runner.web.site import site
from tests.integration.access_house import bearer
from tests.integration.pages_house import HTML, Paged, paged, text_of, token_of
from tests.integration.parts import Clock, in_process, runner_parts


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[Paged]:
    async with paged(database, tmp_path) as found:
        yield found


def cookie_of(answer: httpx.Response, name: str = "cj_session") -> "SimpleCookie":
    found = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        found.load(line)
    assert name in found
    return found


async def test_a_session_reads_pages_and_the_api_and_is_kept_as_a_hash_only(house: Paged) -> None:
    key = await house.key("north")
    answer = await house.log_in(key, "/packages?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/packages?x=1")
    session = cookie_of(answer)["cj_session"]
    assert (session["httponly"], session["samesite"], session["path"], session["secure"]) == (True, "lax", "/", "")
    assert (await house.browser.get("/")).status_code == 200
    assert (await house.browser.get("/v1/runs")).json()["items"] == []
    async with house.database.transaction() as connection:
        [row] = (await connection.execute(select(sessions))).all()
    assert session.value not in str(row)
    assert key not in str(row)


async def test_a_session_changes_nothing_by_the_api(house: Paged) -> None:
    await house.log_in(await house.key("north"))
    package = await house.package(await house.key("north"))
    body = {"mode": "plan", "batch_label": "x", "assets": {"package_id": package}}
    answer = await house.browser.post("/v1/runs", json=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


async def test_behind_tls_cookies_are_sent_over_tls_only(house: Paged) -> None:
    async with in_process(build(house.parts, {}, beside=site(house.parts, behind_tls=True))) as browser:
        page = await browser.get("/login", headers=HTML)
        form = cookie_of(page, "__Host-cj_form")["__Host-cj_form"]
        assert (form["secure"], form["httponly"]) == (True, True)
        fields = {"key": await house.key("north"), "form_token": token_of(page)}
        answer = await browser.post("/login", data=fields, headers={"Cookie": f"__Host-cj_form={form.value}"})
        session = cookie_of(answer, "__Host-cj_session")["__Host-cj_session"]
        assert (session["secure"], session["path"], session["domain"]) == (True, "/", "")


@pytest.mark.parametrize("end", ["revoked", "expired key", "long ago", "logged out"])
async def test_a_session_ends(house: Paged, end: str) -> None:
    key = await house.key("north")
    await house.log_in(key)
    held = house.browser.cookies["cj_session"]
    if end == "revoked":
        async with house.database.transaction() as connection:
            await key_store.revoke(connection, key.split("_")[1], "north", house.clock())
        house.clock.pass_by(5)
    elif end == "expired key":
        async with house.database.transaction() as connection:
            await connection.execute(key_store.api_keys.update().values(expires_at=house.clock.at))
        house.clock.pass_by(5)
    elif end == "long ago":
        house.clock.pass_by(12 * 3600)
    else:
        answer = await house.browser.post("/logout", data=await house.form("/"))
        assert answer.headers["Location"] == "/login?out=1"
        assert answer.headers["Clear-Site-Data"] == '"cache"'
        house.browser.cookies.set("cj_session", held)
    answer = await house.browser.get("/packages")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=%2Fpackages&over=1")
    assert "Your session is over" in (await house.browser.get(answer.headers["Location"])).text
    assert (await house.browser.get("/v1/runs")).status_code == 401


async def test_a_bad_key_is_refused_and_never_shown(house: Paged) -> None:
    key = await house.key("north")
    for wrong, said in ((key[:-1], "misspelled"), ("<script>secret", "misspelled"), ("", "Give your API key")):
        answer = await house.log_in(wrong)
        assert answer.status_code in {401, 422}
        assert said in answer.text
        assert "set-cookie" not in answer.headers
        assert not wrong or wrong not in answer.text


async def test_bad_logins_count_with_bad_credentials_of_programs(database: Database, tmp_path: Path) -> None:
    async with paged(database, tmp_path, limit=3) as house:
        key = await house.key("north")
        for _ in range(2):
            assert (await house.log_in(key[:-1])).status_code == 401
        assert (await house.http.get("/v1/runs", headers=bearer(key[:-1]))).status_code == 401
        answer = await house.log_in(key[:-1])
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
        assert "too many bad credentials" in answer.text.lower()
        assert (await house.log_in(key)).status_code == 429  # a key that nobody was seen with lately


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("/runs/new?package=pkg_1", "/runs/new?package=pkg_1"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/x\\..\\evil", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/login?next=/", "/"),
        ("", "/"),
    ],
)
def test_a_login_leads_to_our_own_pages_only(wanted: str, found: str) -> None:
    assert own_address(wanted) == found


ROUTES = ("/", "/runs/new", "/packages", "/packages/{package_id}", "/preflight")


def test_every_page_is_known_here_and_stands_behind_the_guard(house: Paged) -> None:
    pages = {
        route.path for route in iter_route_contexts(house.app.routes) if PAGE in (getattr(route, "tags", 0) or ())
    }
    assert pages - OPEN >= set(ROUTES)
    assert pages & OPEN == {"/login", "/logout", "/static/{name}"}


@pytest.mark.parametrize("path", ROUTES)
async def test_without_a_session_people_are_led_to_the_login_and_programs_refused(house: Paged, path: str) -> None:
    address = path.replace("{package_id}", "pkg_1")
    answer = await house.browser.get(f"{address}?a=b")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/login?next={address.replace('/', '%2F')}%3Fa%3Db"
    program = await house.http.get(address)
    assert (program.status_code, program.json()["code"]) == (401, "unauthorized")


async def test_things_of_another_organisation_are_not_here(house: Paged) -> None:
    package = await house.package(await house.key("south"))
    await house.log_in(await house.key("north"))
    there, nowhere = await house.browser.get(f"/packages/{package}"), await house.browser.get("/packages/pkg_0")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    hide = re.compile(r"pkg_[0-9a-f]+|request [0-9a-f-]+")
    assert hide.sub("", text_of(there)) == hide.sub("", text_of(nowhere))
    chosen = await house.form("/runs/new", **{"mode": "plan", "batch_label": "x", "assets.package_id": package})
    answer = await house.browser.post("/runs/new", data=chosen | {"act": "plan"})
    assert (answer.status_code, "there is no asset package" in answer.text.lower()) == (422, True)


async def test_who_may_only_read_sends_no_forms_but_may_log_out(house: Paged) -> None:
    await house.log_in(await house.key("north", "runs:read"))
    form = await house.form("/packages")
    assert (await house.browser.post("/packages", files={"file": b""}, data=form)).status_code == 403
    answer = await house.browser.post("/runs/new", data=form)
    assert (answer.status_code, "runs:write" in answer.text) == (403, True)
    assert (await house.browser.post("/logout", data=form)).status_code == 303


@pytest.mark.parametrize("address", ["/login", "/logout", "/runs/new", "/packages"])
@pytest.mark.parametrize("token", [None, "", "0" * 64, "ä" * 64, "of another session"])
async def test_a_form_without_its_token_is_refused_before_anything_is_done(
    house: Paged, address: str, token: str | None
) -> None:
    key = await house.key("north")
    if token == "of another session":
        await house.log_in(key)
        token = (await house.form("/"))["form_token"]
    await house.log_in(key)
    fields = {"key": key, "act": "start", "once": "0" * 32} | ({} if token is None else {"form_token": token})
    sent = {"files": {"file": ("a.txt", b"x")}} if address == "/packages" else {}
    answer = await house.browser.post(address, data=fields, **sent)  # type: ignore[arg-type] - httpx's own shapes
    assert answer.status_code == 403
    assert "load the page anew" in answer.text
    assert (await house.browser.get("/")).status_code == 200


async def test_a_form_of_another_address_is_refused_whatever_it_carries(house: Paged) -> None:
    await house.log_in(await house.key("north"))
    form = await house.form("/")
    for where in ("cross-site", "same-site"):
        answer = await house.browser.post("/logout", data=form, headers={"Sec-Fetch-Site": where})
        assert answer.status_code == 403


async def test_pages_come_with_headers_that_keep_them_from_harm(house: Paged) -> None:
    await house.log_in(await house.key("north"))
    for path in ("/", "/runs/new", "/no-such-page", "/login"):
        answer = await house.browser.get(path)
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert "unsafe" not in POLICY
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<style|<script>|\sstyle=|\son[a-z]+=|https?://", answer.text)


async def test_static_files_are_kept_by_browsers_and_found_by_their_digest(house: Paged) -> None:
    page = await house.browser.get("/login")
    [address] = re.findall(r'href="(/static/style\.[0-9a-f]{16}\.css)"', page.text)
    sheet = await house.browser.get(address)
    assert (sheet.status_code, sheet.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in sheet.headers["Cache-Control"]
    again = await house.browser.get(address, headers={"If-None-Match": sheet.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = await house.browser.get("/static/style.css")
    assert (plain.status_code, plain.headers["Cache-Control"]) == (200, "public, no-cache")
    for other in ("/static/style.0000000000000000.css", "/static/page.py", "/static/base.html"):
        assert (await house.browser.get(other)).status_code == 404
    assert (await house.http.get("/static/..%2Fpage.py")).status_code == 401


async def test_where_access_is_off_nobody_logs_in_and_forms_still_carry_their_token(
    database: Database, tmp_path: Path
) -> None:
    async with (
        runner_parts(database, tmp_path, Clock()) as parts,
        in_process(build(parts, {}, beside=site(parts))) as browser,
    ):
        browser.headers.update(HTML)
        page = await browser.get("/packages")
        assert (page.status_code, "Log out" in page.text) == (200, False)
        assert (await browser.get("/login?next=/packages")).headers["Location"] == "/packages"
        sent = {"anchors": ("a_A.txt", b"words and more words " * 20)}
        refused = await browser.post("/packages", files=sent)
        assert refused.status_code == 403
        kept = await browser.post("/packages", files=sent, data={"form_token": token_of(page)})
        assert (kept.status_code, kept.headers["Location"][:14]) == (303, "/packages/pkg_")


async def test_what_people_change_is_audited_like_what_programs_change(house: Paged) -> None:
    await house.log_in(await house.key("north"))
    form = await house.form("/packages", name="set")
    sent = {"anchors": ("a_A.txt", b"words and more words " * 20)}
    made = await house.browser.post("/packages", files=sent, data=form)
    [row] = await house.audited()
    assert (row["method"], row["route"], row["status"]) == ("POST", "/packages", 303)
    assert row["location"] == made.headers["Location"]


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nothing", "text/html", "text/html"),
        ("/nothing", "application/json", "application/problem+json"),
        ("/nothing", "*/*", "application/problem+json"),
        ("/v1/nothing", "text/html", "application/problem+json"),
    ],
)
async def test_refusals_are_pages_for_people_and_problems_for_programs(
    house: Paged, path: str, accept: str, kind: str
) -> None:
    key = await house.key("north")
    answer = await house.http.get(path, headers=bearer(key) | {"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (404, kind)


async def test_other_methods_and_bodies_are_refused_as_pages(house: Paged) -> None:
    await house.log_in(await house.key("north"))
    assert (await house.browser.post("/preflight", data=await house.form("/"))).status_code == 415
    assert (await house.browser.put("/runs/new")).status_code == 405
    answer = await house.browser.post("/runs/new", json={})
    assert (answer.status_code, "What you can do" in answer.text) == (415, True)
    large = await house.browser.post("/runs/new", data={"labels": "x" * 3_000_000})
    assert (large.status_code, "What you can do" in large.text) == (413, True)
    assert (await house.browser.head("/packages")).status_code == 200
