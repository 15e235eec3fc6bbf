"""The fourth day: people come to the portal, each with the rights that policy gives them."""

from dataclasses import dataclass

from company import Company, Worker


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to be at the portal, and what to look at there."""

    role: str
    worker: Worker
    look: str

    @property
    def named(self) -> str:
        """How commands name them."""
        return f"person/{self.worker.number}"

    @property
    def called(self) -> str:
        """What they are called."""
        return f"{self.worker.preferred or self.worker.typed_given} {self.worker.typed_family}".strip()


def personas(today: Company) -> list[Persona]:
    """An administrator, an operator, the help desk, a manager and somebody of theirs, from today's list of HR."""
    known = {worker.number: worker for worker in today.workers}
    here = [worker for worker in today.workers if worker.start <= today.today and worker.end is None]
    person = next(worker for worker in here if worker.manager in known and known[worker.manager].manager in known)
    manager = known[person.manager]
    rest = iter(worker for worker in here if worker.department.startswith("D6") and worker not in (person, manager))
    return [
        Persona("an administrator", next(rest), "everything: resources, operations, what is held"),
        Persona("an operator", next(rest), "Operations: 400 people are held; plans; runs down to single objects"),
        Persona("the help desk", next(rest), "People: anybody, and their accounts"),
        Persona("a manager", manager, "Approvals: somebody says what they can do"),
        Persona("an employee", person, "My profile: the room may be changed, the name is HR's"),
    ]
