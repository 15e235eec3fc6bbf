"""The pages, one subject a module."""

from mimas.web.portal.pages import home, resources, settings, signing_in

WAYS = (*home.WAYS, *signing_in.WAYS, *resources.WAYS, *settings.WAYS)
