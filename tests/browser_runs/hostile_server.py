"""Serves the hostile catalog, for a browser to be attacked by."""

from __future__ import annotations

from llm_select.web.serve import serve
from tests.web.hostile import hostile

if __name__ == "__main__":
    serve(hostile(), port=0, browse=False)
