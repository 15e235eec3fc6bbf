"""The suite on every supported Python: `uvx nox`. One session a Python, from the lock file."""

import nox

nox.options.default_venv_backend = "uv"


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """Run pytest; arguments after `--` go to it."""
    session.run_install(
        "uv", "sync", "--frozen", "--all-extras", "--group", "test", f"--python={session.virtualenv.location}",
        env={"UV_PROJECT_ENVIRONMENT": session.virtualenv.location},
    )  # fmt: skip
    session.run("pytest", "-n", "auto", "--dist", "loadgroup", *session.posargs)


@nox.session(python="3.11")
def lint(session: nox.Session) -> None:
    """Run ruff, mypy and import-linter."""
    session.run_install(
        "uv", "sync", "--frozen", "--all-extras", "--group", "dev", f"--python={session.virtualenv.location}",
        env={"UV_PROJECT_ENVIRONMENT": session.virtualenv.location},
    )  # fmt: skip
    session.run("ruff", "check")
    session.run("mypy")
    session.run("lint-imports")


@nox.session(python="3.11", default=False)
def mutants(session: nox.Session) -> None:
    """Change `sync` and `language` in thousands of ways, ask the tests of each: see docs/reliability.md. Takes long."""
    session.run_install(
        "uv", "sync", "--frozen", "--extra=postgresql", "--group", "mutants",
        f"--python={session.virtualenv.location}", env={"UV_PROJECT_ENVIRONMENT": session.virtualenv.location},
    )  # fmt: skip
    session.run("python", "scripts/mutants.py", "run", "--max-children=1", *session.posargs)
    session.run("python", "scripts/mutants.py", "score")
