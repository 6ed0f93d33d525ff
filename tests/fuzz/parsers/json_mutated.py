"""JSON changed where it means something: types, sizes, numbers at the edge, depth, keys that come twice."""

import json
from collections.abc import Sequence
from typing import Any

from tests.fuzz.parsers.bytes_mutated import LONGEST
from tests.fuzz.parsers.bytes_mutated import mutated as bytes_mutated
from tests.fuzz.parsers.target import Chance

_RAW = "\u2063raw"
RAW = (
    *("1e400", "-1e400", "NaN", "Infinity", "-Infinity", "-0", "1e-400", "9" * 400, "9" * 5000, "0.1" + "1" * 400),
    *('"\\ud800"', '"\\ud800x"', '"\\u0000"', '"a\\u0000b"', '{"a":1,"a":2}', "[" * 400 + "]" * 400, "tru"),
    *("[" * 3000 + "]" * 3000, '{"a":' * 600 + "1" + "}" * 600, "01", "+1", ".5", "'a'", "[1,]", "/*x*/1", "1.0"),
)
"""What JSON writers do not write, put in as it is."""
PLAIN: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 5, 0.5, -0.5, 1e308, 5e-324, 2**31 - 1, 2**31, 2**53 + 1, 2**63, -(2**63)),
    *("", " ", "A", "Essay A", "essay b", "0", "1", "nan", "null", "true", "2026-01-02T03:04:05Z", "\x00"),
    *("\u202e", "é", "e\u0301", "\U0001f600", "\ufeff", "\u2028", "x" * 256, "x" * 5000, "../../etc/passwd"),
    *("<script>", "{{7*7}}", "%s%n", "=cmd|' /C calc'!A0", "00000000-0000-0000-0000-000000000000", "0001-01-01"),
    *("9999-12-31T23:59:59.999999-14:00", "0001-01-01T00:00:00+14:00", "2026-01-02T03:04:05"),
    *([], {}, [None], [[]], {"": None}, {"a": {"b": {"c": []}}}, ["x"] * 300, {str(n): n for n in range(300)}),
)


def mutated(seed: bytes, chance: Chance, others: Sequence[bytes] = ()) -> bytes:
    """Return the JSON ``seed`` after one to four changes of its values, sometimes of its bytes as well."""
    if chance.random() < 0.15:
        return bytes_mutated(seed, chance, others)
    root = [json.loads(seed)]
    for _ in range(1 + int(chance.expovariate(0.8)) % 4):
        _change(root, chance)
    text = _written(root[0], chance)
    if len(text) > LONGEST:
        return bytes_mutated(seed, chance, others)
    return bytes_mutated(text, chance, others) if chance.random() < 0.1 else text


def value(chance: Chance) -> Any:
    """Return a value that may stand anywhere."""
    if chance.random() < 0.3:
        return _RAW + str(chance.randrange(len(RAW)))
    drawn = chance.choice(PLAIN)
    return json.loads(json.dumps(drawn)) if isinstance(drawn, list | dict) else drawn


def _change(root: list[Any], chance: Chance) -> None:
    holder, key = _somewhere(root, chance)
    draw = chance.random()
    if draw < 0.5:
        holder[key] = value(chance)
    elif draw < 0.65 and holder is not root:
        del holder[key]
    elif draw < 0.75:
        holder[key] = json.loads(json.dumps([holder[key]] * chance.choice((1, 2, 2, 50))))
    elif draw < 0.85 and isinstance(holder, dict):
        name = chance.choice((str(key).upper(), f" {key}", f"{key}\u0000", "a", "__proto__"))
        holder[name] = json.loads(json.dumps(holder[key]))
    elif draw < 0.95 and isinstance(holder[key], str):
        holder[key] = bytes_mutated(holder[key].encode("utf-8", "replace"), chance).decode("utf-8", "replace")
    else:
        other, name = _somewhere(root, chance)
        holder[key] = json.loads(json.dumps(other[name]))


def _somewhere(root: list[Any], chance: Chance) -> tuple[Any, Any]:
    """Return a container and a key in it, at any depth."""
    holder: Any = root
    key: Any = 0
    while isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.85:
        holder = holder[key]
        key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
    return holder, key


def _written(root: Any, chance: Chance) -> bytes:
    text = json.dumps(root, ensure_ascii=chance.random() < 0.8)
    if "\\u2063raw" in text or _RAW in text:
        for place, raw in enumerate(RAW):
            for spelt in (f'"\\u2063raw{place}"', f'"{_RAW}{place}"'):
                text = text.replace(spelt, raw)
    return text.encode("utf-8", "surrogatepass")
