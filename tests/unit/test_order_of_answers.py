"""What a run cost, and under which settings, does not depend on the order in which answers came."""

import itertools

import orjson

from app.runner.results.answers import in_force, noted
from app.runner.results.document import Costs

COSTS = (0.00011344, 0.00018474, 0.00017638, 0.00012551, 0.00014954, 8.9e-07)
ECHOED = {"model_override": "latent", "provider_override": "mock", "temperature_override": 0.1}


def _sums(costs: tuple[float, ...]) -> object:
    found = Costs()
    for cost in costs:
        judge = {"provider": "mock", "model": "latent", "prompt_tokens": 3, "completion_tokens": 2}
        found.add(judge | {"cost_usd": cost})
    return found.document()


def test_money_adds_up_to_the_same_in_any_order_also_where_the_last_digit_is_rounded() -> None:
    orders = list(itertools.permutations(COSTS))
    assert len({round(sum(order), 6) for order in orders}) == 2
    assert len({str(_sums(order)) for order in orders}) == 1


def _raw(**facts: object) -> bytes:
    return orjson.dumps({"data": {"provider": "mock", "model": "latent", "request_metadata": facts}})


def test_the_settings_are_those_of_a_callback_that_says_them_though_another_came_first() -> None:
    told, said = noted(_raw(), settings=True), noted(_raw(effective_settings=ECHOED), settings=True)
    assert in_force([told, said]) == in_force([said, told]) == ECHOED


def test_where_no_callback_says_them_the_judge_that_answered_is_named() -> None:
    told = noted(_raw(), settings=True)
    assert in_force([told]) == {"provider_override": "mock", "model_override": "latent"}
    assert in_force([]) is None
