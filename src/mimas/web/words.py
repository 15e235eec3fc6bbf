"""What the pages say, in the languages that there are."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "wanted": "Your decision is wanted",
        "asks": "asks for a change to",
        "why": "Why",
        "what": "What",
        "now": "Now",
        "then": "Then",
        "effect": "What would come of it",
        "deadline": "Please decide by",
        "comment": "Comment",
        "comment_hint": "Whoever asked can read it.",
        "approve": "Approve",
        "reject": "Reject",
        "once": "The link is meant for you alone and is good for one decision.",
        "approved": "Approved",
        "rejected": "Rejected",
        "thanks": "Your decision is written down. You can close this page.",
        "over": "There is nothing to decide",
        "late": "It was to be decided by then, and that time is over.",
        "unknown": "This link means nothing",
        "unknown_hint": (
            "It is not whole, has been altered, or belongs to something that is long over. Open it from the letter "
            "again; if it stays like this, ask whoever looks after your accounts."
        ),
        "not_taken": "Your decision was not taken",
        "choose": "Choose Approve or Reject.",
        "failed": "Something went wrong",
        "failed_hint": "Nothing was decided. Try again in a few minutes; the link stays good.",
    },
    "de": {
        "wanted": "Ihre Entscheidung ist gefragt",
        "asks": "bittet um eine Änderung an",
        "why": "Begründung",
        "what": "Was",
        "now": "Bisher",
        "then": "Künftig",
        "effect": "Das hätte zur Folge",
        "deadline": "Bitte entscheiden Sie bis",
        "comment": "Bemerkung",
        "comment_hint": "Wer gefragt hat, kann sie lesen.",
        "approve": "Genehmigen",
        "reject": "Ablehnen",
        "once": "Der Link ist nur für Sie bestimmt und gilt für eine Entscheidung.",
        "approved": "Genehmigt",
        "rejected": "Abgelehnt",
        "thanks": "Ihre Entscheidung ist festgehalten. Sie können diese Seite schließen.",
        "over": "Es gibt nichts zu entscheiden",
        "late": "Es war bis dahin zu entscheiden, und diese Zeit ist vorbei.",
        "unknown": "Dieser Link bedeutet nichts",
        "unknown_hint": (
            "Er ist unvollständig, verändert, oder gehört zu etwas, das längst vorbei ist. Öffnen Sie ihn noch einmal "
            "aus der Mail; bleibt es dabei, fragen Sie, wer sich um Ihre Konten kümmert."
        ),
        "not_taken": "Ihre Entscheidung wurde nicht angenommen",
        "choose": "Wählen Sie Genehmigen oder Ablehnen.",
        "failed": "Etwas ist schiefgegangen",
        "failed_hint": "Es wurde nichts entschieden. Versuchen Sie es bald wieder; der Link gilt weiter.",
    },
}


def chosen(*wishes: str) -> str:
    """The first language of which there are words: wishes are languages, or lists of them as browsers send them."""
    for wish in wishes:
        for one in wish.split(","):
            language = one.partition(";")[0].strip().replace("_", "-").partition("-")[0].casefold()
            if language in WORDS:
                return language
    return "en"
