"""Catalog files made hostile: each function turns the bytes of a good file into those of a bad one.

Everything is decided by the random generator given, so a seed and a number name an input for ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

SCALARS: tuple[bytes, ...] = (
    *(
        b"~ null Null true True yes no on Off y n .nan .inf -.inf .NaN NaN Infinity -0 0 00 007 0o17 0x1F 0b101 1_000"
        b" 190:20:30 1:30 -1 1e3 1e308 1e309 -1e999 1e-400 .5 5. . + - +1 1.0 8.0 4.5e-7 2.5e+9 9223372036854775808"
        b" 340282366920938463463374607431768211456 2024-07-23 2024-02-30 2024-13-01 0000-00-00 9999-12-31 24 20240723"
        b" << = * & ! | > % @ ` [] {} [[]] {{}} '' en zz cn en-UK zh-Hant-TW x-y-z mit qwen/qwen3-8b a/b/c ../../etc"
    ).split(),
    b'""',
    b'"\\u0000"',
    b'"\\ud800"',
    b'"\\ud83d\\ude00"',
    b'"\\x00\\a\\e\\N\\_\\L\\P"',
    b'"\\U0010FFFF"',
    b'"\\UFFFFFFFF"',
    b"2024-07-23T10:00:00Z",
    b"!!int 3",
    b"!!float x",
    b"!!binary aGk=",
    b"!!set {a, b}",
    b"!!omap [a: 1]",
    b"!!timestamp 2024-07-23",
    b"!!python/object/apply:os.system [true]",
    b"!!python/name:os.system",
    b"!<tag:yaml.org,2002:str> x",
    b"!local {a: 1}",
    b"&a [*a]",
    b"&a {b: *a}",
    b"*nowhere",
    b"[1, [2, [3, [4]]]]",
    b"{a: {b: {c: {d: 1}}}}",
    b"{? [a, b] : c}",
    b"? complex",
    b"<<: *a",
    b"\xe6\xb5\x8b\xe9\xaa\x8c",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xef\xbf\xbe",
    b"\xe2\x80\xa8",
    b"\xc2\x85",
    b"\x00",
    b"\x1b[31mred\x1b[0m",
    b"9" * 400,
    b"1." + b"0" * 400,
    b"1e" + b"9" * 50,
    b"-" * 300,
    b"A" * 5000,
    b"'" + b"''" * 200 + b"'",
)
SIGNS: tuple[bytes, ...] = (
    *(b"\t", b"\r", b"\r\n", b"\n", b": ", b"- ", b"? ", b"#", b"---\n", b"...\n", b"%YAML 9.9\n"),
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b"'",
        b'"',
        b"|",
        b">",
        b"&a ",
        b"*a",
        b"!!str ",
        b"!x ",
        b"<<: ",
    ),
    *(b"\x00", b"\xef\xbb\xbf", b"\xff", b"\xc2\xa0", b"\xe2\x80\xa9", b"\x0b", b"\x7f"),
)
HEADS: tuple[bytes, ...] = (
    *(b"%YAML 1.2\n---\n", b"%TAG ! tag:x,2000:\n---\n", b"---\n", b"...\n---\n", b"--- !!map\n"),
    *(b"--- &root\n", b"%FOO bar\n", b"--- |\n", b"--- >-\n", b"- ", b"? ", b"{", b"[", b"!!set\n"),
)
_LINE = re.compile(rb"^( *(?:- )?)([\w.\"'/ -]+):( ?)(.*)$")
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")

Mutation = Callable[[bytes, Random], bytes]


def flip_bytes(data: bytes, random: Random) -> bytes:
    """A few bytes changed, added or taken away anywhere."""
    changed = bytearray(data or b"a")
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        at = random.randrange(len(changed) or 1)
        kind = random.randrange(3)
        if kind == 0 and changed:
            changed[at] = random.randrange(256)
        elif kind == 1:
            changed[at:at] = bytes(random.randrange(256) for _ in range(random.choice((1, 2, 8))))
        else:
            del changed[at : at + random.choice((1, 2, 8))]
    return bytes(changed)


def swap_signs(data: bytes, random: Random) -> bytes:
    """Signs that mean something in YAML, put anywhere."""
    at = random.randrange(len(data) + 1)
    sign = random.choice(SIGNS)
    return data[:at] + sign * random.choice((1, 1, 1, 2, 50)) + data[at:]


def replace_value(data: bytes, random: Random) -> bytes:
    """The value of one field replaced by an odd one."""
    lines = data.split(b"\n")
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        at = random.randrange(len(lines))
        match = _LINE.match(lines[at])
        if match:
            lines[at] = match[1] + match[2] + b": " + random.choice(SCALARS)
        else:
            lines[at] += b" " + random.choice(SCALARS)
    return b"\n".join(lines)


def replace_key(data: bytes, random: Random) -> bytes:
    """The name of one field replaced by an odd one, or by another field's."""
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    match = _LINE.match(lines[at])
    other = _LINE.match(random.choice(lines))
    if match:
        key = other[2] if other and random.random() < 0.5 else random.choice(SCALARS)
        lines[at] = match[1] + key + b":" + match[3] + match[4]
    return b"\n".join(lines)


def change_numbers(data: bytes, random: Random) -> bytes:
    """Numbers scaled, negated, written another way or made enormous."""

    def other(match: re.Match[bytes]) -> bytes:
        if random.random() > 0.15:
            return match[0]
        kind = random.randrange(8)
        if kind == 0:
            return b"-" + match[0]
        if kind == 1:
            return match[0] + b"0" * random.choice((1, 3, 6, 9, 30, 400))
        if kind == 2:
            return b"0"
        if kind == 3:
            return b"0" + match[0]
        if kind == 4:
            return match[0] + random.choice((b"e3", b"e300", b"e-300", b".5", b"_000", b":30"))
        if kind == 5:
            return b"'" + match[0] + b"'"
        if kind == 6:
            return hex(random.randrange(2**64)).encode()
        return str(random.randrange(-(2 ** random.randrange(1, 99)), 2**99)).encode()

    return _NUMBER.sub(other, data)


def move_lines(data: bytes, random: Random) -> bytes:
    """Lines doubled, left out, exchanged or set at another depth."""
    lines = data.split(b"\n")
    for _ in range(random.choice((1, 1, 2, 5))):
        at, to = random.randrange(len(lines)), random.randrange(len(lines))
        kind = random.randrange(5)
        if kind == 0:
            lines.insert(to, lines[at])
        elif kind == 1 and len(lines) > 1:
            del lines[at]
        elif kind == 2:
            lines[at], lines[to] = lines[to], lines[at]
        elif kind == 3:
            lines[at] = b" " * random.choice((1, 2, 4, 40)) + lines[at]
        else:
            lines[at] = random.choice((b"\t", b"- ", b"", b"? ")) + lines[at].lstrip()
    return b"\n".join(lines)


def cut(data: bytes, random: Random) -> bytes:
    """The file breaks off, or begins in the middle."""
    at = random.randrange(len(data) + 1)
    return data[:at] if random.random() < 0.7 else data[at:]


def nest(data: bytes, random: Random) -> bytes:
    """One value nested very deeply, closed or not."""
    depth = random.choice((3, 60, 64, 65, 200, 1000, 20_000))
    opening, closing = random.choice(
        ((b"[", b"]"), (b"{a: ", b"}"), (b"[{a: ", b"}]"), (b"- ", b""))
    )
    if random.random() < 0.2:
        value = b"".join(b"\n" + b" " * i + b"a:" for i in range(1, min(depth, 1500)))
    else:
        value = opening * depth + b"1" + (closing * depth if random.random() < 0.7 else b"")
    return _with_value(data, random, value)


def bomb(data: bytes, random: Random) -> bytes:
    """Aliases of aliases: a few lines that stand for billions of values, or for themselves."""
    kind = random.randrange(5)
    wide, deep = random.choice(((2, 60), (10, 12), (50, 6), (1000, 3), (300_000, 2)))
    if kind == 0:
        lines = [b"a0: &a0 [" + b", ".join([b"x"] * wide) + b"]"]
        lines += [
            b"a%d: &a%d [%s]" % (i, i, b", ".join([b"*a%d" % (i - 1)] * min(wide, 5000)))
            for i in range(1, deep)
        ]
        return b"\n".join(lines) + b"\n" + data
    if kind == 1:
        lines = [b"b0: &b0 {k: x}"]
        lines += [
            b"b%d: &b%d {%s}"
            % (i, i, b", ".join(b"k%d: *b%d" % (j, i - 1) for j in range(min(wide, 500))))
            for i in range(1, deep)
        ]
        return b"\n".join(lines) + b"\n" + data
    if kind == 2:
        return _with_value(data, random, b"&r [" + b"*r, " * min(wide, 2000) + b"*r]")
    if kind == 3:
        text = b"t: &t " + b"A" * random.choice((100, 10_000, 1_000_000)) + b"\n"
        return text + _with_value(data, random, b"[" + b"*t, " * min(wide, 5000) + b"*t]")
    return data + b"\n" + b"\n".join(b"m%d: {<<: *a, <<: *a}" % i for i in range(min(wide, 2000)))


def swell(data: bytes, random: Random) -> bytes:
    """A scalar, a list, a mapping, a comment or a key of great size; at times beyond the limit of a file."""
    size = random.choice((1_000, 20_000, 100_000, 600_000)) if random.random() < 0.3 else 2_000
    kind = random.randrange(8)
    if kind == 0:
        value = b"A" * size
    elif kind == 1:
        value = b'"' + b"\\u00e9" * (size // 6) + b'"'
    elif kind == 2:
        value = b"[" + b"1," * (size // 2) + b"1]"
    elif kind == 3:
        value = b"{" + b",".join(b"k%d: 1" % i for i in range(size // 8)) + b"}"
    elif kind == 4:
        value = b"1 #" + b"c" * size
    elif kind == 5:
        value = b"{" + b"K" * min(size, 1000) + b": 1}"
    elif kind == 6:
        value = b"|\n" + b"    long line\n" * (size // 14)
    else:
        value = b"{" + b"k: 1, " * (size // 6) + b"k: 1}"
    return _with_value(data, random, value)


def encode(data: bytes, random: Random) -> bytes:
    """Another encoding, another mark at the beginning, other ends of lines."""
    kind = random.randrange(7)
    text = data.decode("utf-8", "replace")
    if kind == 0:
        return text.encode(random.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32")))
    if kind == 1:
        return text.encode("cp1252", "replace")
    if kind == 2:
        return b"\xef\xbb\xbf" * random.choice((1, 2, 3)) + data
    if kind == 3:
        return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"\xc2\x85", b"\xe2\x80\xa8")))
    if kind == 4:
        return data.replace(b"  ", b"\t")
    if kind == 5:
        return data.replace(b" ", b"\xc2\xa0")
    return data.replace(b"a", random.choice((b"\xc3", b"\xf0\x9f\x98\x80", b"\xcc\x81", b"\x00")))


def head(data: bytes, random: Random) -> bytes:
    """Directives, markers, tags and anchors before or after everything."""
    piece = random.choice(HEADS)
    return piece + data if random.random() < 0.7 else data + b"\n" + piece + data


def _with_value(data: bytes, random: Random, value: bytes) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    match = _LINE.match(lines[at])
    key = match[1] + match[2] if match else b"name"
    lines[at] = key + b": " + value
    return b"\n".join(lines)


MUTATIONS: tuple[tuple[Mutation, float], ...] = (
    (flip_bytes, 6),
    (swap_signs, 5),
    (replace_value, 10),
    (replace_key, 6),
    (change_numbers, 10),
    (move_lines, 6),
    (cut, 3),
    (nest, 0.5),
    (bomb, 0.1),
    (swell, 0.3),
    (encode, 2),
    (head, 2),
)
"""Each with how often it is taken; those that cost a tenth of a second are rare."""


def hostile(data: bytes, random: Random) -> tuple[bytes, str]:
    """A file made hostile by one to three mutations, and their names."""
    kinds, weights = zip(*MUTATIONS, strict=True)
    chosen = random.choices(kinds, weights, k=random.choice((1, 1, 1, 2, 3)))
    for mutation in chosen:
        data = mutation(data, random)
    return data, "+".join(mutation.__name__ for mutation in chosen)
