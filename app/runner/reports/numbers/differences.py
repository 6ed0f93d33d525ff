"""What was set otherwise in one run than in another: settings by name, prompts by their text. PURE.

Fed by the requests and the settings in force; feeds ``comparing``. Names, labels and where to report to are no
settings of the judge and stand in neither list.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Literal

from app.runner.reports.numbers.judged import LETTERS, JudgedRun
from app.runner.reports.shapes.comparison import (
    PromptDifference,
    PromptOf,
    SettingDifference,
    SettingsCompared,
    TextChange,
)
from app.runner.runs.spec import Prompt

NO_SETTINGS = frozenset({"batch_label", "labels", "webhook", "user_id", "org_id", "publish", "assets"})
PROMPTS: tuple[Literal["system_prompt", "rubric"], ...] = ("system_prompt", "rubric")
MOST_LINES = 1_500
"""Longer prompts are not held against each other line by line."""
MOST_SHOWN = 400
LONGEST = 500
Role = Literal["system_prompt", "rubric"]


def settings_compared(runs: Sequence[JudgedRun]) -> SettingsCompared:
    """Return what differs between the runs, and the names of what does not."""
    tables = [dict(_settings(run)) for run in runs]
    names = list(dict.fromkeys(name for table in tables for name in table))
    rows = [(name, tuple(table.get(name) for table in tables)) for name in names]
    roles = {role: _prompt(runs, role) for role in PROMPTS}
    return SettingsCompared(
        differences=tuple(SettingDifference(name=name, values=row) for name, row in rows if len(set(row)) > 1),
        prompts=tuple(found for found in roles.values() if found is not None),
        same=(
            *(name for name, row in rows if len(set(row)) == 1),
            *(r for r, found in roles.items() if not found),
        ),
    )


def _settings(run: JudgedRun) -> Iterator[tuple[str, str | None]]:
    spec = run.request.model_dump(mode="json")
    spec["llm"] = {name: value for name, value in spec["llm"].items() if name not in PROMPTS}
    yield "essays (package)", run.package_sha256[:12]
    yield from _flat("", {name: part for name, part in spec.items() if name not in NO_SETTINGS})
    told = {name: value for name, value in run.effective.items() if not name.endswith("prompt_override")}
    yield from _flat("in force: ", told)


def _flat(before: str, value: Mapping[str, object]) -> Iterator[tuple[str, str | None]]:
    for name, part in sorted(value.items()) if before.startswith("in force") else value.items():
        if isinstance(part, Mapping):
            yield from _flat(f"{before}{name}.", part)
        else:
            yield f"{before}{name}", _shown(part)


def _shown(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, list | tuple):
        digest = hashlib.sha256(repr(value).encode()).hexdigest()[:12]
        return f"{len(value)} entries ({digest})" if value else None
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _prompt(runs: Sequence[JudgedRun], role: Role) -> PromptDifference | None:
    texts: list[Prompt | None] = [getattr(run.request.llm, role) for run in runs]
    if len({None if text is None else text.text for text in texts}) == 1:
        return None
    return PromptDifference(
        role=role,
        prompts=tuple(_prompt_of(letter, text) for letter, text in zip(LETTERS, texts, strict=False)),
        changes=tuple(
            _change(letter, texts[0], text)
            for letter, text in zip(LETTERS[1:], texts[1:], strict=False)
            if _text(text) != _text(texts[0])
        ),
    )


def _prompt_of(letter: str, prompt: Prompt | None) -> PromptOf:
    text = None if prompt is None else prompt.text
    if prompt is None or text is None:
        return PromptOf(letter=letter, name=None, sha256=None, characters=None)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return PromptOf(letter=letter, name=prompt.name, sha256=digest, characters=len(text))


def _text(prompt: Prompt | None) -> str:
    return "" if prompt is None or prompt.text is None else prompt.text


def _change(letter: str, baseline: Prompt | None, other: Prompt | None) -> TextChange:
    before, after = _text(baseline).splitlines(), _text(other).splitlines()
    if max(len(before), len(after)) > MOST_LINES:
        return TextChange(letter=letter, lines=(), cut=True)
    lines = list(unified_diff(before, after, LETTERS[0], letter, n=2, lineterm=""))
    return TextChange(letter=letter, lines=tuple(lines[:MOST_SHOWN]), cut=len(lines) > MOST_SHOWN)
