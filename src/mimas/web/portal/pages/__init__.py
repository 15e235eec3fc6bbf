"""The pages, one subject a module."""

from mimas.web.portal.pages import approvals, home, requests, resources, settings, signing_in

WAYS = (*home.WAYS, *signing_in.WAYS, *resources.WAYS, *requests.WAYS, *approvals.WAYS, *settings.WAYS)
