from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_run_agreement_format import (
    GetRunAgreementFormat,
)
from ...models.problem import Problem
from ...models.run_agreement import RunAgreement
from ...types import UNSET, Response, Unset


def _get_kwargs(
    run_id: str,
    *,
    verdicts: list[str] | Unset = UNSET,
    seed: int | Unset = 0,
    draws: int | Unset = 1000,
    limit: int | Unset = 50,
    format_: GetRunAgreementFormat | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_verdicts: list[str] | Unset = UNSET
    if not isinstance(verdicts, Unset):
        json_verdicts = verdicts

    params["verdicts"] = json_verdicts

    params["seed"] = seed

    params["draws"] = draws

    params["limit"] = limit

    json_format_: str | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = format_

    params["format"] = json_format_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/runs/{run_id}/agreement".format(
            run_id=quote(str(run_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | RunAgreement | None:
    if response.status_code == 200:
        response_200 = RunAgreement.from_dict(response.json())

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

    if response.status_code == 406:
        response_406 = Problem.from_dict(response.json())

        return response_406

    if response.status_code == 408:
        response_408 = Problem.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

    if response.status_code == 410:
        response_410 = Problem.from_dict(response.json())

        return response_410

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
) -> Response[Problem | RunAgreement]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    run_id: str,
    *,
    client: AuthenticatedClient,
    verdicts: list[str] | Unset = UNSET,
    seed: int | Unset = 0,
    draws: int | Unset = 1000,
    limit: int | Unset = 50,
    format_: GetRunAgreementFormat | Unset = UNSET,
) -> Response[Problem | RunAgreement]:
    """How far people and a run agree

    Args:
        run_id (str):
        verdicts (list[str] | Unset): Ids of files of verdicts; without it all that the run has.
        seed (int | Unset): Of what is drawn: the same seed, the same answer. Default: 0.
        draws (int | Unset): How often essays and pairs are drawn again. Default: 1000.
        limit (int | Unset): How many disputed pairs are shown with all words. Default: 50.
        format_ (GetRunAgreementFormat | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RunAgreement]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        verdicts=verdicts,
        seed=seed,
        draws=draws,
        limit=limit,
        format_=format_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    run_id: str,
    *,
    client: AuthenticatedClient,
    verdicts: list[str] | Unset = UNSET,
    seed: int | Unset = 0,
    draws: int | Unset = 1000,
    limit: int | Unset = 50,
    format_: GetRunAgreementFormat | Unset = UNSET,
) -> Problem | RunAgreement | None:
    """How far people and a run agree

    Args:
        run_id (str):
        verdicts (list[str] | Unset): Ids of files of verdicts; without it all that the run has.
        seed (int | Unset): Of what is drawn: the same seed, the same answer. Default: 0.
        draws (int | Unset): How often essays and pairs are drawn again. Default: 1000.
        limit (int | Unset): How many disputed pairs are shown with all words. Default: 50.
        format_ (GetRunAgreementFormat | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RunAgreement
    """

    return sync_detailed(
        run_id=run_id,
        client=client,
        verdicts=verdicts,
        seed=seed,
        draws=draws,
        limit=limit,
        format_=format_,
    ).parsed


async def asyncio_detailed(
    run_id: str,
    *,
    client: AuthenticatedClient,
    verdicts: list[str] | Unset = UNSET,
    seed: int | Unset = 0,
    draws: int | Unset = 1000,
    limit: int | Unset = 50,
    format_: GetRunAgreementFormat | Unset = UNSET,
) -> Response[Problem | RunAgreement]:
    """How far people and a run agree

    Args:
        run_id (str):
        verdicts (list[str] | Unset): Ids of files of verdicts; without it all that the run has.
        seed (int | Unset): Of what is drawn: the same seed, the same answer. Default: 0.
        draws (int | Unset): How often essays and pairs are drawn again. Default: 1000.
        limit (int | Unset): How many disputed pairs are shown with all words. Default: 50.
        format_ (GetRunAgreementFormat | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | RunAgreement]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        verdicts=verdicts,
        seed=seed,
        draws=draws,
        limit=limit,
        format_=format_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    run_id: str,
    *,
    client: AuthenticatedClient,
    verdicts: list[str] | Unset = UNSET,
    seed: int | Unset = 0,
    draws: int | Unset = 1000,
    limit: int | Unset = 50,
    format_: GetRunAgreementFormat | Unset = UNSET,
) -> Problem | RunAgreement | None:
    """How far people and a run agree

    Args:
        run_id (str):
        verdicts (list[str] | Unset): Ids of files of verdicts; without it all that the run has.
        seed (int | Unset): Of what is drawn: the same seed, the same answer. Default: 0.
        draws (int | Unset): How often essays and pairs are drawn again. Default: 1000.
        limit (int | Unset): How many disputed pairs are shown with all words. Default: 50.
        format_ (GetRunAgreementFormat | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | RunAgreement
    """

    return (
        await asyncio_detailed(
            run_id=run_id,
            client=client,
            verdicts=verdicts,
            seed=seed,
            draws=draws,
            limit=limit,
            format_=format_,
        )
    ).parsed
