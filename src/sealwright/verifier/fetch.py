# SPDX-License-Identifier: Apache-2.0
"""The one place where the verifier touches the network: the ``Fetch`` plug and its default, ``HttpFetch``.

Everything the verifier reads (metadata, key sets) is public and small, so the default is deliberately
narrow: GET only, no redirects, no proxies, no environment, no netrc, no cookies, no compression, a size
limit while reading, and one deadline over the whole exchange. To use something else, pass any callable of
the same shape as ``Verifier(…, fetch=…)``.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..errors import UnavailableError
from . import limits
from .urls import Url, parse_url, quote

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_Address = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FetchResponse:
    """What the issuer answered.

    Attributes:
        status: The HTTP status; redirects are handed back and never followed.
        headers: Header values by lower-case name.
        body: The body as it was sent.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetch(Protocol):
    """Anything that can read a URL for the verifier."""

    def __call__(self, url: str, headers: Mapping[str, str], *, timeout: float) -> FetchResponse:
        """Read one URL, following no redirect.

        Args:
            url: An https URL, or an http one on a loopback host.
            headers: Request headers to send.
            timeout: Seconds the whole exchange may take.

        Returns:
            The answer, whatever its status; header names in lower case.

        Raises:
            UnavailableError: There was no usable answer.
        """
        ...


class HttpFetch:
    """The default :class:`Fetch`, on ``http.client``.

    Example:
        >>> import ssl
        >>> fetch = HttpFetch(ssl_context=ssl.create_default_context())
    """

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        """Keep the settings; nothing is opened yet.

        Args:
            ssl_context: For issuers behind a private certificate authority; the system's
                authorities, with host names checked, when left out.
        """
        self._ssl_context = ssl_context

    def __call__(self, url: str, headers: Mapping[str, str], *, timeout: float) -> FetchResponse:
        """Read one URL; see :class:`Fetch`."""
        deadline = time.monotonic() + timeout
        try:
            target = parse_url(url)
        except ValueError as error:
            raise UnavailableError(f"Cannot fetch {quote(url)}: the URL {error}") from None
        try:
            return self._exchange(target, headers, deadline)
        except TimeoutError as error:
            raise UnavailableError(
                f"Cannot fetch {url}: no complete answer within {timeout:.1f} s"
            ) from error
        except ssl.SSLError as error:
            raise UnavailableError(
                f"Cannot fetch {url}: TLS failed: {_reason(error)}",
                hint="The issuer's certificate must be valid, trusted here, and made out to this host name.",
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnavailableError(f"Cannot fetch {url}: {_reason(error)}") from error

    def _exchange(self, url: Url, headers: Mapping[str, str], deadline: float) -> FetchResponse:
        with _connect(url, deadline) as plain:
            if url.scheme == "http":
                return _request(http.client.HTTPConnection(url.host, url.port), plain, url, headers, deadline)
            if self._ssl_context is None:
                self._ssl_context = ssl.create_default_context()
            plain.settimeout(_remaining(deadline))
            with self._ssl_context.wrap_socket(plain, server_hostname=url.host) as secure:
                connection = http.client.HTTPSConnection(url.host, url.port, context=self._ssl_context)
                return _request(connection, secure, url, headers, deadline)


def _request(
    connection: http.client.HTTPConnection,
    sock: socket.socket,
    url: Url,
    headers: Mapping[str, str],
    deadline: float,
) -> FetchResponse:
    connection.auto_open = 0
    connection.sock = cast("socket.socket", _DeadlineSocket(sock, deadline))
    common = {"Accept": "application/json", "Connection": "close", "User-Agent": "sealwright"}
    connection.request("GET", url.target, headers={**common, **headers})
    with connection.getresponse() as response:
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding != "identity":
            raise ValueError(f"answered with content encoding {quote(encoding)}, which was not asked for")
        body = _read_body(response)
        merged: dict[str, str] = {}
        for name, value in response.headers.items():
            known = merged.get(name.lower())
            merged[name.lower()] = value if known is None else f"{known}, {value}"
        return FetchResponse(response.status, merged, body)


def _read_body(response: http.client.HTTPResponse) -> bytes:
    announced = response.length
    if announced is not None and announced > limits.MAX_BODY_BYTES:
        raise ValueError(f"announced {announced} bytes, and the limit is {limits.MAX_BODY_BYTES}")
    body = bytearray()
    while chunk := response.read(limits.READ_CHUNK_BYTES):
        body += chunk
        if len(body) > limits.MAX_BODY_BYTES:
            raise ValueError(f"sent more than the limit of {limits.MAX_BODY_BYTES} bytes")
    if announced is not None and len(body) != announced:
        raise ValueError(f"announced {announced} bytes and sent {len(body)}")
    return bytes(body)


def _connect(url: Url, deadline: float) -> socket.socket:
    """Try the host's addresses in turn, each with its share of the time left."""
    addresses = _resolve(url, deadline)
    failure: OSError = OSError("the host has no address")
    for position, (family, address) in enumerate(addresses):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(_remaining(deadline) / (len(addresses) - position))
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def _resolve(url: Url, deadline: float) -> list[tuple[int, _Address]]:
    """Look up the host in a thread of its own, because the system's resolver knows no deadline."""
    answers: queue.SimpleQueue[list[tuple[int, _Address]] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.put(error)
        else:
            answers.put([(family, address) for family, _, _, _, address in found])

    threading.Thread(target=look_up, name="sealwright-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=_remaining(deadline))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise OSError(f"cannot find the host {url.host}: {_reason(answer)}") from answer
    if url.scheme == "http":
        # A hosts file may give localhost any meaning, and plain http must not leave this machine.
        answer = [item for item in answer if ipaddress.ip_address(item[1][0]).is_loopback]
    return answer


class _DeadlineSocket:
    """The part of a socket that ``http.client`` uses, with one deadline over all of its reads and writes."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def sendall(self, data: ReadableBuffer) -> None:
        self._sock.settimeout(_remaining(self._deadline))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self._sock, self._deadline), limits.READ_CHUNK_BYTES)

    def close(self) -> None:
        """Do nothing: ``http.client`` closes before the body is read, and the socket has its owner."""


class _DeadlineReader(io.RawIOBase):
    """Reads a socket with the time that is left before each read, and no more bytes than are allowed."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline
        self._bytes_left = limits.MAX_HEAD_BYTES + limits.MAX_BODY_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        self._sock.settimeout(_remaining(self._deadline))
        count = self._sock.recv_into(buffer)
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise ValueError("sent more than any good answer needs")
        return count


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        text = error.verify_message
    return " ".join(text.split()) or type(error).__name__
