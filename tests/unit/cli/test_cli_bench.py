"""`mimas bench people`: every step and every bare program runs, whatever the tables look like by now."""

from tests.unit.cli.shell import Shell


def test_the_benchmark_runs_through(new: Shell) -> None:
    said = new("bench", "people", "300", "--json")
    assert said.code == 0, said.err
    steps = {step["step"]: step for step in said.json["steps"]}
    assert len(steps) == 8
    assert all(step["bare"] > 0 for name, step in steps.items() if not name.startswith("delta"))


def test_the_benchmark_of_plans_runs_through(new: Shell) -> None:
    said = new("bench", "plan", "200", "--json")
    figures = {figure["what"]: figure["remark"] for figure in said.json["figures"]}
    assert figures["plan, a changed rule"].startswith("200 people")
    assert figures["apply it, with the export"] == "200 people"
    assert "why one value" in figures
