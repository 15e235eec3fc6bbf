"""The pages, one subject a module."""

from mimas.web.portal.pages import (
    accounts,
    approvals,
    deputies,
    editing,
    explaining,
    holding,
    home,
    organisation,
    planning,
    requests,
    resources,
    running,
    scheduling,
    settings,
    signing_in,
)

WAYS = (
    *home.WAYS,
    *signing_in.WAYS,
    *resources.WAYS,
    *editing.WAYS,
    *requests.WAYS,
    *approvals.WAYS,
    *deputies.WAYS,
    *organisation.WAYS,
    *settings.WAYS,
    *running.WAYS,
    *holding.WAYS,
    *planning.WAYS,
    *scheduling.WAYS,
    *accounts.WAYS,
    *explaining.WAYS,
)
