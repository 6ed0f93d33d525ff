import datetime
from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.list_runs_sort import ListRunsSort
from ...models.mode import Mode
from ...models.problem import Problem
from ...models.run_list import RunList
from ...models.run_state import RunState
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    status: list[RunState] | Unset = UNSET,
    mode: list[Mode] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    batch_label: None | str | Unset = UNSET,
    batch_label_prefix: None | str | Unset = UNSET,
    created_after: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: ListRunsSort | Unset = "-created_at",
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item: str = status_item_data
            json_status.append(status_item)

    params["status"] = json_status

    json_mode: list[str] | Unset = UNSET
    if not isinstance(mode, Unset):
        json_mode = []
        for mode_item_data in mode:
            mode_item: str = mode_item_data
            json_mode.append(mode_item)

    params["mode"] = json_mode

    json_label: list[str] | Unset = UNSET
    if not isinstance(label, Unset):
        json_label = label

    params["label"] = json_label

    json_batch_label: None | str | Unset
    if isinstance(batch_label, Unset):
        json_batch_label = UNSET
    else:
        json_batch_label = batch_label
    params["batch_label"] = json_batch_label

    json_batch_label_prefix: None | str | Unset
    if isinstance(batch_label_prefix, Unset):
        json_batch_label_prefix = UNSET
    else:
        json_batch_label_prefix = batch_label_prefix
    params["batch_label_prefix"] = json_batch_label_prefix

    json_created_after: None | str | Unset
    if isinstance(created_after, Unset):
        json_created_after = UNSET
    elif isinstance(created_after, datetime.datetime):
        json_created_after = created_after.isoformat()
    else:
        json_created_after = created_after
    params["created_after"] = json_created_after

    json_created_before: None | str | Unset
    if isinstance(created_before, Unset):
        json_created_before = UNSET
    elif isinstance(created_before, datetime.datetime):
        json_created_before = created_before.isoformat()
    else:
        json_created_before = created_before
    params["created_before"] = json_created_before

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

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
        "url": "/v1/runs",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | RunList | None:
    if response.status_code == 200:
        response_200 = RunList.from_dict(response.json())

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
) -> Response[Problem | RunList]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    status: list[RunState] | Unset = UNSET,
    mode: list[Mode] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    batch_label: None | str | Unset = UNSET,
    batch_label_prefix: None | str | Unset = UNSET,
    created_after: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: ListRunsSort | Unset = "-created_at",
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> Response[Problem | RunList]:
    """Runs, newest first

    Args:
        status (list[RunState] | Unset):
        mode (list[Mode] | Unset):
        label (list[str] | Unset): `key=value`; several must all fit.
        batch_label (None | str | Unset): The whole label.
        batch_label_prefix (None | str | Unset): How the label begins.
        created_after (datetime.datetime | None | Unset): Inclusive; with a time zone.
        created_before (datetime.datetime | None | Unset): Exclusive; with a time zone.
        sort (ListRunsSort | Unset):  Default: '-created_at'.
        cursor (None | str | Unset): From the page before.
        limit (int | Unset):  Default: 50.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RunList]
    """

    kwargs = _get_kwargs(
        status=status,
        mode=mode,
        label=label,
        batch_label=batch_label,
        batch_label_prefix=batch_label_prefix,
        created_after=created_after,
        created_before=created_before,
        sort=sort,
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
    status: list[RunState] | Unset = UNSET,
    mode: list[Mode] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    batch_label: None | str | Unset = UNSET,
    batch_label_prefix: None | str | Unset = UNSET,
    created_after: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: ListRunsSort | Unset = "-created_at",
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> Problem | RunList | None:
    """Runs, newest first

    Args:
        status (list[RunState] | Unset):
        mode (list[Mode] | Unset):
        label (list[str] | Unset): `key=value`; several must all fit.
        batch_label (None | str | Unset): The whole label.
        batch_label_prefix (None | str | Unset): How the label begins.
        created_after (datetime.datetime | None | Unset): Inclusive; with a time zone.
        created_before (datetime.datetime | None | Unset): Exclusive; with a time zone.
        sort (ListRunsSort | Unset):  Default: '-created_at'.
        cursor (None | str | Unset): From the page before.
        limit (int | Unset):  Default: 50.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RunList
    """

    return sync_detailed(
        client=client,
        status=status,
        mode=mode,
        label=label,
        batch_label=batch_label,
        batch_label_prefix=batch_label_prefix,
        created_after=created_after,
        created_before=created_before,
        sort=sort,
        cursor=cursor,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    status: list[RunState] | Unset = UNSET,
    mode: list[Mode] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    batch_label: None | str | Unset = UNSET,
    batch_label_prefix: None | str | Unset = UNSET,
    created_after: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: ListRunsSort | Unset = "-created_at",
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> Response[Problem | RunList]:
    """Runs, newest first

    Args:
        status (list[RunState] | Unset):
        mode (list[Mode] | Unset):
        label (list[str] | Unset): `key=value`; several must all fit.
        batch_label (None | str | Unset): The whole label.
        batch_label_prefix (None | str | Unset): How the label begins.
        created_after (datetime.datetime | None | Unset): Inclusive; with a time zone.
        created_before (datetime.datetime | None | Unset): Exclusive; with a time zone.
        sort (ListRunsSort | Unset):  Default: '-created_at'.
        cursor (None | str | Unset): From the page before.
        limit (int | Unset):  Default: 50.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RunList]
    """

    kwargs = _get_kwargs(
        status=status,
        mode=mode,
        label=label,
        batch_label=batch_label,
        batch_label_prefix=batch_label_prefix,
        created_after=created_after,
        created_before=created_before,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    status: list[RunState] | Unset = UNSET,
    mode: list[Mode] | Unset = UNSET,
    label: list[str] | Unset = UNSET,
    batch_label: None | str | Unset = UNSET,
    batch_label_prefix: None | str | Unset = UNSET,
    created_after: datetime.datetime | None | Unset = UNSET,
    created_before: datetime.datetime | None | Unset = UNSET,
    sort: ListRunsSort | Unset = "-created_at",
    cursor: None | str | Unset = UNSET,
    limit: int | Unset = 50,
) -> Problem | RunList | None:
    """Runs, newest first

    Args:
        status (list[RunState] | Unset):
        mode (list[Mode] | Unset):
        label (list[str] | Unset): `key=value`; several must all fit.
        batch_label (None | str | Unset): The whole label.
        batch_label_prefix (None | str | Unset): How the label begins.
        created_after (datetime.datetime | None | Unset): Inclusive; with a time zone.
        created_before (datetime.datetime | None | Unset): Exclusive; with a time zone.
        sort (ListRunsSort | Unset):  Default: '-created_at'.
        cursor (None | str | Unset): From the page before.
        limit (int | Unset):  Default: 50.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RunList
    """

    return (
        await asyncio_detailed(
            client=client,
            status=status,
            mode=mode,
            label=label,
            batch_label=batch_label,
            batch_label_prefix=batch_label_prefix,
            created_after=created_after,
            created_before=created_before,
            sort=sort,
            cursor=cursor,
            limit=limit,
        )
    ).parsed
