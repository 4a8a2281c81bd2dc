"""What libraries say of text they cannot read, as messages that can be shown in another language."""

from __future__ import annotations

from llm_select.messages import Message, joined

_WORDS: dict[str, Message] = {
    text: text
    for text in (
        # libyaml
        Message("while parsing a block collection"),
        Message("while parsing a block mapping"),
        Message("while parsing a flow mapping"),
        Message("while parsing a flow sequence"),
        Message("while parsing a flow node"),
        Message("while parsing a block node"),
        Message("while parsing a node"),
        Message("while parsing a tag"),
        Message("while parsing a quoted scalar"),
        Message("while scanning a block scalar"),
        Message("while scanning a directive"),
        Message("while scanning a plain scalar"),
        Message("while scanning a quoted scalar"),
        Message("while scanning a simple key"),
        Message("while scanning a tag"),
        Message("while scanning an alias"),
        Message("while scanning an anchor"),
        Message("while scanning for the next token"),
        Message("block sequence entries are not allowed in this context"),
        Message("control characters are not allowed"),
        Message("could not find expected ':'"),
        Message("could not find expected directive name"),
        Message("did not find expected ',' or ']'"),
        Message("did not find expected ',' or '}'"),
        Message("did not find expected '-' indicator"),
        Message("did not find expected <document start>"),
        Message("did not find expected alphabetic or numeric character"),
        Message("did not find expected comment or line break"),
        Message("did not find expected hexdecimal number"),
        Message("did not find expected key"),
        Message("did not find expected node content"),
        Message("did not find expected tag URI"),
        Message("did not find expected whitespace or line break"),
        Message("found a tab character that violates indentation"),
        Message("found a tab character where an indentation space is expected"),
        Message("found an indentation indicator equal to 0"),
        Message("found character that cannot start any token"),
        Message("found invalid Unicode character escape code"),
        Message("found undefined tag handle"),
        Message("found unexpected ':'"),
        Message("found unexpected document indicator"),
        Message("found unexpected end of stream"),
        Message("found unknown directive name"),
        Message("found unknown escape character"),
        Message("mapping values are not allowed in this context"),
        # json
        Message("Expecting value"),
        Message("Expecting property name enclosed in double quotes"),
        Message("Expecting ':' delimiter"),
        Message("Expecting ',' delimiter"),
        Message("Extra data"),
        Message("Illegal trailing comma before end of array"),
        Message("Illegal trailing comma before end of object"),
        Message("Invalid \\escape"),
        Message("Invalid \\uXXXX escape"),
        Message("Invalid control character at"),
        Message("Unterminated string starting at"),
        # csv
        Message("unexpected end of data"),
        Message("',' expected after '\"'"),
        Message("line contains NUL"),
        Message("field larger than field limit (131072)"),
        Message(
            "new-line character seen in unquoted field - do you need to open the file with newline=''?"
        ),
    )
}


def in_our_words(*parts: str | None) -> Message:
    """What a library was doing and what it met. What is not known here stays as the library says it."""
    return joined(" ", [_WORDS.get(part, part) for part in parts if part])
