"""Prompts by name: texts under ``prompts/system`` and ``prompts/rubric`` of the server."""

from pathlib import Path
from typing import Literal

from app.errors import InvalidInput
from app.runner.runs.spec import Prompt, RunRequest

Role = Literal["system", "rubric"]


def names(folder: Path, role: Role) -> list[str]:
    """Return the names that can be asked for, sorted."""
    return sorted(path.stem for path in (folder / role).glob("*.txt"))


def resolved(folder: Path, request: RunRequest) -> RunRequest:
    """Return the request with the texts of its named prompts; raises ``InvalidInput`` for an unknown name."""
    found = {
        "system_prompt": _resolve(folder, "system", "llm.system_prompt", request.llm.system_prompt),
        "rubric": _resolve(folder, "rubric", "llm.rubric", request.llm.rubric),
    }
    return request.model_copy(update={"llm": request.llm.model_copy(update=found)})


def _resolve(folder: Path, role: Role, field: str, prompt: Prompt | None) -> Prompt | None:
    if prompt is None or prompt.text is not None:
        return prompt
    path = folder / role / f"{prompt.name}.txt"
    if not path.is_file():
        known = ", ".join(names(folder, role)) or "none"
        raise InvalidInput.at(f"{field}.name", f"there is no prompt {prompt.name}; known: {known}")
    return Prompt(name=prompt.name, text=path.read_text(encoding="utf-8").strip())
