"""A short answer is quoted without reading what was sent."""

import httpx

from app.edge.client_http import excerpt


def test_a_short_answer_is_quoted_without_a_look_at_the_request() -> None:
    unread = httpx.Request("POST", "http://neighbour/", content=iter([b"essay"]))
    assert excerpt(httpx.Response(503, text="busy", request=unread)) == "busy"
