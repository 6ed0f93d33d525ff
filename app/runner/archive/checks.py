"""What is checked of a run's files, one finding each. PURE.

Fed by ``audit`` with what was read; feeds ``/v1/runs/{run_id}/verify`` and ``cj-runner verify``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.contracts.artefact import Document
from app.contracts.artefact_reading import Reading
from app.runner.archive.listing import Entry, evidence_of
from app.runner.archive.places import Found

MISSING = "missing"
UNLISTED = "unlisted"
MOST_NAMED = 20
TOLERANCE_USD = 1e-6
"""Sums of costs are rounded to six digits."""

_REVISION = re.compile(r"\Arevisions/\d+/")
"""Before paths of a later revision, which are told from the run's folder on."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was checked, where, and whether ``found`` is what was ``expected`` (None: nothing)."""

    check: str
    path: str
    ok: bool
    expected: str | None
    found: str | None


def same(check: str, path: str, expected: object, found: object) -> Check:
    """Return the finding that two values are the same."""
    return Check(check, path, str(expected) == str(found), str(expected), str(found))


def strangers(listed: Iterable[str], found: Iterable[Found]) -> Iterator[Check]:
    """Yield a finding for each thing that lies there and belongs to nothing."""
    known = frozenset(listed)
    for item in found:
        if item.path not in known:
            yield Check("unexpected", item.path, ok=False, expected=None, found=item.kind)


@dataclass
class Judge:
    """Tokens and money of one judge."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0


@dataclass
class Tally:
    """Counts of comparisons, tokens and money by judge; grows record by record."""

    count: int = 0
    failed: int = 0
    judges: dict[tuple[str, str], Judge] = field(default_factory=dict)

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one comparison as the artefact writes it; what is no number counts as nothing."""
        self.count += 1
        self.failed += record.get("status") != "succeeded"
        sums = self.judges.setdefault((str(record.get("provider")), str(record.get("model"))), Judge())
        sums.prompt_tokens += int(_number(record.get("tokens_prompt")))
        sums.completion_tokens += int(_number(record.get("tokens_completion")))
        sums.usd += _number(record.get("cost_usd"))

    @property
    def prompt_tokens(self) -> int:
        """The tokens of all questions."""
        return sum(sums.prompt_tokens for sums in self.judges.values())

    @property
    def completion_tokens(self) -> int:
        """The tokens of all answers."""
        return sum(sums.completion_tokens for sums in self.judges.values())

    @property
    def usd(self) -> float:
        """The money of all judges."""
        return sum(sums.usd for sums in self.judges.values())


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0.0


def artefact_checks(name: str, reading: Reading, tally: Tally, entries: Sequence[Entry]) -> Iterator[Check]:
    """Yield the findings on an artefact that was read to its end, and whose comparisons ``tally`` counted.

    ``entries`` are all files of its revision, as rows or a bundle's list name them; empty where there is no list.
    """
    findings = reading.findings
    yield Check("schema", name, not findings, "no findings", "; ".join(findings) or "no findings")
    validation = _section(reading.document, "validation")
    yield same("checksum", name, validation.get("artefact_checksum"), reading.checksum)
    if entries:
        yield from manifest_checks(name, validation, evidence_of(entries))
    observed = _section(_section(validation, "runner_status"), "observed_events")
    yield same("comparisons", name, observed.get("llm_comparisons"), tally.count)
    yield from cost_checks(name, reading.document, tally)


def manifest_checks(name: str, validation: Document, evidence: Mapping[str, str]) -> Iterator[Check]:
    """Yield whether the artefact's manifest and the list name the same files with the same hashes."""
    sealed = {entry.name: entry.sha256 for entry in sealed_entries(validation)}
    for path in sorted(sealed.keys() | evidence.keys()):
        found, expected = sealed.get(path, MISSING), evidence.get(path, UNLISTED)
        if found != expected:
            yield Check("manifest", path, ok=False, expected=expected, found=found)
    yield same("manifest", name, f"{len(evidence)} files", f"{len(sealed)} files")


def sealed_entries(validation: object) -> list[Entry]:
    """Return what an artefact's own manifest names, by names inside its revision."""
    found = validation.get("manifest") if isinstance(validation, dict) else None
    entries = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
    return [_sealed(entry) for entry in entries]


def _sealed(entry: Document) -> Entry:
    name, size = _REVISION.sub("", str(entry.get("path"))), entry.get("bytes")
    sha256, most = str(entry.get("sha256")), size if isinstance(size, int) else 0
    return Entry(name, "event", "application/json", sha256, most)


def cost_checks(name: str, document: Document, tally: Tally) -> Iterator[Check]:
    """Yield whether the section of costs is the sum of the comparisons, judge by judge."""
    costs = _section(document, "costs")
    rows = costs.get("token_counts")
    stated = {_judge(row): row for row in rows if isinstance(row, dict)} if isinstance(rows, list) else {}
    for judge in sorted(stated.keys() | tally.judges.keys()):
        row, sums = stated.get(judge, {}), tally.judges.get(judge, Judge())
        path = f"{name}#/costs/{'::'.join(judge)}"
        yield same("tokens", path, row.get("prompt_tokens", 0), sums.prompt_tokens)
        yield same("tokens", path, row.get("completion_tokens", 0), sums.completion_tokens)
        yield money("cost", path, row.get("usd", 0.0), sums.usd)
    yield money("cost", f"{name}#/costs/total_usd", costs.get("total_usd"), tally.usd)


def _judge(row: Document) -> tuple[str, str]:
    return str(row.get("provider")), str(row.get("model"))


def money(check: str, path: str, expected: object, found: float) -> Check:
    """Return the finding that two sums of US dollars are the same, as far as they are rounded."""
    close = isinstance(expected, int | float) and abs(expected - found) <= TOLERANCE_USD
    shown = f"{expected:.6f}" if isinstance(expected, int | float) else str(expected)
    return Check(check, path, close, shown, f"{found:.6f}")


def _section(document: Document, name: str) -> Document:
    found = document.get(name)
    return found if isinstance(found, dict) else {}
