# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""The default fetch against a server that misbehaves in every way a server can."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from tests.verifier import issuer as misbehaviour
from tests.verifier.issuer import JWKS, Answer, Issuer

from sealwright.errors import UnavailableError
from sealwright.verifier import HttpFetch


def fetch(issuer: Issuer, timeout: float = 20, path: str = JWKS) -> Any:
    return HttpFetch()(issuer.origin + path, {}, timeout=timeout)


def test_a_good_answer_arrives_with_its_status_headers_and_body(issuer: Issuer) -> None:
    issuer.headers["Cache-Control"] = "max-age=60"
    response = fetch(issuer)
    assert (response.status, response.body) == (200, issuer.jwks())
    assert response.headers["cache-control"] == "max-age=60"


def test_headers_sent_twice_are_joined(issuer: Issuer) -> None:
    issuer.answers["/x"] = misbehaviour.body(b"{}", cache_control="public", Cache_Control="max-age=5")
    assert fetch(issuer, path="/x").headers["cache-control"] == "public, max-age=5"


def test_the_request_asks_for_no_compression_and_carries_no_cookie_or_credential(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login susan password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    issuer.answers[JWKS] = misbehaviour.body(b"{}", Set_Cookie="a=b; Path=/")
    fetch(issuer)
    fetch(issuer)
    assert len(issuer.requests) == 2
    for _, headers in issuer.requests:
        assert headers["Accept-Encoding"] == "identity"
        assert not {"Cookie", "Authorization"} & headers.keys()


def test_proxies_of_the_environment_are_not_used(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetch(issuer).status == 200


def test_a_redirect_is_handed_back_and_not_followed(issuer: Issuer) -> None:
    issuer.answers[JWKS] = misbehaviour.status(302, Location=issuer.origin + "/elsewhere")
    assert fetch(issuer).status == 302
    assert issuer.count("/elsewhere") == 0


def endless_continue(handler: misbehaviour.Handler) -> None:
    while not handler.server.issuer.closing.is_set():
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (misbehaviour.truncated, "announced .* bytes and sent"),
        (misbehaviour.gzipped, "content encoding 'gzip'"),
        (misbehaviour.endless, "more than the limit of 262144"),
        (misbehaviour.body(b" " * 300_000), "announced 300000 bytes"),
        (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n"), "SSH-2.0"),
        (lambda handler: None, "without response"),
        (lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200), "100 headers"),
        (endless_continue, "more than any good answer"),
        (
            lambda handler: handler.send(b"5\r\nab", Content_Length="", Transfer_Encoding="chunked"),
            "Incomplete",
        ),
    ],
)
def test_a_bad_answer_is_unavailable_and_says_why(issuer: Issuer, answer: Answer, reason: str) -> None:
    issuer.answers[JWKS] = answer
    with pytest.raises(UnavailableError, match=reason) as caught:
        fetch(issuer)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("answer", [misbehaviour.drip, misbehaviour.drip_head])
def test_a_slow_drip_ends_with_the_deadline(issuer: Issuer, answer: Answer) -> None:
    """Every single read is quick here, so a timeout for each read would never end it."""
    issuer.answers[JWKS] = answer
    with pytest.raises(UnavailableError, match=r"no complete answer within 0\.3 s"):
        fetch(issuer, timeout=0.3)


def test_a_deadline_that_has_passed_is_unavailable(issuer: Issuer) -> None:
    with pytest.raises(UnavailableError, match="no complete answer"):
        fetch(issuer, timeout=0)


def test_a_refused_connection_is_unavailable(free_port: int) -> None:
    with pytest.raises(UnavailableError, match="refused"):
        HttpFetch()(f"http://127.0.0.1:{free_port}/", {}, timeout=20)


def test_a_url_that_may_not_be_opened_is_unavailable() -> None:
    with pytest.raises(UnavailableError, match="plain http"):
        HttpFetch()("http://issuer.example/", {}, timeout=20)


def test_a_host_that_is_not_found_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", gone)
    with pytest.raises(UnavailableError, match=r"cannot find the host issuer\.example: Name"):
        HttpFetch()("https://issuer.example/", {}, timeout=20)


def test_a_host_name_that_no_resolver_takes_is_unavailable() -> None:
    with pytest.raises(UnavailableError, match="cannot find the host"):
        HttpFetch()(f"https://{'a' * 64}.example/", {}, timeout=20)


def test_a_resolver_that_hangs_ends_with_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(*args: Any, **kwargs: Any) -> Any:
        release.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        with pytest.raises(UnavailableError, match="no complete answer"):
            HttpFetch()("https://issuer.example/", {}, timeout=0.2)
    finally:
        release.set()


def test_plain_http_stays_on_this_machine_whatever_localhost_resolves_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: elsewhere)
    with pytest.raises(UnavailableError, match="no address"):
        HttpFetch()("http://localhost/", {}, timeout=20)


def test_the_next_address_is_tried_when_one_does_not_answer(
    issuer: Issuer, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(issuer.origin.rpartition(":")[2])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", at)) for at in (free_port, port)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    assert HttpFetch()(f"http://localhost:{port}{JWKS}", {}, timeout=20).status == 200
