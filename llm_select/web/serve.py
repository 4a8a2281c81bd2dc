"""The server: one port on the loopback address."""

from __future__ import annotations

import errno
import gc
import socket
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

import uvicorn

from llm_select.errors import UsageError
from llm_select.i18n import tr
from llm_select.messages import Message
from llm_select.web.app import application

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

ADDRESS = "127.0.0.1"
"""Never another: the page has no password."""
MAX_PORT = 65535


def listen(port: int) -> socket.socket:
    """A socket on the loopback address; port 0 takes any free one. Raises UsageError when it cannot be had."""
    if not 0 <= port <= MAX_PORT:
        raise UsageError(
            Message("{port} is no port", port=port),
            where="--port",
            remedy=Message("it must be 0 to {most}; 0 takes any free one", most=MAX_PORT),
        )
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two servers share a port
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((ADDRESS, port))
        made.listen(128)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            what = Message("port {port} is in use", port=port)
        else:
            what = Message("port {port} cannot be had: {why}", port=port, why=error.strerror)
        raise UsageError(
            what, where="--port", remedy=Message("name another, or 0 for any free one")
        ) from None
    return made


def serve(
    catalog: Catalog,
    *,
    port: int,
    browse: bool,
    directories: tuple[str, ...] = (),
    locale: str = "en",
    debug: bool = False,
) -> None:
    """Serve pages until interrupted. `directories` are those of the catalog, for the command lines shown.

    Raises UsageError when the port cannot be had.
    """
    made = listen(port)
    bound = made.getsockname()[1]
    app = application(catalog, port=bound, directories=directories, locale=locale, debug=debug)
    # The command line turns the collector off for its one answer; a server needs it, but not over the catalog.
    gc.collect()
    gc.freeze()
    gc.enable()
    config = uvicorn.Config(
        app,
        log_level="info" if debug else "warning",
        access_log=debug,
        server_header=False,
        date_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=32 * 1024,
    )
    address = f"http://{ADDRESS}:{bound}/"
    said = tr("llm-select is at {address} for this computer only; Ctrl+C ends it.", address=address)
    print(said, flush=True)
    if browse:
        # A browser that is slow to start, or a terminal's own, must not hold up the page it asks for.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    with made:
        uvicorn.Server(config).run(sockets=[made])
