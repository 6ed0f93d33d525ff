import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.batch_list import BatchList
from ...models.batch_state import BatchState
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    state: list[BatchState] | Unset = UNSET,
    completed_after: datetime.datetime | None | Unset = UNSET,
    completed_before: datetime.datetime | None | Unset = UNSET,
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_state: list[str] | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = []
        for state_item_data in state:
            state_item: str = state_item_data
            json_state.append(state_item)

    params["state"] = json_state

    json_completed_after: None | str | Unset
    if isinstance(completed_after, Unset):
        json_completed_after = UNSET
    elif isinstance(completed_after, datetime.datetime):
        json_completed_after = completed_after.isoformat()
    else:
        json_completed_after = completed_after
    params["completed_after"] = json_completed_after

    json_completed_before: None | str | Unset
    if isinstance(completed_before, Unset):
        json_completed_before = UNSET
    elif isinstance(completed_before, datetime.datetime):
        json_completed_before = completed_before.isoformat()
    else:
        json_completed_before = completed_before
    params["completed_before"] = json_completed_before

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/results/batches",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BatchList | Problem | None:
    if response.status_code == 200:
        response_200 = BatchList.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 408:
        response_408 = Problem.from_dict(response.json())

        return response_408

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

    if response.status_code == 414:
        response_414 = Problem.from_dict(response.json())

        return response_414

    if response.status_code == 415:
        response_415 = Problem.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())

        return response_429

    if response.status_code == 431:
        response_431 = Problem.from_dict(response.json())

        return response_431

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[BatchList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    state: list[BatchState] | Unset = UNSET,
    completed_after: datetime.datetime | None | Unset = UNSET,
    completed_before: datetime.datetime | None | Unset = UNSET,
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> Response[BatchList | Problem]:
    """Batches of which cj announced something, newest first

    Args:
        state (list[BatchState] | Unset):
        completed_after (datetime.datetime | None | Unset): Inclusive; with a time zone.
        completed_before (datetime.datetime | None | Unset): Exclusive; with a time zone.
        cursor (None | str | Unset): From the page before.
        limit (int | Unset):  Default: 50.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BatchList | Problem]
    """

    kwargs = _get_kwargs(
        state=state,
        completed_after=completed_after,
        completed_before=completed_before,
        cursor=cursor,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    state: list[BatchState] | Unset = UNSET,
    completed_after: datetime.datetime | None | Unset = UNSET,
    completed_before: datetime.datetime | None | Unset = UNSET,
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> BatchList | Problem | None:
    """Batches of which cj announced something, newest first

    Args:
        state (list[BatchState] | Unset):
        completed_after (datetime.datetime | None | Unset): Inclusive; with a time zone.
        completed_before (datetime.datetime | None | Unset): Exclusive; with a time zone.
        cursor (None | str | Unset): From the page before.
        limit (int | Unset):  Default: 50.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BatchList | Problem
    """

    return sync_detailed(
        client=client,
        state=state,
        completed_after=completed_after,
        completed_before=completed_before,
        cursor=cursor,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    state: list[BatchState] | Unset = UNSET,
    completed_after: datetime.datetime | None | Unset = UNSET,
    completed_before: datetime.datetime | None | Unset = UNSET,
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> Response[BatchList | Problem]:
    """Batches of which cj announced something, newest first

    Args:
        state (list[BatchState] | Unset):
        completed_after (datetime.datetime | None | Unset): Inclusive; with a time zone.
        completed_before (datetime.datetime | None | Unset): Exclusive; with a time zone.
        cursor (None | str | Unset): From the page before.
        limit (int | Unset):  Default: 50.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BatchList | Problem]
    """

    kwargs = _get_kwargs(
        state=state,
        completed_after=completed_after,
        completed_before=completed_before,
        cursor=cursor,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    state: list[BatchState] | Unset = UNSET,
    completed_after: datetime.datetime | None | Unset = UNSET,
    completed_before: datetime.datetime | None | Unset = UNSET,
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> BatchList | Problem | None:
    """Batches of which cj announced something, newest first

    Args:
        state (list[BatchState] | Unset):
        completed_after (datetime.datetime | None | Unset): Inclusive; with a time zone.
        completed_before (datetime.datetime | None | Unset): Exclusive; with a time zone.
        cursor (None | str | Unset): From the page before.
        limit (int | Unset):  Default: 50.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BatchList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            state=state,
            completed_after=completed_after,
            completed_before=completed_before,
            cursor=cursor,
            limit=limit,
        )
    ).parsed
