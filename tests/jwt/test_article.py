# SPDX-License-Identifier: Apache-2.0
"""The article, word for word: its listings run after changing one import, and print what it prints."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any

import pytest

import sealwright
from sealwright import jwt

TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoxMjN9.oF_jJKavmWrM6d_io5M5PBiK9AKMf_OcK4xpc17kvwI"
)
EXPIRED_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoxMjMsInVzZXJuYW1lIjoic3VzYW4iLCJyb2xlc"
    "yI6WyJ1c2VyIiwibW9kZXJhdG9yIl0sImV4cCI6MTUyODU2MDc3My41Mzg2ODkxfQ.LuicSWptAYHBXKJnM3iz9V07"
    "Xz_vSKb3AheYXOC444A"
)
CHANGED_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoxMjN9.oF_jJKavmWrM6d_io5M5PBiK9AKMf_OcK4xpc17kvwO"
)
RS256_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJ1c2VyX2lkIjoxMjN9.HT1kBSdGFAznrhbs2hB6xjVDilMUmKA-"
    "_36n1pLLtFTKHoO1qmRkUcy9bJJwGuyfJ_dbzBMyBwpXMj-EXnKQQmKlXsiItxzLVIfC5qE97V6l6S0LzT9bzixvgo"
    "lwi-qB9STp0bR_7suiXaON-EzBWFh0PzZi7l5Tg8iS_0_iSCQQlX5MSJW_-bHESTf3dfj5GGbsRBRsi1TRBzvxMUB6"
    "GhNsy6rdUhwoTkihk7pljISTYs6BtNoGRW9gVUzfA2es3zwBaynyyMeSocYet6WJri97p0eRnVGtHSWwAmnzZ-CX5-"
    "scO9uYmb1fT1EkhhjGhnMejee-kQkMktCTNlPsaUAJyayzdgEvQeo5M9ZrfjEnDjF7ntI03dck1t9Bgy-tV1LKH0FW"
    "NLq3dCJJrYdQx--A-I7zW1th0C4wNcDe_d_GaYopbtU-HPRG3Z1SPKFuX1m0uYhk9aySvkec66NBfvV2xEgo8lRZyN"
    "xntXkMdeJCEiLF1UhQvvSvmWaWC-0uRulYACn4H-tZiaK7zvpcPkrsfJ7iR_O1bxMPziKpsM4b7c7tmsEcOUZY-IHE"
    "I9ibd54_A1O72i08sCWKT5CXyG70MAPqyR0MFlcV7IuDtBW3LCqyvfsDVk4eIj8VcSU1OKQJ1Gl-CTOHEyN-ncV3Ns"
    "lVLaT9Q1C4E7uK2QpS8z0"
)
PUBLIC_KEY = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQCcjWidoIPNRc3IN1hoGeOdSvDkBDK3W3P7/4HxLf62nvUQVczL3F"
    "G+dG9KSRnzuvRoUi1o3TASO3Yn72FSfaLPE/JmOtpu/IGuB/oF/CrJqEHA/08n0xkNQK8kwdIqayKPS84PVOm8XomN"
    "ijMpUCahqu9cGZDPhlgqD8PAxw4e1ZQSizWj0hTSCR78dmHAEr5oXryP6uD0Mw/KGKYel/KTMu00dShWPzHnJeLaYv"
    "KgMJKPN6pqhsWFQsNUDnKd9tgn3NSPeHECnnBbUxB2BeuVz72+HnyFWah3mpGH4Dr+9rjRXiPg2AYxgR3U93AEQ6os"
    "efxeIKUSCXWx1txNV07QzwFVag4vPBmrA9XktC7i5EP91wxUOsyzhG8geXKuDHmE+/7U3AsExHYFkBLqMnW92CaTeQ"
    "408xsRXjxWjSNHpfqhZVxGY5Eh8L3NVqgRg1LdnZYHpovi1iP4Zx2Z7Nb5F9ejuMsA+v/D0WL3c6bhwU8BKdD7YZDG"
    "2tpzq6PHt+NarGkcWWh9/p/SIJoZi+e35mjcUMfnRD8w/ouL0sTnxebT7xBCVucfRoMPA67USoChDpc+pNsdtsqlQO"
    "ZMgpPZYfjIyCThv5mwjEKHnytBq46ULOFlHt0opplDANnDsvWwqEobhACZM+n2ZNtu36eoc3bC/Hak8ACEi5DixirF"
    "0w== miguel@MS90J8G8WL"
)

READ_ONLY_PROGRAM = """
from sealwright import jwt
public_key = open('jwt-key.pub').read()
token = input()
print(jwt.decode(token, public_key, algorithms=['RS256']))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tool: Callable[..., str]) -> Path:
    """A folder with what ``ssh-keygen -t rsa -b 4096 -m pem`` writes for jwt-key."""
    where = tmp_path_factory.mktemp("article")
    tool("ssh-keygen", "-q", "-t", "rsa", "-b", "4096", "-m", "pem", "-f", "jwt-key", "-N", "", cwd=where)
    return where


class TestQuickIntroduction:
    """The section "Quick Introduction to JSON Web Tokens"."""

    def test_a_token_for_user_123(self) -> None:
        """The first listing: encode a payload with a secret, read the token's parts, get the payload back."""
        secret_key = "a random, long, sequence of characters that only the server knows"
        token = jwt.encode({"user_id": 123}, secret_key, algorithm="HS256")
        assert isinstance(token, str)
        assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "HS256"}
        assert jwt.decode(token, secret_key, algorithms=["HS256"]) == {"user_id": 123}

    def test_a_more_complex_token(self, secret_key: str) -> None:
        """The second listing: more claims make a longer token."""
        payload = {"user_id": 123, "username": "susan", "roles": ["user", "moderator"]}
        token = jwt.encode(payload, secret_key, algorithm="HS256")
        assert len(token) > len(jwt.encode({"user_id": 123}, secret_key, algorithm="HS256"))
        assert jwt.decode(token, secret_key, algorithms=["HS256"]) == payload

    def test_five_minutes_of_validity(self, secret_key: str) -> None:
        """The third listing: exp as time() + 300, a float."""
        exp = time() + 300
        token = jwt.encode(
            {
                "user_id": 123,
                "username": "susan",
                "roles": ["user", "moderator"],
                "exp": exp,
            },
            secret_key,
            algorithm="HS256",
        )
        payload = jwt.decode(token, secret_key, algorithms=["HS256"])
        assert payload == {"user_id": 123, "username": "susan", "roles": ["user", "moderator"], "exp": exp}
        with pytest.raises(jwt.ExpiredSignatureError):
            jwt.decode(token, secret_key, algorithms=["HS256"], now=exp)

    def test_the_printed_token_decodes(self, secret_key: str) -> None:
        """The token printed in the article belongs to user 123."""
        assert jwt.decode(TOKEN, secret_key, algorithms=["HS256"]) == {"user_id": 123}

    def test_the_printed_token_with_an_expiration_has_expired(self, secret_key: str) -> None:
        """The article's second token raises ExpiredSignatureError with the article's message."""
        with pytest.raises(jwt.exceptions.ExpiredSignatureError, match=r"^Signature has expired$"):
            jwt.decode(EXPIRED_TOKEN, secret_key, algorithms=["HS256"])

    def test_the_expired_token_was_valid_in_2018(self, secret_key: str) -> None:
        """A moment before its expiration the same token was good, in the same second too."""
        payload = jwt.decode(EXPIRED_TOKEN, secret_key, algorithms=["HS256"], now=1528560773.0)
        assert payload["username"] == "susan"
        assert payload["exp"] == 1528560773.5386891

    def test_one_changed_character_is_an_invalid_signature(self, secret_key: str) -> None:
        """The last character changed to O raises InvalidSignatureError with the article's words."""
        assert CHANGED_TOKEN[:-1] == TOKEN[:-1]
        with pytest.raises(jwt.exceptions.InvalidSignatureError, match=r"^Signature verification failed"):
            jwt.decode(CHANGED_TOKEN, secret_key, algorithms=["HS256"])

    def test_a_change_to_any_character_is_refused(self, secret_key: str) -> None:
        """Each character that is changed, as the article does with one, makes the token invalid."""
        for position, character in enumerate(TOKEN):
            if character != ".":
                changed = TOKEN[:position] + ("A" if character != "A" else "B") + TOKEN[position + 1 :]
                with pytest.raises(jwt.InvalidTokenError):
                    jwt.decode(changed, secret_key, algorithms=["HS256"])


class TestPublicKeySignatures:
    """The section "Using Public-Key Signatures with JWTs"."""

    def test_the_printed_token_decodes_with_the_printed_key(self) -> None:
        """Anyone can verify the author's token with the public key the article shares."""
        public_key = PUBLIC_KEY
        assert public_key.endswith(" miguel@MS90J8G8WL")
        assert jwt.decode(RS256_TOKEN, public_key, algorithms=["RS256"]) == {"user_id": 123}
        assert jwt.decode(RS256_TOKEN.encode(), public_key.encode(), algorithms=["RS256"]) == {"user_id": 123}

    def test_only_the_author_can_make_such_tokens(self) -> None:
        """The shared public key does not sign, and the error says what is needed."""
        with pytest.raises(jwt.InvalidKeyError, match="private"):
            jwt.encode({"user_id": 123}, PUBLIC_KEY, algorithm="RS256")

    def test_the_public_key_is_no_hmac_secret(self) -> None:
        """An attacker who knows the public key cannot use it as a secret, on either side."""
        with pytest.raises(jwt.InvalidKeyError):
            jwt.encode({"user_id": 123}, PUBLIC_KEY, algorithm="HS256")
        with pytest.raises(jwt.InvalidKeyError):
            jwt.decode(TOKEN, PUBLIC_KEY, algorithms=["HS256"])

    def test_a_changed_character_is_an_invalid_signature(self) -> None:
        """The public key finds a changed signature out."""
        changed = RS256_TOKEN[:-20] + "A" + RS256_TOKEN[-19:]
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(changed, PUBLIC_KEY, algorithms=["RS256"])


class TestSshKeygen:
    """The article's own commands, run with the real programs."""

    def test_sign_with_one_file_and_verify_with_the_other(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The contents of jwt-key sign and the contents of jwt-key.pub verify."""
        monkeypatch.chdir(folder)
        private_key = Path("jwt-key").read_text()
        token = jwt.encode({"user_id": 123}, private_key, algorithm="RS256")
        public_key = Path("jwt-key.pub").read_text()
        payload = jwt.decode(token, public_key, algorithms=["RS256"])
        assert payload == {"user_id": 123}

    def test_a_new_session_verifies_with_the_public_file_alone(self, folder: Path, tmp_path: Path) -> None:
        """The article starts a new Python session: here another process holds the public file only."""
        token = jwt.encode({"user_id": 123}, (folder / "jwt-key").read_text(), algorithm="RS256")
        (tmp_path / "jwt-key.pub").write_text((folder / "jwt-key.pub").read_text())
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY_PROGRAM],
            cwd=tmp_path,
            env={"PYTHONPATH": str(Path(sealwright.__file__).parents[1])},
            input=token,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.stdout == "{'user_id': 123}\n", done.stderr

    def test_the_key_decides_the_algorithm(self, folder: Path) -> None:
        """Without an algorithm the RSA key signs RS256."""
        token = jwt.encode({"user_id": 123}, (folder / "jwt-key").read_text())
        assert jwt.get_unverified_header(token)["alg"] == "RS256"

    def test_comment_51_openssl_writes_the_public_key(
        self, folder: Path, tmp_path: Path, tool: Callable[..., str]
    ) -> None:
        """Reader comment 51: ``openssl rsa -in jwtRS256.key -pubout -outform PEM -out jwtRS256.key.pub``."""
        (tmp_path / "jwtRS256.key").write_text((folder / "jwt-key").read_text())
        convert = "openssl rsa -in jwtRS256.key -pubout -outform PEM -out jwtRS256.key.pub"
        tool(*convert.split(), cwd=tmp_path)
        private, public = ((tmp_path / f"jwtRS256.key{end}").read_text() for end in ("", ".pub"))
        assert "BEGIN PUBLIC KEY" in public
        token = jwt.encode({"user_id": 123}, private, algorithm="RS256")
        assert jwt.decode(token, public, algorithms=["RS256"]) == {"user_id": 123}

    def test_comment_60_and_65_the_default_openssh_format(
        self, tmp_path: Path, tool: Callable[..., str]
    ) -> None:
        """Readers 60 and 65: the private key in ssh-keygen's default format signs as well."""
        tool("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-f", "jwt-key", "-N", "", cwd=tmp_path)
        private = (tmp_path / "jwt-key").read_text()
        assert "BEGIN OPENSSH PRIVATE KEY" in private
        token = jwt.encode({"user_id": 123}, private, algorithm="RS256")
        public_key = (tmp_path / "jwt-key.pub").read_text()
        assert jwt.decode(token, public_key, algorithms=["RS256"]) == {"user_id": 123}

    def test_comment_61_a_key_object_signs(self, natives: dict[str, Any]) -> None:
        """Comment 61: a private key object of the cryptography package does instead of a text."""
        token = jwt.encode({"user_id": 123}, natives["rsa"], algorithm="RS256")
        assert jwt.decode(token, natives["rsa"].public_key(), algorithms=["RS256"]) == {"user_id": 123}

    @pytest.mark.parametrize(
        ("kind", "alg"),
        [
            pytest.param("ecdsa", "ES256", id="ecdsa"),
            pytest.param("ecdsa -b 384", "ES384", id="ecdsa 384"),
            pytest.param("ecdsa -b 521", "ES512", id="ecdsa 521"),
            pytest.param("ed25519", "EdDSA", id="ed25519"),
        ],
    )
    @pytest.mark.parametrize("form", ["", "-m pem", "-m pkcs8"])
    def test_other_kinds_of_ssh_keys(
        self, kind: str, alg: str, form: str, tmp_path: Path, tool: Callable[..., str]
    ) -> None:
        """What ssh-keygen makes of ecdsa and ed25519, in each of its formats, signs and verifies."""
        tool("ssh-keygen", "-q", "-t", *kind.split(), *form.split(), "-f", "key", "-N", "", cwd=tmp_path)
        token = jwt.encode({"user_id": 123}, (tmp_path / "key").read_text())
        assert jwt.get_unverified_header(token)["alg"] == alg
        public_key = (tmp_path / "key.pub").read_text()
        assert jwt.decode(token, public_key, algorithms=[alg]) == {"user_id": 123}
        assert token != jwt.encode({"user_id": 124}, (tmp_path / "key").read_text(), algorithm=alg)

    def test_a_passphrase_is_asked_for(self, tmp_path: Path, tool: Callable[..., str]) -> None:
        """A key that was given a passphrase is refused by name, and opened by Key.load."""
        tool(
            *[
                "ssh-keygen",
                "-q",
                "-t",
                "rsa",
                "-b",
                "2048",
                "-m",
                "pem",
                "-f",
                "jwt-key",
                "-N",
                "passphrase",
            ],
            cwd=tmp_path,
        )
        with pytest.raises(jwt.InvalidKeyError, match="encrypted"):
            jwt.encode({"user_id": 123}, (tmp_path / "jwt-key").read_text(), algorithm="RS256")
        key = jwt.Key.load(tmp_path / "jwt-key", password="passphrase")
        token = jwt.encode({"user_id": 123}, key, algorithm="RS256")
        public_key = (tmp_path / "jwt-key.pub").read_text()
        assert jwt.decode(token, public_key, algorithms=["RS256"]) == {"user_id": 123}

    def test_a_passphrase_in_the_default_format(self, tmp_path: Path, tool: Callable[..., str]) -> None:
        """OpenSSH's own encryption is recognised; opening it works or names the package it needs."""
        tool(*["ssh-keygen", "-q", "-t", "ed25519", "-f", "key", "-N", "passphrase"], cwd=tmp_path)
        with pytest.raises(jwt.InvalidKeyError, match="encrypted"):
            jwt.encode({"user_id": 123}, (tmp_path / "key").read_text())
        try:
            key = jwt.Key.load(tmp_path / "key", password="passphrase")
        except jwt.InvalidKeyError as err:
            assert "bcrypt" in str(err)  # noqa: PT017 - with the package installed nothing is raised
        else:
            assert jwt.encode({"user_id": 123}, key)
