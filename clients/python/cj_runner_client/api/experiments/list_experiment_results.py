from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.list_experiment_results_criterion_type_0 import (
    ListExperimentResultsCriterionType0,
)
from ...models.list_experiment_results_format import (
    ListExperimentResultsFormat,
)
from ...models.list_experiment_results_response_200 import (
    ListExperimentResultsResponse200,
)
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    experiment_id: str,
    *,
    format_: ListExperimentResultsFormat | Unset = UNSET,
    criterion: ListExperimentResultsCriterionType0 | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_format_: str | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = format_

    params["format"] = json_format_

    json_criterion: None | str | Unset
    if isinstance(criterion, Unset):
        json_criterion = UNSET
    elif isinstance(criterion, str):
        json_criterion = criterion
    else:
        json_criterion = criterion
    params["criterion"] = json_criterion

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/experiments/{experiment_id}/results".format(
            experiment_id=quote(str(experiment_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ListExperimentResultsResponse200 | Problem | None:
    if response.status_code == 200:
        response_200 = ListExperimentResultsResponse200.from_dict(response.json())

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
) -> Response[ListExperimentResultsResponse200 | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    experiment_id: str,
    *,
    client: AuthenticatedClient,
    format_: ListExperimentResultsFormat | Unset = UNSET,
    criterion: ListExperimentResultsCriterionType0 | None | Unset = UNSET,
) -> Response[ListExperimentResultsResponse200 | Problem]:
    """Metrics by setting with their spread, the best one, the frontier, the effects of factors

    Args:
        experiment_id (str):
        format_ (ListExperimentResultsFormat | Unset):
        criterion (ListExperimentResultsCriterionType0 | None | Unset): Left out: that of the
            experiment.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListExperimentResultsResponse200 | Problem]
    """

    kwargs = _get_kwargs(
        experiment_id=experiment_id,
        format_=format_,
        criterion=criterion,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    experiment_id: str,
    *,
    client: AuthenticatedClient,
    format_: ListExperimentResultsFormat | Unset = UNSET,
    criterion: ListExperimentResultsCriterionType0 | None | Unset = UNSET,
) -> ListExperimentResultsResponse200 | Problem | None:
    """Metrics by setting with their spread, the best one, the frontier, the effects of factors

    Args:
        experiment_id (str):
        format_ (ListExperimentResultsFormat | Unset):
        criterion (ListExperimentResultsCriterionType0 | None | Unset): Left out: that of the
            experiment.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListExperimentResultsResponse200 | Problem
    """

    return sync_detailed(
        experiment_id=experiment_id,
        client=client,
        format_=format_,
        criterion=criterion,
    ).parsed


async def asyncio_detailed(
    experiment_id: str,
    *,
    client: AuthenticatedClient,
    format_: ListExperimentResultsFormat | Unset = UNSET,
    criterion: ListExperimentResultsCriterionType0 | None | Unset = UNSET,
) -> Response[ListExperimentResultsResponse200 | Problem]:
    """Metrics by setting with their spread, the best one, the frontier, the effects of factors

    Args:
        experiment_id (str):
        format_ (ListExperimentResultsFormat | Unset):
        criterion (ListExperimentResultsCriterionType0 | None | Unset): Left out: that of the
            experiment.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListExperimentResultsResponse200 | Problem]
    """

    kwargs = _get_kwargs(
        experiment_id=experiment_id,
        format_=format_,
        criterion=criterion,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    experiment_id: str,
    *,
    client: AuthenticatedClient,
    format_: ListExperimentResultsFormat | Unset = UNSET,
    criterion: ListExperimentResultsCriterionType0 | None | Unset = UNSET,
) -> ListExperimentResultsResponse200 | Problem | None:
    """Metrics by setting with their spread, the best one, the frontier, the effects of factors

    Args:
        experiment_id (str):
        format_ (ListExperimentResultsFormat | Unset):
        criterion (ListExperimentResultsCriterionType0 | None | Unset): Left out: that of the
            experiment.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListExperimentResultsResponse200 | Problem
    """

    return (
        await asyncio_detailed(
            experiment_id=experiment_id,
            client=client,
            format_=format_,
            criterion=criterion,
        )
    ).parsed
