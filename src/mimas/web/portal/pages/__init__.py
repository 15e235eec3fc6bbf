"""The pages, one subject a module."""

from mimas.web.portal.pages import (
    accounts,
    approvals,
    editing,
    explaining,
    home,
    requests,
    resources,
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
    *settings.WAYS,
    *accounts.WAYS,
    *explaining.WAYS,
)
