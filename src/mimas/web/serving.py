"""Serving the pages over HTTP, until a signal says to stop.

There is no log of addresses, since those of decisions hold the signed word. TLS is for the proxy in front of it.
"""

import uvicorn
from starlette.types import ASGIApp


def server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    """A server that is not running yet."""
    config = uvicorn.Config(
        app, host=host, port=port, access_log=False, log_level="warning", server_header=False, lifespan="off"
    )
    return uvicorn.Server(config)
