"""`python -m llm_select`."""

from llm_select.cli.main import main

main()
