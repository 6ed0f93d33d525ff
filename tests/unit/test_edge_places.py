"""Where a mistake is said to be: pointers into the body that was sent, parameters by name, guesses at names."""

from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import FastAPI, Header, Query
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from app.edge import problems
from app.edge.front import Front, protect
from app.edge.places import pointer, walk
from app.errors import InvalidInput

Json = dict[str, Any]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cat(Strict):
    kind: Literal["cat"]
    lives: int


class Dog(Strict):
    kind: Literal["dog"]
    tricks: list[Annotated[int, Field(ge=0)]] = []


class Zoo(Strict):
    animals: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
    labels: dict[str, int] = {}
    choice: int | Dog | None = None


class Wish(Strict):
    limit: int = 5
    sort: str = "name"


def application() -> FastAPI:
    app = FastAPI()
    answers = problems.install(app, service="tests")

    @app.post("/zoo/{number}")
    async def zoo(number: int, body: Zoo, x_count: Annotated[int, Header()] = 0) -> int:
        raise InvalidInput.at("labels.a.b", f"is the name of nobody: {number}, {body}, {x_count}")

    @app.get("/list")
    async def listed(query: Annotated[Wish, Query()]) -> None: ...

    protect(app, answers, Front())
    return app


async def errors(method: str, path: str, **sent: Any) -> list[Json]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application()), base_url="http://x") as client:
        answer = await client.request(method, path, **sent)
    assert answer.status_code == 422, answer.text
    found: list[Json] = answer.json()["errors"]
    return found


@pytest.mark.parametrize(
    ("body", "field", "where"),
    [
        ({"animals": [{"kind": "cat", "lives": "many"}]}, "animals.0.lives", "/animals/0/lives"),
        ({"animals": [{"kind": "cat"}]}, "animals.0.lives", "/animals/0/lives"),
        ({"animals": [{"kind": "dog", "tricks": [1, -1]}]}, "animals.0.tricks.1", "/animals/0/tricks/1"),
        ({"animals": [{"kind": "cow"}]}, "animals.0", "/animals/0"),
        ({"labels": {"a/b~c": "x"}}, "labels.a/b~c", "/labels/a~1b~0c"),
        ({"labels": {"": "x"}}, "labels.", "/labels/"),
        ({"choice": {"kind": "dog", "tricks": [-1]}}, "choice.tricks.0", "/choice/tricks/0"),
        ([], "body", ""),
    ],
)
async def test_a_pointer_leads_into_the_body_as_it_was_sent(body: object, field: str, where: str) -> None:
    found = await errors("POST", "/zoo/1", json=body)
    assert (field, where) in [(item["field"], item["pointer"]) for item in found], found
    assert all(set(item) == {"field", "pointer", "message"} for item in found)


async def test_a_field_of_a_route_s_own_refusal_points_as_well_keys_with_dots_included() -> None:
    [found] = await errors("POST", "/zoo/1", json={"labels": {"a.b": 1}})
    assert (found["field"], found["pointer"]) == ("labels.a.b", "/labels/a.b")


async def test_of_very_many_mistakes_the_first_are_told_and_the_rest_are_counted() -> None:
    found = await errors("POST", "/zoo/1", json={f"label{number}": 1 for number in range(5_000)})
    assert len(found) == 101
    assert found[-1]["message"] == "4900 more mistakes are not listed"


@pytest.mark.parametrize(
    ("method", "path", "sent", "name", "place"),
    [
        ("POST", "/zoo/x", {"json": {}}, "number", "path"),
        ("POST", "/zoo/1", {"json": {}, "headers": {"X-Count": "x"}}, "x-count", "header"),
        ("GET", "/list?limit=x", {}, "limit", "query"),
    ],
)
async def test_a_parameter_has_its_name_and_place_and_no_pointer(
    method: str, path: str, sent: Json, name: str, place: str
) -> None:
    [found] = await errors(method, path, **sent)
    assert (found["parameter"].lower().replace("_", "-"), found["in"]) == (name, place)
    assert "pointer" not in found


@pytest.mark.parametrize(
    ("method", "path", "body", "guess"),
    [
        ("POST", "/zoo/1", {"animal": []}, "did you mean animals?"),
        ("POST", "/zoo/1", {"animals": [{"kind": "dog", "trick": []}]}, "did you mean tricks?"),
        ("POST", "/zoo/1", {"xyz": []}, "there are animals, choice, labels"),
        ("GET", "/list?limt=1", None, "did you mean limit?"),
    ],
)
async def test_an_unknown_name_is_told_its_nearest_neighbour(
    method: str, path: str, body: object, guess: str
) -> None:
    found = await errors(method, path, **({} if body is None else {"json": body}))
    assert any(guess in item["message"] for item in found), found


@given(st.recursive(st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)), st.data())
def test_whatever_place_of_a_body_is_walked_its_pointer_finds_it_again(body: object, data: st.DataObject) -> None:
    at, steps = body, list[str | int]()
    while isinstance(at, dict | list) and at:
        step = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else list(range(len(at)))))
        at = at[step]
        steps += [step, "tag of a union\0"]
    found = walk(steps, body)
    assert resolve(body, pointer(found)) == at


def resolve(body: object, where: str) -> object:
    """Follow a pointer as RFC 6901, section 4, says."""
    for raw in where.split("/")[1:]:
        step = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(body, dict):
            body = body[step]
        else:
            assert isinstance(body, list)
            body = body[int(step)]
    return body
