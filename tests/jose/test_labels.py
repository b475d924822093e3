# SPDX-License-Identifier: Apache-2.0
"""What is written on a key, and what it then may do."""

from __future__ import annotations

from typing import Any

import pytest

from sealwright.errors import InvalidKeyError
from sealwright.jose import Key
from sealwright.jose.labels import Labels


@pytest.mark.parametrize(
    ("labels", "may"),
    [
        ({}, {"sign", "verify"}),
        ({"use": "sig"}, {"sign", "verify"}),
        ({"use": "enc"}, set()),
        ({"use": "tls"}, set()),
        ({"use": ""}, set()),
        ({"key_ops": []}, set()),
        ({"key_ops": ["sign"]}, {"sign"}),
        ({"key_ops": ["verify", "x"]}, {"verify"}),
        ({"key_ops": ["encrypt"]}, set()),
        ({"use": "enc", "key_ops": ["sign", "verify"]}, set()),
        ({"use": "sig", "key_ops": ["sign", "verify"]}, {"sign", "verify"}),
    ],
)
def test_use_and_key_ops_are_enforced(labels: dict[str, Any], may: set[str]) -> None:
    """Both are asked, and each refusal names the one that refuses."""
    read = Labels.of(labels)
    key = Key.from_jwk({**Key.generate("ES256").to_jwk(private=True), **labels})
    for operation in ("sign", "verify"):
        assert read.allow(operation) is (operation in may)
        if operation not in may:
            said = str(read.refusal(operation))
            assert operation in said
            assert ("use" if labels.get("use", "sig") != "sig" else "key_ops") in said
            with pytest.raises(InvalidKeyError):
                key.sign(b"") if operation == "sign" else key.verify(b"", bytes(64))


@pytest.mark.parametrize("name", ["alg", "kid", "use"])
@pytest.mark.parametrize("value", [5, True, ["ES256"], {}, b"ES256"])
def test_labels_are_texts(name: str, value: Any) -> None:
    """A label of another type is refused and named; null counts as not there."""
    with pytest.raises(InvalidKeyError, match=name):
        Labels.of({name: value})
    assert Labels.of({name: None}) == Labels()


@pytest.mark.parametrize("value", ["sign", 5, {"sign": 1}, [5], ["sign", None], [["sign"]]])
def test_key_ops_is_a_list_of_texts(value: Any) -> None:
    """A text is no list, though it has letters to iterate over."""
    with pytest.raises(InvalidKeyError, match="key_ops"):
        Labels.of({"key_ops": value})
    assert Labels.of({"key_ops": ("sign",)}).key_ops == ("sign",)
    assert Labels.of({"key_ops": None}).key_ops is None


def test_the_algorithms_follow_from_kind_and_label() -> None:
    """Without a label all that fit, with one its names, and none that does not fit."""
    assert Labels().algorithms("EC", "P-256") == ("ES256",)
    assert Labels().algorithms("OKP", "Ed448") == ("EdDSA", "Ed448")
    assert Labels("Ed25519").algorithms("OKP", "Ed25519") == ("Ed25519", "EdDSA")
    assert Labels("PS256").algorithms("RSA", None) == ("PS256",)
    for alg in ("ES384", "none", "", "ES256\n" + "x" * 1000):
        with pytest.raises(InvalidKeyError, match="does not fit this P-256 key") as caught:
            Labels(alg).algorithms("EC", "P-256")
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) <= 200


def test_a_public_key_can_only_verify() -> None:
    """What a key can do follows from its labels and from which half it is."""
    signers, verifiers = Labels().operations(("ES256",), private=False)
    assert (set(signers), set(verifiers)) == (set(), {"ES256"})
    signers, verifiers = Labels(key_ops=("sign",)).operations(("ES256",), private=True)
    assert (set(signers), set(verifiers)) == ({"ES256"}, set())
