"""Running a program of the home's folder `scripts`."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import Field

from mimas.language.errors import FlowError
from mimas.workflows.activities.contract import Activity
from mimas.workflows.durations import duration
from mimas.workflows.lookups import Id
from mimas.workflows.outcome import ActivityError, Done, Outcome
from mimas.workflows.programs import Program
from mimas.workflows.roots import kept
from mimas.workflows.situation import Situation

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_POWERSHELL = ("-NoLogo", "-NoProfile", "-NonInteractive", "-File")
_LONGEST = timedelta(hours=1)


class RunScript(Activity):
    """Run a script (MIMWAL: *Run PowerShell Script*).

    Only a file in the folder `scripts` of the home can be run, by its name: whoever may change workflows cannot bring
    code along. It gets `input` as a JSON object on its standard input, and may write a JSON object to its standard
    output, whose entries are kept as `[//WorkflowData/NAME]`. What ends in `.ps1` is run by PowerShell (`pwsh`), and
    everything else has to be executable. Whatever it says on its standard error is shown where it fails.

    Nothing confidential belongs into `arguments`: every account of the machine can see them. If the process dies while
    the script runs, it is not run again unless it is `repeatable`.
    """

    outside = True
    repeats = False

    script: str = Field(description="The name of a file in the folder `scripts`.")
    arguments: list[str] = Field(default_factory=list, description="What it is given on its command line.")
    input: dict[str, str] = Field(default_factory=dict, description="What it is given on its standard input, by name.")
    outputs: list[str] = Field(default_factory=list, description="Which of what it writes is kept; without any, all.")
    timeout: str = Field("5 minutes", description="How long it may take, at most an hour.")
    repeatable: bool = Field(
        False, description="Whether it may be run again, if it is not known how far it came the first time."
    )

    @property
    def longest(self) -> timedelta:
        """As long as it may run, and some time to be ended."""
        return duration(self.timeout) + timedelta(minutes=1)

    def prepare(self, at: Situation) -> dict[str, Any]:
        """The command and what goes into it."""
        given = {name: _plain(at.values(text)) for name, text in self.input.items()}
        arguments = [at.text(text) for text in self.arguments]
        if any("\0" in text for text in arguments):
            raise ActivityError(f"An argument of {self.script} holds a character that no command line can hold.")
        command = [*self._command(at.requests.scripts), *arguments]
        return {"command": command, "folder": str(at.requests.scripts), "input": given}

    def act(self, prepared: dict[str, Any]) -> dict[str, Any]:
        """Run it."""
        program = Program(self.script, prepared["command"], Path(prepared["folder"]), duration(self.timeout))
        return {"output": _read(self.script, program.run(json.dumps(prepared["input"])))}

    def run(self, at: Situation) -> Outcome:
        """Keep what it has written."""
        if at.rehearsed:
            given = json.dumps({name: _plain(at.values(text)) for name, text in self.input.items()}, ensure_ascii=False)
            return Done(" ".join(["would run", self.script, *map(at.text, self.arguments), "with", given]))
        output = (at.state or {}).get("output", {})
        wanted = {name: value for name, value in output.items() if not self.outputs or name in self.outputs}
        for name, value in wanted.items():
            at.data[name] = _kept(name, value)
        return Done(f"it told {', '.join(wanted)}" if wanted else "it told nothing")

    def _command(self, folder: Path | None) -> list[str]:
        """What runs it. Raises `ActivityError` where nothing does."""
        if folder is None:
            raise ActivityError("No scripts can be run here: there is no folder for them.", final=True)
        path = folder / self.script
        if not path.is_file() or path.resolve().parent != folder.resolve():
            raise ActivityError(
                f"There is no file {self.script} in {folder}: put it there, on every machine of workers."
            )
        if path.suffix.casefold() == ".ps1":
            if (shell := shutil.which("pwsh")) is None:
                raise ActivityError(f"{self.script} needs PowerShell: install `pwsh` on this machine.")
            return [shell, *_POWERSHELL, str(path)]
        if not os.access(path, os.X_OK):
            raise ActivityError(f"{path} cannot be executed: give it a first line such as #!/bin/sh, and chmod +x.")
        return [str(path)]

    def texts(self) -> Iterator[str]:
        """Its name is no text with look-ups: no request may choose a script."""
        yield from (self.when, *self.queries.values(), *self.arguments, *self.input.values())

    def mistakes(self) -> Iterator[str]:
        """The name of a file, and a time."""
        yield from super().mistakes()
        if not _NAME.fullmatch(self.script):
            yield f"'{self.script}' is no name of a file in the folder `scripts`"
        try:
            if duration(self.timeout) > _LONGEST:
                yield "it may take an hour at most"
        except FlowError as error:
            yield str(error)


def _plain(found: list[Any]) -> Any:
    """Values as JSON has them: one by itself, several as a list."""
    values = [int(value) if isinstance(value, Id) else value for value in found]
    return values[0] if len(values) == 1 else values or None


def _read(script: str, said: str) -> dict[str, Any]:
    if not said.strip():
        return {}
    try:
        output = json.loads(said)
    except ValueError:
        raise ActivityError(f"{script} has written what is no JSON: {said.strip()[:200]!r}.") from None
    if not isinstance(output, dict):
        raise ActivityError(f'{script} has written JSON that is no object: write {{"NAME": VALUE}}.')
    return output


def _kept(name: str, value: Any) -> list[Any]:
    several = value if isinstance(value, list) else [value]
    if any(isinstance(one, dict | list) for one in several):
        raise ActivityError(f"'{name}' that the script has written is no value, and no list of values.")
    return [kept(one) for one in several if one is not None]
