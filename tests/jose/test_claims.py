# SPDX-License-Identifier: Apache-2.0
"""Claims: what is written, what is read, and how each registered one is validated at a given time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from sealwright import jwt
from sealwright.errors import (
    DecodeError,
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAudienceError,
    InvalidIssuedAtError,
    InvalidIssuerError,
    InvalidJTIError,
    InvalidSubjectError,
    InvalidTokenError,
    MissingRequiredClaimError,
    SealwrightError,
)
from sealwright.jose import claims

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_800_000_000.0
NAN, INFINITY = float("nan"), float("inf")

# JSON texts that are no date, or none that any clock will show.
HOSTILE_DATES = (
    *("true", "false", "null", '""', '"1800000000"', '"2027-01-15T08:00:00Z"', '"NaN"', '"soon"', "[]", "{}"),
    *("[1800000000]", '{"seconds":1800000000}', "-1", "-1800000000", "-0.5", "9007199254740993", "1e17"),
    *("1e308", "99999999999999999999999", "9" * 400, "-1e308"),
)
UNREADABLE_DATES = ("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000, "01800000000", "0x10")


def validate(payload: dict[str, Any], **kwargs: Any) -> None:
    """Validate at a fixed time."""
    claims.validate(payload, now=kwargs.pop("now", NOW), **kwargs)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("text", HOSTILE_DATES, ids=lambda text: str(text)[:24])
def test_what_is_no_date_is_refused(name: str, text: str, forge: Callable[..., str], secret: bytes) -> None:
    """Booleans, texts, lists, negative and enormous numbers are no dates, and each claim has its error."""
    payload = f'{{"{name}":{text}}}'.encode()
    expected = InvalidIssuedAtError if name == "iat" else DecodeError
    with pytest.raises(expected) as caught:
        validate(claims.parse(payload))
    assert name in str(caught.value)
    assert len(str(caught.value)) <= 200
    with pytest.raises(expected):
        jwt.decode(forge(None, payload), secret, algorithms=["HS256"], now=NOW, leeway=1e6)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("text", UNREADABLE_DATES, ids=lambda text: str(text)[:24])
def test_numbers_that_are_no_json_are_refused(
    name: str, text: str, forge: Callable[..., str], secret: bytes
) -> None:
    """NaN, infinities and numbers beyond any parser's range never become a claim."""
    payload = f'{{"{name}":{text}}}'.encode()
    with pytest.raises(SealwrightError):
        validate(claims.parse(payload))
    with pytest.raises(InvalidTokenError):
        jwt.decode(forge(None, payload), secret, algorithms=["HS256"])


class TestTime:
    """The boundaries of exp, nbf and iat."""

    def test_exp_now_is_expired(self) -> None:
        """RFC 7519 section 4.1.4: on the expiration time the token is no longer accepted."""
        for exp in (NOW, NOW - 1, int(NOW), 0, NOW - 0.001):
            with pytest.raises(ExpiredSignatureError, match="expired"):
                validate({"exp": exp})
        for exp in (NOW + 1, NOW + 0.5, 2**53):
            validate({"exp": exp})

    def test_nbf_now_is_valid(self) -> None:
        """RFC 7519 section 4.1.5: on the not-before time the token is accepted."""
        for nbf in (NOW, NOW - 1, 0, 0.5):
            validate({"nbf": nbf})
        for nbf in (NOW + 1, NOW + 0.5):
            with pytest.raises(ImmatureSignatureError):
                validate({"nbf": nbf})

    def test_iat_in_the_future_is_refused(self) -> None:
        """A token from the future is not valid yet; one issued this second is."""
        for iat in (NOW, NOW - 1e9, 0):
            validate({"iat": iat})
        with pytest.raises(ImmatureSignatureError):
            validate({"iat": NOW + 1})

    def test_leeway_moves_all_three(self) -> None:
        """Leeway is granted in the token's favour, and ends exactly where it says."""
        validate({"exp": NOW - 9, "nbf": NOW + 10, "iat": NOW + 10}, leeway=10)
        for late in ({"exp": NOW - 10}, {"nbf": NOW + 10.5}, {"iat": NOW + 11}):
            with pytest.raises((ExpiredSignatureError, ImmatureSignatureError)):
                validate(late, leeway=10)

    def test_no_dates_at_all(self) -> None:
        """A token without dates is not refused for that, unless they are required."""
        validate({})
        for name in ("exp", "nbf", "iat"):
            with pytest.raises(MissingRequiredClaimError) as caught:
                validate({}, require=[name])
            assert caught.value.claim == name


class TestAudience:
    """The audience is compared as a whole, element by element."""

    @pytest.mark.parametrize("aud", ["api", ["api"], ["other", "api"]])
    @pytest.mark.parametrize("audience", ["api", ["api"], {"api", "x"}, ("x", "api")])
    def test_one_common_name_suffices(self, aud: Any, audience: Any) -> None:
        """The token names one of the expected recipients."""
        validate({"aud": aud}, audience=audience)

    @pytest.mark.parametrize(
        "aud", ["ap", "apis", "API", "a", "api ", ["ap", "i"], ["x"], "https://api.example/api", ["api2"]]
    )
    def test_parts_are_not_enough(self, aud: Any) -> None:
        """A part, a longer text or another case is another audience."""
        for audience in ("api", ["api", "orders"]):
            with pytest.raises(InvalidAudienceError):
                validate({"aud": aud}, audience=audience)

    @pytest.mark.parametrize(
        "aud", [5, True, {}, {"api": 1}, ["api", 5], [["api"]], ["api", None], [5], 0, False, [None]]
    )
    def test_other_types_are_refused(self, aud: Any) -> None:
        """An audience is a text or a list of texts, also when one of them would fit."""
        with pytest.raises(InvalidTokenError):
            validate({"aud": aud}, audience="api")

    def test_missing_when_expected(self) -> None:
        """Whoever expects an audience refuses a token that names none."""
        payloads: list[dict[str, Any]] = [{}, {"aud": []}, {"aud": None}, {"aud": ""}]
        for payload in payloads:
            with pytest.raises((MissingRequiredClaimError, InvalidAudienceError)):
                validate(payload, audience="api")

    @pytest.mark.parametrize("aud", [None, "", []])
    def test_nobody_is_named_and_nobody_is_expected(self, aud: Any) -> None:
        """An audience that names nobody is as good as none."""
        validate({"aud": aud})

    def test_present_when_nobody_expects_one(self) -> None:
        """A token meant for somebody is refused by whoever does not say who they are."""
        for aud in ("api", ["api"]):
            with pytest.raises(InvalidAudienceError):
                validate({"aud": aud})

    def test_the_empty_text_matches_nothing(self) -> None:
        """An empty expected audience is no wildcard."""
        with pytest.raises(InvalidTokenError):
            validate({"aud": "api"}, audience="")
        with pytest.raises(InvalidTokenError):
            validate({"aud": "api"}, audience=[])


class TestIssuer:
    """The issuer is compared exactly."""

    def test_exact(self) -> None:
        """The same text, or one of a container."""
        validate({"iss": "https://a"}, issuer="https://a")
        for several in (["https://a", "https://b"], {"https://a"}, ("https://a",), frozenset({"https://a"})):
            validate({"iss": "https://a"}, issuer=several)
        validate({"iss": "anybody"})

    @pytest.mark.parametrize(
        "iss", ["https://a.evil", "https://", "https", "", "https://A", "https://a/", " https://a"]
    )
    def test_parts_are_not_enough(self, iss: str) -> None:
        """Neither a prefix nor an extension of the issuer is the issuer."""
        for issuer in ("https://a", ["https://a", "https://b"]):
            with pytest.raises(InvalidIssuerError):
                validate({"iss": iss}, issuer=issuer)

    def test_missing(self) -> None:
        """Whoever expects an issuer refuses a token without one."""
        with pytest.raises(MissingRequiredClaimError) as caught:
            validate({}, issuer="https://a")
        assert caught.value.claim == "iss"

    @pytest.mark.parametrize("iss", [5, ["https://a"], {"https://a": 1}, True])
    def test_other_types(self, iss: Any) -> None:
        """An issuer is a text, whether or not it is expected."""
        for issuer in ("https://a", ["https://a"], {"https://a"}):
            with pytest.raises(InvalidIssuerError):
                validate({"iss": iss}, issuer=issuer)


class TestSubjectAndId:
    """The claims sub and jti are texts."""

    def test_subject(self) -> None:
        """The subject is compared when one is expected."""
        validate({"sub": "susan"})
        validate({"sub": "susan"}, subject="susan")
        with pytest.raises(InvalidSubjectError):
            validate({"sub": "susan"}, subject="admin")
        with pytest.raises((InvalidSubjectError, MissingRequiredClaimError)):
            validate({}, subject="admin")

    @pytest.mark.parametrize("value", [5, True, 1.5, ["susan"], {"susan": 1}])
    def test_other_types(self, value: Any) -> None:
        """Numbers and lists are neither subject nor token identifier."""
        with pytest.raises(InvalidSubjectError):
            validate({"sub": value})
        with pytest.raises(InvalidJTIError):
            validate({"jti": value})

    def test_a_text_is_a_jti(self) -> None:
        """Any text will do."""
        validate({"jti": "6b2b"})


def test_require_names_the_first_missing_claim() -> None:
    """Required claims of any name must be there, and null does not count."""
    validate({"a": 0, "b": False, "c": ""}, require=["a", "b", "c"])
    for payload in ({"a": 1}, {"a": 1, "b": None}):
        with pytest.raises(MissingRequiredClaimError) as caught:
            validate(payload, require=["a", "b"])
        assert caught.value.claim == "b"
        assert '"b"' in str(caught.value)


def test_messages_about_claims_are_short() -> None:
    """A claim of any size and content fits one short line of message."""
    long = "x" * 10_000 + "\n\x1b[31m"
    attempts: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"aud": long}, {"audience": "api"}),
        ({"aud": [long] * 100}, {"audience": "api"}),
        ({"aud": long}, {}),
        ({"iss": long}, {"issuer": "https://a"}),
        ({"sub": long}, {"subject": "susan"}),
        ({"exp": long}, {}),
        ({"nbf": [long]}, {}),
        ({"iat": {long: long}}, {}),
        ({"aud": "api"}, {"audience": long}),
        ({"iss": "a"}, {"issuer": long}),
    ]
    for payload, expected in attempts:
        with pytest.raises(InvalidTokenError) as caught:
            validate(payload, **expected)
        text = str(caught.value)
        assert len(text) <= 200
        assert text.isprintable()


class TestDump:
    """Writing claims."""

    def test_compact_json_in_order(self) -> None:
        """Claims are written compactly, in their order, as UTF-8."""
        assert (
            claims.dump({"b": 1, "a": [True, None, "\u00e9"]}) == '{"b":1,"a":[true,null,"\u00e9"]}'.encode()
        )
        assert claims.dump({}) == b"{}"

    @pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
    def test_datetimes_become_seconds(self, name: str) -> None:
        """Aware datetimes of any zone and naive ones, which count as UTC, become integer seconds."""
        moment = datetime(2027, 1, 15, 8, 0, 0, 999_999, tzinfo=UTC)
        east = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))
        for value in (moment, east, moment.replace(tzinfo=None)):
            assert json.loads(claims.dump({name: value})) == {name: 1_800_000_000}

    def test_the_callers_mapping_is_left_alone(self) -> None:
        """Converting dates does not change what the caller holds."""
        moment = datetime(2027, 1, 15, tzinfo=UTC)
        payload = {"exp": moment}
        claims.dump(payload)
        assert payload == {"exp": moment}

    @pytest.mark.parametrize(
        "bad", [float("nan"), float("inf"), float("-inf"), [float("nan")], {"y": [1, float("inf")]}]
    )
    def test_numbers_that_are_no_json(self, bad: Any) -> None:
        """NaN and infinities are refused instead of written as something else."""
        with pytest.raises(ValueError, match=r"."):
            claims.dump({"x": bad})
        with pytest.raises(ValueError, match=r"."):
            claims.dump({"x": bad, "y": None})

    def test_null_and_text_that_reads_null_are_fine(self) -> None:
        """None is a JSON value."""
        assert claims.dump({"x": None, "y": "null"}) == b'{"x":null,"y":"null"}'

    @pytest.mark.parametrize("bad", [object(), 1j, b"raw", bytearray(b"raw"), {1, 2}, datetime.now(UTC)])
    def test_what_json_does_not_know(self, bad: Any) -> None:
        """Values that would have to be changed to be written are a TypeError, as with PyJWT."""
        with pytest.raises(TypeError):
            claims.dump({"x": bad})
        with pytest.raises(TypeError):
            claims.dump({"x": [{"y": bad}]})

    @pytest.mark.parametrize("bad", [None, 5, "text", b"{}", [], [("a", 1)]])
    def test_claims_are_a_mapping(self, bad: Any) -> None:
        """A payload that is no mapping is a TypeError."""
        with pytest.raises(TypeError):
            claims.dump(bad)

    def test_what_contains_itself(self) -> None:
        """A mapping that contains itself is refused, not followed."""
        endless: dict[str, Any] = {}
        endless["x"] = endless
        with pytest.raises((ValueError, TypeError)):
            claims.dump(endless)

    def test_lone_surrogates(self) -> None:
        """Text that UTF-8 cannot hold is a ValueError."""
        with pytest.raises(ValueError, match=r"."):
            claims.dump({"x": "\ud800"})


def test_parse_reads_what_dump_writes() -> None:
    """Claims of every JSON type come back equal."""
    payload = {"s": '\u00e9\U0001f510\\"\n', "i": 2**63, "n": -5, "f": 0.1, "l": [{}, []], "o": {"": None}}
    assert claims.parse(claims.dump(payload)) == payload
    # RFC 8725 section 3.7 and RFC 8259: escapes and spellings of numbers are all one value.
    assert claims.parse(b' { "a" : 1.0 , "\\u0062" : "\\u00e9" } ') == {"a": 1.0, "b": "\u00e9"}
