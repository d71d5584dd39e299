"""Verifies access tokens of m2m-oauth offline, with the revocation snapshot, as docs/revocations.md describes.

    verifier = Verifier(issuer, audience, jwks)
    verifier.take_snapshot(text_of_the_answer, now)     # 200; after 304: verifier.snapshot_is_unchanged(now)
    claims = verifier.verify(token, now)                 # raises Refused

`now` of a snapshot is when it was asked for. Ask again, in line, before a token is verified with one that is older than
five seconds: then a stop is refused within ten. `max_age_seconds` is only how long to go on when none can be had.

Needs the package `cryptography`. Run as a program it checks the vectors:

    python verify.py vectors.json
"""

import base64
import json
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

LEEWAY_SECONDS = 60
MAX_TOKEN_LENGTH = 16 * 1024
MAX_SNAPSHOT_LENGTH = 64 * 1024 * 1024


class Refused(Exception):
    """Why a token or a snapshot is refused: for the log, never for the caller."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class Verifier:
    """Holds the published keys and the newest snapshot."""

    def __init__(self, issuer, audience, jwks, max_age_seconds=60):
        self.issuer = issuer
        self.audience = audience
        self.keys = {key["kid"]: PublicKey(key) for key in jwks["keys"]}
        self.max_age_seconds = max_age_seconds
        self.snapshot = None
        self.fetched_at = None

    def take_snapshot(self, text, now):
        """Takes a snapshot that was fetched at `now`; one that is no newer than the held one changes nothing."""
        kid, claims = self._signed(text, "revocations+jwt", MAX_SNAPSHOT_LENGTH)
        check_snapshot(claims)
        if claims["iss"] != self.issuer:
            raise Refused("issuer")
        if claims["iat"] > now + LEEWAY_SECONDS:
            raise Refused("not_yet")
        if claims["exp"] <= now - LEEWAY_SECONDS:
            raise Refused("expired")
        held = self.snapshot
        if kid in claims["kids"] or (held and kid in held["kids"]):
            raise Refused("key")
        if held and order(claims) < order(held):
            raise Refused("older")
        if not held or order(claims) > order(held):
            self.snapshot = claims
        self.fetched_at = now

    def snapshot_is_unchanged(self, now):
        """The answer was 304."""
        if self.snapshot is not None:
            self.fetched_at = now

    def verify(self, token, now):
        """The claims of a token that holds and was not stopped."""
        kid, claims = self._signed(token, "at+jwt", MAX_TOKEN_LENGTH)
        check_token(claims)
        if claims["iss"] != self.issuer:
            raise Refused("issuer")
        if claims["aud"] != self.audience:
            raise Refused("audience")
        if claims["exp"] <= now - LEEWAY_SECONDS:
            raise Refused("expired")
        if claims.get("nbf", now) > now + LEEWAY_SECONDS:
            raise Refused("not_yet")
        if "cnf" in claims:
            # The token is bound to a key, and nobody has shown it here.
            raise Refused("bound")
        if self.fetched_at is None or not 0 <= now - self.fetched_at <= self.max_age_seconds:
            raise Refused("stale")
        reason = stopped(self.snapshot, claims, kid)
        if reason:
            raise Refused(reason)
        return claims

    def _signed(self, text, typ, max_length):
        """The `kid` and the claims of a JWT that one of the keys signed with its own algorithm."""
        if len(text) > max_length:
            raise Refused("malformed")
        parts = text.split(".")
        if len(parts) != 3:
            raise Refused("malformed")
        header = json_object(decode(parts[0]))
        claims = json_object(decode(parts[1]))
        signature = decode(parts[2])
        if header.get("typ") != typ:
            raise Refused("typ")
        if "crit" in header:
            raise Refused("malformed")
        kid = header.get("kid")
        key = self.keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise Refused("unknown_key")
        if header.get("alg") != key.algorithm:
            raise Refused("signature")
        key.verify(signature, f"{parts[0]}.{parts[1]}".encode())
        return kid, claims


def order(snapshot):
    """After a restore of the service's table `seq` starts lower again, and `gen` is higher."""
    return (snapshot["gen"], snapshot["seq"])


def stopped(snapshot, claims, kid):
    """What stops a token, or None. A token dies with every token that it was exchanged from."""
    own = {key: claims[key] for key in ("client_id", "jti", "gen")} | {"kid": kid}
    for token in [own, *claims.get("anc", [])]:
        generations = token["gen"]
        if token["kid"] in snapshot["kids"]:
            return "key"
        if generations["deployment"] < snapshot["gen"]:
            return "deployment"
        if generations["client"] < snapshot["clients"].get(token["client_id"], 0):
            return "client"
        for who in ("owner", "organization"):
            if generations[who] < snapshot["handles"].get(generations[f"{who}_handle"], 0):
                return who
        if token["jti"] in snapshot["jtis"]:
            return "token"
    return None


class PublicKey:
    """A published key, which is for one algorithm."""

    def __init__(self, jwk):
        self.algorithm = jwk["alg"]
        kind = (jwk["kty"], jwk.get("crv"), self.algorithm)
        if kind == ("EC", "P-256", "ES256"):
            point = (number(jwk["x"]), number(jwk["y"]))
            self.key = ec.EllipticCurvePublicNumbers(*point, ec.SECP256R1()).public_key()
        elif kind == ("OKP", "Ed25519", "EdDSA"):
            self.key = ed25519.Ed25519PublicKey.from_public_bytes(decode(jwk["x"]))
        elif kind == ("RSA", None, "RS256"):
            self.key = rsa.RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key()
            if self.key.key_size < 2048:
                raise ValueError("an RSA key must have at least 2048 bits")
        else:
            raise ValueError(f"a key of an unknown kind: {kind}")

    def verify(self, signature, message):
        try:
            if self.algorithm == "ES256":
                if len(signature) != 64:
                    raise InvalidSignature
                r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
                self.key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
            elif self.algorithm == "EdDSA":
                self.key.verify(signature, message)
            else:
                self.key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise Refused("signature") from None


def check_snapshot(claims):
    """A member that is absent or of another type is a refusal: it may stop something."""
    check(isinstance(claims.get("iss"), str))
    check(all(is_count(claims.get(name)) for name in ("iat", "exp", "seq", "gen")))
    for name in ("clients", "handles"):
        check(isinstance(claims.get(name), dict) and all(is_count(value) for value in claims[name].values()))
    for name in ("jtis", "kids"):
        check(isinstance(claims.get(name), list) and all(isinstance(value, str) for value in claims[name]))


def check_token(claims):
    check(all(isinstance(claims.get(name), str) for name in ("iss", "aud", "sub", "scope")))
    check(all(is_count(claims.get(name)) for name in ("exp", "iat")))
    check("nbf" not in claims or is_count(claims["nbf"]))
    check(isinstance(claims.get("anc", []), list))
    check_name(claims)
    for ancestor in claims.get("anc", []):
        check(isinstance(ancestor, dict) and isinstance(ancestor.get("kid"), str))
        check_name(ancestor)


def check_name(token):
    check(isinstance(token.get("client_id"), str) and isinstance(token.get("jti"), str))
    generations = token.get("gen")
    check(isinstance(generations, dict))
    check(all(is_count(generations.get(name)) for name in ("client", "owner", "organization", "deployment")))
    check(all(isinstance(generations.get(name), str) for name in ("owner_handle", "organization_handle")))


def check(holds):
    if not holds:
        raise Refused("malformed")


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def decode(text):
    """base64url without padding, and only the one way to write it."""
    if not re.fullmatch("[A-Za-z0-9_-]*", text):
        raise Refused("malformed")
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("malformed") from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() != text:
        raise Refused("malformed")
    return decoded


def number(text):
    return int.from_bytes(decode(text), "big")


def json_object(text):
    """A JSON object in which nothing is said twice."""

    def members(pairs):
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refused("malformed")
        return found

    try:
        value = json.loads(text, object_pairs_hook=members)
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    if not isinstance(value, dict):
        raise Refused("malformed")
    return value


def outcome(action):
    """`"accepted"`, or the reason of the refusal."""
    try:
        action()
    except Refused as refused:
        return refused.reason
    return "accepted"


def check_vectors(vectors):
    """The names of the vectors that come out otherwise than they should."""
    wrong = []

    def verifier(holding, fetched_at):
        made = Verifier(vectors["issuer"], vectors["audience"], vectors["jwks"])
        if holding is not None:
            made.take_snapshot(vectors["snapshots"][holding], fetched_at)
        return made

    for vector in vectors["snapshot_vectors"]:
        subject = verifier(vector["held"], vectors["now"])
        text = vectors["snapshots"].get(vector["snapshot"], vector["snapshot"])
        found = outcome(lambda: subject.take_snapshot(text, vector["now"]))
        if found != vector["expected"]:
            wrong.append(f"{vector['name']}: {found}, not {vector['expected']}")
    for vector in vectors["token_vectors"]:
        subject = verifier(vector["held"], vectors["now"])
        found = outcome(lambda: subject.verify(vector["token"], vector["now"]))
        if found != vector["expected"]:
            wrong.append(f"{vector['name']}: {found}, not {vector['expected']}")
    return wrong


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    wrong = check_vectors(vectors)
    for line in wrong:
        print(line, file=sys.stderr)
    count = len(vectors["snapshot_vectors"]) + len(vectors["token_vectors"])
    print(f"{count - len(wrong)} of {count} vectors hold")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
