"""The letters that Mimas writes by itself, where no template is named: in each language that it knows."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from mimas.mail.templates import localised

NAMES = ("approval", "reminder", "escalated", "decided", "denied", "timed-out", "notification", "not-taken")


class Standard(NamedTuple):
    """A template: MIM's type of it, its name for people, and its texts; those of other languages as ``de: …``."""

    type: str
    title: str
    subject: str
    body: str
    subjects: tuple[str, ...]
    bodies: tuple[str, ...]

    def texts(self, language: str | None) -> tuple[str, str]:
        """Subject and body for somebody's language."""
        return localised(self.subject, self.subjects, language), localised(self.body, self.bodies, language)


def standard(name: str) -> Standard:
    """One of `NAMES`."""
    languages = _all()[name]
    main = languages["en"]
    others = {language: texts for language, texts in languages.items() if language != "en"}
    return Standard(
        main["type"],
        main["title"],
        main["subject"],
        main["body"].strip() + "\n",
        tuple(f"{language}: {texts['subject']}" for language, texts in others.items()),
        tuple(f"{language}:\n{texts['body'].strip()}\n" for language, texts in others.items()),
    )


@cache
def _all() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads((files("mimas.mail") / "standard.toml").read_text("utf-8"))
