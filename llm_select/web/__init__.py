"""A local page over the same results as the command line. Imported only by `llm-select web`."""
