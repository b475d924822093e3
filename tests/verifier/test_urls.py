# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: D103 - the names of these tests are the sentences.
"""Which URLs the verifier opens."""

from __future__ import annotations

import pytest

from sealwright.verifier.urls import parse_url, quote


@pytest.mark.parametrize(
    ("text", "origin", "host", "port", "target"),
    [
        ("https://issuer.example", "https://issuer.example", "issuer.example", 443, "/"),
        (
            "https://Issuer.example:8443/a/b?c=d",
            "https://Issuer.example:8443",
            "issuer.example",
            8443,
            "/a/b?c=d",
        ),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000", "127.0.0.1", 8000, "/"),
        ("http://localhost/x", "http://localhost", "localhost", 80, "/x"),
        ("http://[::1]:9/", "http://[::1]:9", "::1", 9, "/"),
    ],
)
def test_https_urls_and_loopback_http_urls_are_taken_apart(
    text: str, origin: str, host: str, port: int, target: str
) -> None:
    url = parse_url(text)
    assert (url.text, url.origin, url.host, url.port, url.target) == (text, origin, host, port, target)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://issuer.example/", "plain http"),
        ("http://127.1/", "plain http"),
        ("http://127.0.0.1.example/", "plain http"),
        ("http://169.254.169.254/latest", "plain http"),
        ("file:///etc/passwd", "not an https URL"),
        ("issuer.example", "not an https URL"),
        ("https://", "names no host"),
        ("https://issuer.example:0/", "names no host"),
        ("https://issuer.example:99999/", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://susan:secret@issuer.example/", "user name"),
        ("https://issuer.example/#keys", "fragment"),
        ("https://issuer.example/#", "fragment"),
        ("https://issuer.example/a b", "characters"),
        ("https://issuer.example/\r\nHost: evil", "characters"),
        ("https://issuer.example\\@evil.example/", "characters"),
        ("https://issuér.example/", "characters"),
        ("https://issuer.example/" + "a" * 2048, "longer than 2048"),
    ],
)
def test_every_other_url_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_url(text)


def test_foreign_values_are_quoted_on_one_line_and_cut() -> None:
    assert quote("a\nb\x1b[31mé") == r"'a\nb\x1b[31m\xe9'"
    assert len(quote("a" * 10_000)) == 121
