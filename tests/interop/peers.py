# SPDX-License-Identifier: Apache-2.0
"""Other people's libraries behind one face, so that one test speaks to all of them.

The Python ones are called directly. Node, Ruby and Perl each run one script for the whole test session and
answer JSON lines; Debian's `jose` is a command and is started for each question.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

HERE = Path(__file__).parent
HMAC = ("HS256", "HS384", "HS512")
RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
NIST = ("ES256", "ES384", "ES512")
MLDSA = ("ML-DSA-44", "ML-DSA-65", "ML-DSA-87")
JWK, PEM, TEXT = "jwk", "pem", "text"


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """A peer says no."""


class Missing(Exception):  # noqa: N818
    """A peer is not on this machine; the text names it and says what to install."""


class Pair(NamedTuple):
    """A key that a peer made; ``public`` is None for a secret."""

    private: str
    public: str | None


class Peer(Protocol):
    """Another library.

    Keys go in and out as text, in one of three forms: JWK, PEM, or an HMAC secret as it is.
    """

    def sign(self, payload: str, alg: str, key: str, form: str, header: dict[str, Any]) -> str:
        """Return a compact token."""

    def verify(self, token: str, alg: str, key: str, form: str) -> str:
        """Return the payload, or raise `Refused`."""

    def generate(self, alg: str, form: str) -> Pair:
        """Make a key for an algorithm."""

    def close(self) -> None:
        """End what was started."""


class LinePeer:
    """A script that answers each line of JSON with another one."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", cwd=HERE / "node"
        )

    def ask(self, operation: str, **request: Any) -> Any:
        """Ask one question.

        Args:
            operation: What the script shall do.
            request: The rest of the question.

        Raises:
            Refused: The script answered no.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"operation": operation, **request}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"{self._process.args!r} died; its last words are above"
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer["result"]

    def sign(self, payload: str, alg: str, key: str, form: str, header: dict[str, Any]) -> str:
        """Return a compact token."""
        token: str = self.ask("sign", payload=payload, alg=alg, key=key, form=form, header=header)
        return token

    def verify(self, token: str, alg: str, key: str, form: str) -> str:
        """Return the payload, or raise `Refused`."""
        payload: str = self.ask("verify", token=token, alg=alg, key=key, form=form)
        return payload

    def generate(self, alg: str, form: str) -> Pair:
        """Make a key for an algorithm."""
        made = self.ask("generate", alg=alg, form=form)
        return Pair(made["private"], made["public"])

    def close(self) -> None:
        """End the script by ending its input."""
        self._process.communicate(timeout=30)


class JoseCommand:
    """Debian's `jose`, which knows keys as JWK only."""

    def __init__(self, program: str) -> None:
        self._program = program

    def run(self, *arguments: str, given: str = "") -> str:
        """Run the command.

        Args:
            arguments: What is typed behind ``jose``.
            given: Its standard input.

        Raises:
            Refused: It ended with another status than 0.
        """
        done = subprocess.run(
            [self._program, *arguments], input=given, capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode != 0:
            raise Refused(done.stderr.strip() or f"status {done.returncode}")
        return done.stdout

    def sign(self, payload: str, alg: str, key: str, form: str, header: dict[str, Any]) -> str:
        """Return a compact token."""
        template = json.dumps({"protected": {"alg": alg, **header}})
        with _files(payload, key) as (payload_file, key_file):
            return self.run("jws", "sig", "-I", payload_file, "-k", key_file, "-s", template, "-c").strip()

    def sign_json(self, payload: str, keys: list[str], headers: list[dict[str, Any]]) -> str:
        """Return a JSON token with one signature for each key."""
        with _files(payload, *keys) as (payload_file, *key_files):
            arguments = ["-I", payload_file]
            for key_file, header in zip(key_files, headers, strict=True):
                arguments += ["-k", key_file, "-s", json.dumps({"protected": header})]
            return self.run("jws", "sig", *arguments)

    def verify(self, token: str, alg: str, key: str, form: str) -> str:
        """Return the payload, or raise `Refused`."""
        with _files(token, key) as (token_file, key_file):
            return self.run("jws", "ver", "-i", token_file, "-k", key_file, "-O", "-")

    def generate(self, alg: str, form: str) -> Pair:
        """Make a key for an algorithm."""
        private = self.run("jwk", "gen", "-i", json.dumps({"alg": alg}))
        return Pair(private, None if alg in HMAC else self.run("jwk", "pub", "-i", "-", given=private))

    def close(self) -> None:
        """Nothing runs between questions."""


@contextmanager
def _files(*texts: str) -> Iterator[list[str]]:
    """Texts as files that live for one command; standard input would do for one of them only."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, str(number)) for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        yield [str(path) for path in paths]


def start(name: str) -> Peer:
    """Start a peer that is not written in Python.

    Args:
        name: ``jose``, ``ruby``, ``perl`` or ``node``.

    Raises:
        Missing: It is not on this machine.
    """
    if name == "jose":
        return JoseCommand(_program("jose", "the Debian package jose"))
    if name == "ruby":
        ruby = _program("ruby", "the Debian packages ruby and ruby-jwt")
        _demand([ruby, "-r", "jwt", "-e", "0"], "ruby-jwt", "the Debian package ruby-jwt")
        return LinePeer(ruby, str(HERE / "ruby" / "peer.rb"))
    if name == "perl":
        perl = _program("perl", "the Debian packages perl and libcrypt-jwt-perl")
        _demand([perl, "-M" + "Crypt::JWT", "-e", "0"], "Crypt::JWT", "the Debian package libcrypt-jwt-perl")
        return LinePeer(perl, str(HERE / "perl" / "peer.pl"))
    node = _program("node", "Node.js 20 or newer, with npm, and run scripts/setup dev")
    if not (HERE / "node" / "node_modules" / "jose").is_dir():
        raise Missing("the npm package jose is not installed; install npm and run scripts/setup dev")
    return LinePeer(node, str(HERE / "node" / "peer.mjs"))


def node_knows_mldsa() -> bool:
    """Whether this machine's node is new enough for ML-DSA."""
    node = _program("node", "Node.js 24.7 or newer")
    version = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    major, minor = version.strip().lstrip("v").split(".")[:2]
    return (int(major), int(minor)) >= (24, 7)


def _program(name: str, cure: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed; install {cure}")
    return path


def _demand(command: list[str], name: str, cure: str) -> None:
    if subprocess.run(command, capture_output=True, check=False, timeout=60).returncode != 0:
        raise Missing(f"{name} is not installed; install {cure}")
