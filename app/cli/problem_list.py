"""The page of all problems, made from the errors of every package; feeds ``docs/problems.md``."""

import importlib
import pkgutil

import app
from app.edge.problem_pages import rendered as page


def rendered() -> str:
    """Return the page's text, after loading every module that may define an error."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name != "app.__main__":
            importlib.import_module(module.name)
    return page()
