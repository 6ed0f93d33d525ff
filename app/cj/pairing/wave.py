"""The next wave: pairs by the batch's policy, oriented, within the room that is left. PURE.

Fed by the standing of a batch; feeds ``waves``, which writes and sends the comparisons.
"""

from dataclasses import replace

import numpy as np

from app.cj.design import Design, Oriented, Standing, pair_of
from app.cj.orientation import orient
from app.cj.pairing.graph_matching import Weights, choose_wave


def next_wave(standing: Standing, design: Design, *, room: int, rng: np.random.Generator) -> list[Oriented]:
    """Return the next comparisons, as shown, at most ``room``; empty when the design has nothing more to ask."""
    if room < 1 or standing.essays < 2:
        return []
    scores = None if standing.fit is None else dict(enumerate(standing.fit.theta.tolist()))
    weights = Weights(design.count_weight, design.proximity_weight)
    pairs = choose_wave(
        standing.essays, [pair_of(shown) for shown in standing.asked], scores, rng=rng, weights=weights
    )
    return orient(pairs[:room], standing.asked, rng=rng)


def all_at_once(standing: Standing, design: Design, *, room: int, rng: np.random.Generator) -> list[Oriented]:
    """Return several waves that need no verdicts between them, at most ``room`` comparisons in all."""
    planned: list[Oriented] = []
    while len(planned) < room:
        present = replace(standing, asked=[*standing.asked, *planned])
        wave = next_wave(present, design, room=room - len(planned), rng=rng)
        if not wave:
            break
        planned += wave
    return planned
