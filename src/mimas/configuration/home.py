"""The settings of an installation: ``mimas.toml`` in its home folder."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mimas.configuration.documents import explain
from mimas.configuration.notation import NotationError
from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.configuration.rhythm import interval
from mimas.configuration.secret import holds_secret
from mimas.schema.places import Place

FILE = "mimas.toml"


def _public(given: str | None) -> str | None:
    if given is None:
        return None
    hint = "write the address that people open, as in https://id.example.com"
    try:
        parts = urlsplit(given)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
    except ValueError:
        sound = False
    if not sound or "@" in given or not given.isascii() or any(mark in given for mark in " \"'<>\\"):
        raise NotationError(f"'{given}' is no address of a web page", hint)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise NotationError("links with which people decide would go through the open", "write https://…")
    return given.rstrip("/")


class Home(BaseModel):
    """What ``[mimas]`` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="Mimas", description="What this installation is called.")
    database: str = Field(
        default="sqlite:///mimas.db", min_length=1, description="Where the store is; relative to the home."
    )
    # A month: what people look back at, and whoever was on holiday. MIM prunes by hand; Entra Connect after 7 days.
    keep_runs: Annotated[timedelta, BeforeValidator(interval)] = Field(
        default=timedelta(days=30), description="How long runs are kept by `mimas schedules run`: `30 days`."
    )
    # A year to look back at, and a month for whoever does so late.
    keep_history: Annotated[timedelta, BeforeValidator(interval)] = Field(
        default=timedelta(days=400), description="How long the history is kept by `mimas schedules run`: `400 days`."
    )
    public_url: Annotated[str | None, AfterValidator(_public)] = Field(
        default=None, description="Where people reach `mimas serve`, for links in mails: `https://id.example.com`."
    )
    audit_roots: str | None = Field(
        default=None, min_length=1, description="A file to which each run adds the root of the history."
    )


def read_home(folder: Path) -> tuple[Home, list[Problem]]:
    """The settings of a home folder; the defaults for what has a mistake, and those mistakes."""
    try:
        text = (folder / FILE).read_text("utf-8-sig")
        data = tomllib.loads(text)
    except FileNotFoundError:
        return Home(), [Problem(Place(FILE), f"{folder} is no home of Mimas", "`mimas init DIR` makes one")]
    except (OSError, UnicodeError) as error:
        return Home(), [Problem(Place(FILE), f"cannot be read: {type(error).__name__}", "look at the file")]
    except (ValueError, RecursionError) as error:  # the parser's own error, numbers of thousands of digits, deep lists
        place = re.search(r"line (\d+)", str(error))
        return Home(), [Problem(Place(FILE, int(place[1]) if place else 0), f"cannot be read as TOML: {error}")]
    # Keys are few, and each stands at the beginning of a line of its own.
    lines = {}
    for number, line in enumerate(text.split("\n"), 1):
        if found := re.match(r"[\s\[]*([\w-]+)", line):
            lines[found[1]] = number
    wrong = [
        Problem(Place(FILE, lines.get(key, 0)), f"unknown key '{key}'", suggest(key, ("mimas",)))
        for key in data
        if key != "mimas"
    ]
    document = Document("", "", {}, Place(FILE, lines.get("mimas", 0)), lines)
    try:
        home = Home.model_validate(data.get("mimas", {}))
    except ValidationError as error:
        return Home(), [*wrong, *explain(document, Home, error)]
    if holds_secret(home.database):
        hint = "set the environment variable MIMAS_DATABASE instead"
        wrong.append(document.warning(("database",), "`database` holds a password in clear", hint))
    return home, wrong
