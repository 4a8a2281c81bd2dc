"""Every answer on disk as it arrives: SQLite with a write-ahead log, one transaction for each answer.

A request is known by the hash of all that decides its answer, so the same request is paid for once, whichever run asks
it. It is noted before it is sent: after a crash, what was under way counts as spent although its answer is lost. Texts
of the data and API keys are not stored.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from llm_select.errors import UsageError
from llm_select.evaluation.budget import Charge
from llm_select.evaluation.client import Reply, Request
from llm_select.messages import Message, placed

VERSION = 1
_TABLES = """
CREATE TABLE answers (
  request TEXT PRIMARY KEY, model TEXT NOT NULL, text TEXT NOT NULL, finish TEXT,
  prompt_tokens INTEGER, completion_tokens INTEGER, reasoned INTEGER NOT NULL, seconds REAL NOT NULL,
  tokens INTEGER NOT NULL, usd REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY, request TEXT NOT NULL, model TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sent', 'answered', 'failed', 'free')),
  code TEXT, detail TEXT, tokens INTEGER NOT NULL, usd REAL NOT NULL
);
CREATE INDEX attempts_by_request ON attempts (request);
"""
_REPLY = "text, finish, prompt_tokens, completion_tokens, reasoned, seconds"


class Spend(NamedTuple):
    """What a journal says of money and tokens."""

    billed: Charge
    """By answers."""
    unconfirmed: Charge
    """At most, by attempts without an answer: lost connections, time-outs, killed runs."""
    attempts: int
    """Requests sent."""
    lost: int
    """Attempts among them that may have been billed without an answer."""


def request_key(target: Mapping[str, object], request: Request) -> str:
    """The hash of all that decides an answer: endpoint, model, settings, messages, limit."""
    messages = [[message.role, message.content] for message in request.messages]
    whole = [dict(target), messages, request.max_tokens, request.language]
    return sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


class Journal:
    """An open journal; no other process can open it meanwhile."""

    def __init__(self, path: Path) -> None:
        """Opens or creates. Raises UsageError for a file that is no journal, or one in use."""
        where = "--journal"
        new = not path.exists()
        try:
            if new:
                path.touch(mode=0o600)  # answers may be as private as the data
            self._db = sqlite3.connect(path, timeout=0.5, isolation_level=None)
            # Held until the process ends, however it ends: two runs on one journal would pay twice.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if version == 0 and tables == 0:
                self._db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
            elif version != VERSION:
                raise UsageError(
                    Message("{path} is a database of another kind", path=path),
                    where=where,
                    remedy=Message("name a file that does not exist yet"),
                )
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            locked = "locked" in str(error)
            raise UsageError(
                Message("{path} is in use by another run", path=path)
                if locked
                else placed(str(path), str(error)),
                where=where,
                remedy=Message("wait for it, or name another file")
                if locked
                else Message("name another file"),
            ) from None
        except sqlite3.DatabaseError:
            raise UsageError(
                Message("{path} is no journal", path=path),
                where=where,
                remedy=Message("name a file that does not exist yet"),
            ) from None

    def close(self) -> None:
        """Give the file free."""
        self._db.close()

    def answers(self, keys: Iterable[str]) -> dict[str, Reply]:
        """Replies that are there, by request."""
        found: dict[str, Reply] = {}
        with closing(self._db.cursor()) as cursor:
            for key in keys:
                row = cursor.execute(
                    f"SELECT {_REPLY} FROM answers WHERE request = ?", (key,)
                ).fetchone()
                if row is not None:
                    text, finish, read, written, reasoned, seconds = row
                    found[key] = Reply(text, finish, read, written, bool(reasoned), seconds)
        return found

    def sent(self, key: str, model: str, most: Charge) -> int:
        """A request is about to be sent and may cost this much. Returns the number of the attempt."""
        cursor = self._db.execute(
            "INSERT INTO attempts (request, model, state, tokens, usd) VALUES (?, ?, 'sent', ?, ?)",
            (key, model, most.tokens, most.usd),
        )
        return int(cursor.lastrowid or 0)

    def answered(self, attempt: int, key: str, model: str, reply: Reply, cost: Charge) -> None:
        """The answer is here, and on disk when this returns."""
        self._db.execute("BEGIN")
        self._db.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (key, model, *reply, *cost),
        )
        self._db.execute(
            "UPDATE attempts SET state = 'answered', tokens = 0, usd = 0 WHERE id = ?", (attempt,)
        )
        self._db.execute("COMMIT")

    def failed(self, attempt: int, code: str, detail: str, *, billed: bool) -> None:
        """No answer came; it costs nothing when the server refused to begin."""
        state = "failed" if billed else "free"
        self._db.execute(
            "UPDATE attempts SET state = ?, code = ?, detail = ? WHERE id = ?",
            (state, code, detail, attempt),
        )

    def spend(self, keys: Iterable[str]) -> Spend:
        """What these requests have cost so far, in all runs on this journal."""
        billed, unconfirmed, attempts, lost = Charge(), Charge(), 0, 0
        with closing(self._db.cursor()) as cursor:
            for key in keys:
                row = cursor.execute(
                    "SELECT tokens, usd FROM answers WHERE request = ?", (key,)
                ).fetchone()
                if row is not None:
                    billed = billed.plus(Charge(*row))
                for state, tokens, usd in cursor.execute(
                    "SELECT state, tokens, usd FROM attempts WHERE request = ?", (key,)
                ):
                    attempts += 1
                    if state in ("sent", "failed"):
                        unconfirmed = unconfirmed.plus(Charge(tokens, usd))
                        lost += 1
        return Spend(billed, unconfirmed, attempts, lost)
