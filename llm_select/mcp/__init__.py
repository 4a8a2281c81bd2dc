"""The server of `llm-select mcp`: the questions as tools of the Model Context Protocol."""
