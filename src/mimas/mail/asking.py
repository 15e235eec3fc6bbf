"""What a letter that asks for a decision offers: how to answer it, as values of its look-ups."""

from collections.abc import Mapping

from markupsafe import Markup

from mimas.mail import layout, links
from mimas.mail.server import MailServer


def ways(
    mark: str, base: str | None, server: MailServer | None, language: str | None = None
) -> Mapping[str, list[object]]:
    """The values of ``Approval/Answers``, ``ApproveLink`` and ``RejectLink`` in a letter with this mark.

    The links hold the mark, in whose place the signed word is put when the letter is sent. Without ``base``, the
    address of `mimas serve`, there are none; a reply is offered where the server's answers are read.
    """
    approve = links.address(base, mark, "approve") if base else None
    reject = links.address(base, mark, "reject") if base else None
    reply = server is not None and server.inbox is not None
    answers: Markup = layout.answers(approve, reject, reply=reply, language=language)
    return {
        "Approval/Answers": [answers] if answers else [],
        "Approval/ApproveLink": [approve] if approve else [],
        "Approval/RejectLink": [reject] if reject else [],
    }
