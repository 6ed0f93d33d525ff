"""The rights of logins against the statements in the code: none too few, none that nobody uses."""

import ast
import hmac
import importlib
import pkgutil
import re
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Table

from app.cj.tables import metadata as cj
from app.content.tables import metadata as content
from app.db.grants import VERBS, Rights
from app.db.logins import verifier
from app.errors import Misconfigured
from app.gateway.tables import metadata as gateway
from app.roles.rights import RIGHTS, SCHEMAS
from app.runner.tables import metadata as runner

LETTERS = {"insert": "a", "upsert": "a", "update": "w", "delete": "d"}
IN_WORDS = {"INSERT INTO": "a", "DELETE FROM": "d", "UPDATE": "w"}
MESSAGING = {"outbox": "awd", "inbox": "a", "dead_letters": "aw"}
"""Written by ``app/messaging`` in whichever schema it is given."""


def _modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        yield importlib.import_module(found.name)


def _written(schema: str) -> dict[str, set[str]]:
    """Which letters the code of a service needs to write its tables, by what it says to SQLAlchemy or in SQL."""
    needed: dict[str, set[str]] = defaultdict(set)
    for module in _modules(f"app.{schema}"):
        source = Path(str(module.__file__)).read_text()
        for name, letter in [*_in_words(schema, source), *_in_calls(module, source)]:
            needed[name].add(letter)
    return needed


def _in_calls(module: ModuleType, source: str) -> Iterator[tuple[str, str]]:
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id in LETTERS and isinstance(call.args[0], ast.Name):
            table = getattr(module, call.args[0].id, None)
            if isinstance(table, Table):
                yield table.name, LETTERS[call.func.id]
    for called in re.findall(r"= (?:insert|upsert)\((\w+)\)(?:.|\n){0,400}?on_conflict_do_update", source):
        table = getattr(module, called, None)
        if isinstance(table, Table):
            yield table.name, "w"


def _in_words(schema: str, source: str) -> Iterator[tuple[str, str]]:
    for verb, name in re.findall(rf"(INSERT INTO|DELETE FROM|UPDATE) {schema}\.(\w+)", source):
        yield name, IN_WORDS[verb]
    upserted_or_locked = rf'INSERT INTO {schema}\.(\w+)(?:(?!""").)*?DO UPDATE|FROM {schema}\.(\w+) FOR UPDATE'
    for names in re.findall(upserted_or_locked, source, re.DOTALL):
        yield "".join(names), "w"


def _of(schema: str) -> list[Rights]:
    return [rights for rights in RIGHTS.values() if rights.schema == schema]


def test_every_table_of_a_service_is_read_by_one_of_its_logins_and_no_other_table_is() -> None:
    list(_modules("app.runner"))  # every table of the runner is declared by one of them
    for metadata in (content, gateway, cj, runner):
        declared = {table.name for table in metadata.tables.values()}
        listed = {name for rights in _of(str(metadata.schema)) for name in rights.tables}
        assert listed == declared, f"say in app/roles/rights.py who may do what with tables of {metadata.schema}"
        assert all("r" in letters for rights in _of(str(metadata.schema)) for letters in rights.tables.values())


def test_logins_may_write_what_the_code_writes_and_nothing_else() -> None:
    for schema in SCHEMAS:
        needed = _written(schema)
        for name, letters in MESSAGING.items():
            if schema != "content":
                needed[name] |= set(letters)
        given: dict[str, set[str]] = defaultdict(set)
        for rights in _of(schema):
            for name, letters in rights.tables.items():
                given[name] |= set(letters) - {"r"} | ({"w"} if name in rights.columns else set())
        assert {name: letters for name, letters in given.items() if letters} == dict(needed), schema


def test_letters_are_those_of_postgres() -> None:
    assert {
        letter for rights in RIGHTS.values() for letters in rights.tables.values() for letter in letters
    } <= set(VERBS)


def test_a_password_becomes_the_verifier_of_the_standard_s_own_example() -> None:
    """The exchange of RFC 7677, section 3: with our server key the server's signature comes out."""
    nonce, salt = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ=="
    said = f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={nonce},s={salt},i=4096,c=biws,r={nonce}"
    kept = verifier("pencil", b64decode(salt))
    begin, keys = kept.rsplit("$", 1)
    assert begin == f"SCRAM-SHA-256$4096:{salt}"
    signature = hmac.digest(b64decode(keys.split(":")[1]), said.encode(), "sha256")
    assert b64encode(signature) == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


@pytest.mark.parametrize("password", ["", "pässword", "two\nlines"])
def test_a_password_that_would_have_to_be_prepared_first_is_refused(password: str) -> None:
    with pytest.raises(Misconfigured):
        verifier(password, bytes(16))
