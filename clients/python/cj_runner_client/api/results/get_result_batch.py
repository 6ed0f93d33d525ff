from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.batch_detail import BatchDetail
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    batch_uuid: UUID,
    *,
    version: int | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_version: int | None | Unset
    if isinstance(version, Unset):
        json_version = UNSET
    else:
        json_version = version
    params["version"] = json_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/results/batches/{batch_uuid}".format(
            batch_uuid=quote(str(batch_uuid), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BatchDetail | Problem | None:
    if response.status_code == 200:
        response_200 = BatchDetail.from_dict(response.json())

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

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

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
) -> Response[BatchDetail | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    batch_uuid: UUID,
    *,
    client: AuthenticatedClient,
    version: int | None | Unset = UNSET,
) -> Response[BatchDetail | Problem]:
    """What cj announced of one batch

    Args:
        batch_uuid (UUID):
        version (int | None | Unset): Which result; the latest if left out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BatchDetail | Problem]
    """

    kwargs = _get_kwargs(
        batch_uuid=batch_uuid,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    batch_uuid: UUID,
    *,
    client: AuthenticatedClient,
    version: int | None | Unset = UNSET,
) -> BatchDetail | Problem | None:
    """What cj announced of one batch

    Args:
        batch_uuid (UUID):
        version (int | None | Unset): Which result; the latest if left out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BatchDetail | Problem
    """

    return sync_detailed(
        batch_uuid=batch_uuid,
        client=client,
        version=version,
    ).parsed


async def asyncio_detailed(
    batch_uuid: UUID,
    *,
    client: AuthenticatedClient,
    version: int | None | Unset = UNSET,
) -> Response[BatchDetail | Problem]:
    """What cj announced of one batch

    Args:
        batch_uuid (UUID):
        version (int | None | Unset): Which result; the latest if left out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BatchDetail | Problem]
    """

    kwargs = _get_kwargs(
        batch_uuid=batch_uuid,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    batch_uuid: UUID,
    *,
    client: AuthenticatedClient,
    version: int | None | Unset = UNSET,
) -> BatchDetail | Problem | None:
    """What cj announced of one batch

    Args:
        batch_uuid (UUID):
        version (int | None | Unset): Which result; the latest if left out.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BatchDetail | Problem
    """

    return (
        await asyncio_detailed(
            batch_uuid=batch_uuid,
            client=client,
            version=version,
        )
    ).parsed
