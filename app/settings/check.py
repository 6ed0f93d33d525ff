"""All that is wrong with the settings of a role, at once and by the names that an operator set.

Fed by the environment; feeds ``python -m app <role>``, which starts only where nothing is wrong.
"""

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError

from app.settings.base import Settings
from app.settings.readers import READERS, every_group
from app.settings.source import FROM_FILE, file_names, names_of

OURS = (
    "RUNNER_",
    "CJ_ASSESSMENT_SERVICE_",
    "LLM_PROVIDER_SERVICE_",
    "CONTENT_SERVICE_",
    "WEBHOOKS_",
    "KAFKA_",
    "TRACING_",
    "FAULTS_",
)


def problems(role: str) -> list[str]:
    """Return one sentence for each setting of ``role`` that is wrong; values are not shown, they may be secret."""
    return list(dict.fromkeys(found for group in READERS.get(role, ()) for found in _problems_of(group)))


def _problems_of(group: type[Settings]) -> list[str]:
    try:
        group()
    except ValidationError as error:
        return [_sentence(group, item["loc"], item["msg"]) for item in error.errors(include_input=False)]
    except SettingsError as error:
        return [f"{_of_json(group, str(error))} holds JSON that cannot be read"]
    except RecursionError:
        return [f"a variable of {group.__name__} holds JSON that is nested too deep"]
    except ValueError as error:
        return [str(error)]
    return []


def _sentence(group: type[Settings], place: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    if not place:
        return said
    head, *rest = map(str, place)
    names = names_of(group)
    variable = names[head][0] if head in names else head.upper()
    where = f" (at {'.'.join(rest)})" if rest else ""
    return f"{variable}{where}: {said[:1].lower()}{said[1:]}"


def _of_json(group: type[Settings], said: str) -> str:
    named = [names[0] for field, names in names_of(group).items() if f'"{field}"' in said]
    return named[0] if named else group.__name__


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that look like ours and set nothing, which a misspelled name does."""
    groups = every_group()
    known = {name for group in groups for names in names_of(group).values() for name in names}
    known |= {name + FROM_FILE for group in groups for name in file_names(group)}
    given = {name for name in environment if name.startswith(OURS)}
    return sorted(name for name in given - known if name != "KAFKA_HEAP_OPTS")
