"""Every regular expression of the house against long hostile texts: none needs more than a few steps a letter.

The texts are made of the letters that an expression itself names, alone and in pairs, with an end that does not
fit. A child process does it, and is killed by its limit of processor time: an expression that looks at each letter
anew from each other one needs a hundred times more than all of them together are given.
"""

import ast
import importlib
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
WAYS = ("match", "search", "sub", "findall", "split", "fullmatch", "finditer")
LETTERS = 20_000
MOST_PAIRS = 24
LIMIT_S = 30
ALWAYS = ("a", "0", " ", "\n", "A ", "0.", '"')
OUR_OWN_TEXTS_ONLY = {
    r"([^;`]+?) \(`([a-z_]+)`\)",  # descriptions in the API's own document
    r"(?P<n>\d++(?:\.\d++)?+)(?P<unit>ms|h|m|s)",  # parts of what another expression took as a whole
}
CHILD = """
import json, re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({limit}, {limit}))
for line in sys.stdin:
    source, flags, ways, units = json.loads(line)
    kind = bytes if flags < 0 else str
    pattern = re.compile(source.encode("latin-1") if kind is bytes else source, abs(flags))
    print(ascii(source), flush=True)
    for unit in units:
        text = unit * ({letters} // len(unit)) + "\\x01!"
        given = text.encode("latin-1", "replace") if kind is bytes else text
        for way in ways:
            if way == "sub":
                pattern.sub(kind(), given)
            elif way == "finditer":
                list(pattern.finditer(given))
            else:
                getattr(pattern, way)(given)
print("all of them", flush=True)
"""


def _sources() -> dict[str, str]:
    return {str(path.relative_to(APP)): path.read_text() for path in APP.rglob("*.py")}


def _ways(sources: dict[str, str]) -> dict[str, set[str]]:
    """Which methods are called on a pattern, by the name that it has."""
    found: dict[str, set[str]] = defaultdict(set)
    for source in sources.values():
        for name, way in re.findall(rf"\b(\w+)\.({'|'.join(WAYS)})\(", source):
            found[name].add(way)
    return found


def _compiled() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Yield the patterns that modules keep, by name."""
    for path in sorted(APP.rglob("*.py")):
        if "re.compile(" in path.read_text():
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for key, value in vars(importlib.import_module(name)).items():
                if isinstance(value, re.Pattern):
                    yield key, value


def _on_the_spot(sources: dict[str, str]) -> Iterator[tuple[str, str | bytes]]:
    """Yield way and pattern of calls such as ``re.sub("…", …)``."""
    for source in sources.values():
        for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
            named = ast.unparse(call.func).partition("re.")
            first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            if named[0] == "" and named[2] in WAYS and isinstance(first, str | bytes):
                yield named[2], first


def _units(source: str) -> list[str]:
    """Return what texts are made of: letters of the expression, and of its classes, alone and in pairs."""
    named = dict.fromkeys(re.sub(r"\\[A-Za-z]|[\[\](){}?^$|]", "", source))
    letters = [letter for letter in named if letter != "\\"][:12]
    pairs = ["".join(pair) for pair in permutations(letters[:7], 2)][:MOST_PAIRS]
    return list(dict.fromkeys([*ALWAYS, *letters, *pairs]))


def _lines() -> list[str]:
    sources = _sources()
    ways = _ways(sources)
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for name, pattern in _compiled():
        text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        flags = pattern.flags if isinstance(pattern.pattern, str) else -(pattern.flags or re.DOTALL)
        found[text, flags] |= ways.get(name, set()) or {"search"}
    for way, spot in _on_the_spot(sources):
        found[spot if isinstance(spot, str) else spot.decode("latin-1"), 0].add(way)
    assert {text for text, _ in found} > OUR_OWN_TEXTS_ONLY
    return [
        json.dumps((text, flags, sorted(used), _units(text)))
        for (text, flags), used in found.items()
        if text not in OUR_OWN_TEXTS_ONLY
    ]


def test_no_expression_takes_long_on_a_hostile_text() -> None:
    lines = _lines()
    assert len(lines) > 60, "expressions are no longer found"
    child = CHILD.format(limit=LIMIT_S, letters=LETTERS)
    done = subprocess.run(
        [sys.executable, "-c", child], input="\n".join(lines).encode(), capture_output=True, check=False
    )
    said = done.stdout.decode().splitlines()
    assert said[-1:] == ["all of them"], (said[-1:], done.stderr.decode()[-500:])
