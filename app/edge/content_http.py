"""The content store as the other services use it: texts in and out over HTTP."""

from collections.abc import Callable
from urllib.parse import quote

import orjson

from app.contracts.identifiers import is_storage_id
from app.edge.client_http import HttpClient
from app.errors import NotFound, Unavailable, UpstreamRefused

REFUSES_US, HAS_NONE = frozenset({401, 403}), frozenset({400, 404, 410})
WAY_OUT = "set CONTENT_SERVICE_ACCESS=on and the content store's JWT_SECRET_KEY for every role"


class ContentStore:
    """``url`` is the full upload endpoint; texts lie below it by storage id; ``token`` where it asks who calls."""

    def __init__(self, client: HttpClient, url: str, token: Callable[[], str] | None = None) -> None:
        self._client = client
        self.url = url.rstrip("/")
        self._token = token

    def _credential(self) -> dict[str, str]:
        return {} if self._token is None else {"Authorization": f"Bearer {self._token()}"}

    async def fetch(self, storage_id: str) -> str:
        """Return a text; raises ``NotFound`` where there is none or an empty one.

        Also ``UpstreamRefused``, and ``Unavailable``, which a refused credential is too: one of several processes
        may have an old secret for a while.

        What is no id is not asked for: it could name another address than that of a text.
        """
        if not is_storage_id(storage_id):
            raise NotFound(f"{storage_id[:64]!a} is no id of a text in the content store")
        response = await self._client.call(
            "GET", f"{self.url}/{quote(storage_id, safe='')}", headers=self._credential()
        )
        if response.status_code in REFUSES_US:
            raise Unavailable(
                f"the content store refuses our credential (status {response.status_code}): {WAY_OUT}"
            )
        if response.status_code not in {200, *HAS_NONE}:
            raise self._client.refused(response, "hand out a text")
        if response.status_code != 200:
            raise NotFound(f"the content store has no text {storage_id[:64]} (status {response.status_code})")
        text = response.content.decode("utf-8", errors="replace")
        if not text.strip():
            raise NotFound(f"the text {storage_id[:64]} is empty")
        return text

    async def keep(self, text: str) -> str:
        """Store a text; return its storage id; raises ``Unavailable`` or ``UpstreamRefused``."""
        response = await self._client.call(
            "POST",
            self.url,
            content=text.encode(),
            headers={"Content-Type": "application/octet-stream"} | self._credential(),
        )
        if response.status_code != 201:
            raise self._client.refused(response, "keep a text")
        storage_id = _storage_id_in(response.content)
        if not isinstance(storage_id, str) or not is_storage_id(storage_id):
            raise UpstreamRefused("the content store answered without a storage_id that can be one")
        return storage_id


def _storage_id_in(answer: bytes) -> object:
    try:
        told = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None
    return told.get("storage_id") if isinstance(told, dict) else None
