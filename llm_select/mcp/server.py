"""The protocol: tools offered and called, over standard input and output."""

from __future__ import annotations

import logging
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from mcp.server import Server
from mcp.server.stdio import stdio_server
from mcp.types import CallToolResult, ListToolsResult, TextContent, ToolAnnotations
from mcp.types import Tool as Offer
from pydantic import ValidationError

from llm_select import __version__
from llm_select.errors import LlmSelectError
from llm_select.i18n import listing, tr, translated
from llm_select.mcp.arguments import input_schema
from llm_select.mcp.errors import in_arguments, invalid, told
from llm_select.mcp.tools import INSTRUCTIONS, TOOLS
from llm_select.render.plain import render_plain

if TYPE_CHECKING:
    from llm_select.schema.catalog import Catalog

_log = logging.getLogger(__name__)


def offers() -> list[Offer]:
    """The tools as clients list them. All only read, and none reaches beyond the catalog and this machine."""
    return [
        Offer(
            name=name,
            title=translated(tool.title),
            description=tool.description,
            input_schema=input_schema(tool.arguments),
            output_schema=tool.contract,
            annotations=ToolAnnotations(
                read_only_hint=True,
                destructive_hint=False,
                idempotent_hint=True,
                open_world_hint=False,
            ),
        )
        for name, tool in TOOLS.items()
    ]


def call(catalog: Catalog, name: str, given: dict[str, Any]) -> CallToolResult:
    """The answer of one tool, as text and as data; what goes wrong is told to the caller, never raised."""
    tool = TOOLS.get(name)
    if tool is None:
        near = get_close_matches(name[:200], TOOLS, 2)
        remedy = (
            tr("did you mean {nearest}?", nearest=listing(near))
            if near
            else tr("there are {choices}", choices=listing(TOOLS))
        )
        return _refusal(tr("unknown tool {name!r}", name=name[:60]) + f"\n  {remedy}")
    try:
        asked = tool.arguments.model_validate({k: v for k, v in given.items() if v is not None})
        found = tool.answer(catalog, asked)
        text = in_arguments(render_plain(found.page))
    except ValidationError as error:
        return _refusal(invalid(error, tool.arguments))
    except LlmSelectError as error:
        return _refusal(told(error, tool.arguments))
    except Exception as error:
        _log.exception("a defect in llm-select")
        return _refusal(
            tr("a defect in llm-select: {kind}: {error}", kind=type(error).__name__, error=error)
        )
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=found.payload
    )


def _refusal(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def build(catalog: Catalog) -> Server:
    """A server that answers from this catalog."""
    # Answers are computed one at a time: they share what the catalog reads when it is first needed, and one processor.
    turn = anyio.CapacityLimiter(1)

    async def list_tools(_: Any, __: Any) -> ListToolsResult:
        return ListToolsResult(tools=offers())

    async def call_tool(_: Any, asked: Any) -> CallToolResult:
        return await anyio.to_thread.run_sync(
            call, catalog, asked.name, asked.arguments or {}, limiter=turn
        )

    return Server(
        "llm-select",
        version=__version__,
        title="llm-select",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve(catalog: Catalog) -> None:
    """Answer one client until it closes standard input."""

    async def run() -> None:
        server = build(catalog)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(run)
