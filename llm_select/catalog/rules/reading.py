"""Rules that hold while files are read: LS000, LS001, LS013. Any of them stops the catalog from
loading."""

from __future__ import annotations

from llm_select.catalog.rules.found import Rule
from llm_select.messages import Message

READING = (
    Rule(
        "LS000",
        "unreadable-file",
        Message(
            """A file or directory cannot be read, or a file is not YAML.

## What it does
Reads UTF-8 files of at most 4 MiB as YAML without tags, merge keys, several documents or deep
nesting.

## Why it is bad
Nothing in the file is known.

## Example
    aliases: [llama3.1:8b

## Use instead
    aliases: [llama3.1:8b]"""
        ),
        None,
    ),
    Rule(
        "LS001",
        "schema",
        Message(
            """A field is missing, unknown, given twice or of the wrong kind.

## What it does
Compares each file with the schema of its kind; `schema/*.json` says the same to an editor.

## Why it is bad
A field that is not understood would be ignored in silence.

## Example
    licence: mit

## Use instead
    license: mit"""
        ),
        None,
    ),
    Rule(
        "LS013",
        "stray-file",
        Message(
            """A file lies where no file of a catalog is read.

## What it does
Reports everything but hidden files and prose that is not in one of the places of a catalog.

## Why it is bad
Its content would be ignored in silence.

## Example
    models/llama-3.1-8b.yaml

## Use instead
    models/llama/llama-3.1-8b.yaml"""
        ),
        None,
    ),
)
"""Rules without a check of their own."""
