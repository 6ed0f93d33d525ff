"""What real judges were recorded to do, the loads that are held against it, and the limits of the difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.contracts.prompt import comparison_blocks, context_block, joined
from app.runner.assets.inventory import Inventory, take_stock
from app.runner.assets.unpack import Limits, from_folder
from tests.integration.parts import DEMO, Json


@dataclass(frozen=True)
class Trace:
    """One recording: wins of Essay A and B, mean tokens, mean and 95th percentile of the latency in ms."""

    wins_a: int
    wins_b: int
    prompt: float
    completion: float
    total: float
    mean_ms: float
    p95_ms: float

    @property
    def share_of_a(self) -> float:
        return self.wins_a / (self.wins_a + self.wins_b)


GENERIC = Trace(4, 0, 5, 17, 22, 0, 0)
ANCHOR = Trace(35, 31, 1445.5, 53.5, 1499.0, 1609.9, 2231.0)
LOWER5 = Trace(4, 6, 1298, 35, 1333, 1588, 2142)


def generic_load(count: int) -> list[Json]:
    """Return tiny prompts, all of one length and each another, as the recording had them."""
    return [{"user_prompt": f"Which is better, {number:03d}A or {number:03d}B?"} for number in range(count)]


def demo() -> Inventory:
    limits = Limits(files=100, file_bytes=2_000_000, total_bytes=20_000_000)
    return take_stock(from_folder(DEMO, limits), min_text_characters=100)


def all_pairs(stock: Inventory, essays: Sequence[str]) -> Iterator[Json]:
    """Yield one request for each pair of essays, with task and rubric, as the engine would compose it."""
    task, rubric = (stock.of_kind(kind)[0].text for kind in ("instructions", "rubric"))
    texts = {file.stem: file.text or "" for file in stock.files}
    context = context_block(student_assignment=task, criteria=None, rubric=rubric)
    for a, b in combinations(essays, 2):
        blocks = comparison_blocks(context, texts[a], texts[b])
        yield {
            "user_prompt": joined(blocks),
            "prompt_blocks": [block.model_dump() for block in blocks],
            "metadata": {"essay_a_id": a, "essay_b_id": b},
        }


def anchor_load() -> list[Json]:
    """Return the 66 pairs of twelve anchors."""
    stock = demo()
    return list(all_pairs(stock, [file.stem for file in stock.of_kind("anchor")][:12]))


def lower5_load() -> list[Json]:
    """Return the 10 pairs of five students; who wins follows from the texts' hash, so it may change with them."""
    stock = demo()
    return list(all_pairs(stock, [file.stem for file in stock.of_kind("student")][:5]))
