"""Secrets are told nowhere."""

from mimas.connectors.contract import ConnectorError
from mimas.connectors.testing.check import check, ensure
from mimas.connectors.testing.trial import Trial

_VALUE = "Se,cret-of-the-kit-4711"


@check("", offers="secrets")
def passwords_are_not_told(trial: Trial) -> None:
    """The secrets of the settings stand neither in what a connector says nor in its errors and settings."""
    connector = trial.connector
    told = [connector.test(), repr(connector), str(connector.settings), connector.settings.model_dump_json()]
    if trial.capabilities.write:
        people = trial.persons(1)
        people += [trial.person().having(*trial.subject.bad)] if trial.subject.bad else []
        trial.send(*((None, one) for one in people))
        trial.send(*((None, one) for one in people))
    if broken := trial.subject.cut():
        try:
            trial.read(by=trial.opened(broken))
        except ConnectorError as error:
            told += [error.message, error.advice]
    _silent([*told, *trial.heard], trial.subject.secrets)


@check("write", offers="secret")
def a_secret_value_is_not_told(trial: Trial) -> None:
    """The value of a secret attribute is written; it stands in no error, and is not read."""
    people = [trial.person().having(trial.subject.secret, _VALUE)]
    if trial.subject.bad:
        people.append(people[0].having(*trial.subject.bad))
    trial.send(*((None, one) for one in people[:1]))
    trial.send(*((None, one) for one in people))
    if trial.capabilities.read:
        listing = trial.read()
        trial.learn(listing, people[0])
        trial.heard.append(repr(listing.images))
    _silent(trial.heard, (_VALUE,))


def _silent(told: list[str], secrets: tuple[str, ...]) -> None:
    for text in told:
        ensure(not any(secret in text for secret in secrets), "a secret stands in: " + _hidden(text, secrets))


def _hidden(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, "*****")
    return repr(text[:300])
