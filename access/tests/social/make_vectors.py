#!/usr/bin/env python3
"""Makes vectors.json: requests as each provider would send them, signed by Python's hmac, hashlib and
cryptography, so that our own code is not held against itself; changes.json, the same of a CRM that tells
of changed customers; and conversations.json, what customers send in the tests of a whole server. Run it
by hand: the results are kept.

    python3 access/tests/social/make_vectors.py
"""

import base64
import hashlib
import hmac
import json
import struct
from pathlib import Path
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# 2026-06-01T01:00:00Z, when the tests of a whole server take place.
NOW = 1_780_275_600
OLD, NEW, OTHER = "old-secret-8f1c", "new-secret-27aa", "another-secret"
vectors = []


def add(provider, name, expect, headers=(), body="", method="POST", query="", now=NOW, **more):
    vectors.append({
        "provider": provider, "name": name, "expect": expect, "now_ms": now * 1000,
        "method": method, "query": query, "headers": [list(h) for h in headers], "body": body, **more,
    })


def mac(secret, data):
    return hmac.new(secret.encode(), data if isinstance(data, bytes) else data.encode(), hashlib.sha256)


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def pretty(text):
    return json.dumps(json.loads(text), indent=1, sort_keys=True)


# --- Meta ---------------------------------------------------------------------------------------

WHATSAPP = compact({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{
    "value": {"messaging_product": "whatsapp",
              "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
              "contacts": [{"profile": {"name": "Sheena Nelson"}, "wa_id": "16505551234"}],
              "messages": [{"from": "16505551234", "id": "wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTdBNTk=",
                            "timestamp": "1700000000", "text": {"body": "我的订单 ✓"}, "type": "text"}]},
    "field": "messages"}]}]})
MESSENGER = compact({"object": "page", "entry": [{"id": "437364", "time": 1700000000123, "messaging": [{
    "sender": {"id": "6491"}, "recipient": {"id": "437364"}, "timestamp": 1700000000123,
    "message": {"mid": "m_AG5Hz2U", "text": "hello"}}]}]})

for provider, body, id in [("whatsapp", WHATSAPP, "wamid.2EHBgLMTY1MDU1NTEyMzQVAgASGBQzQTdBNTk.3D"),
                           ("messenger", MESSENGER, "m_AG5Hz2U")]:
    def sig(secret, text, provider=provider):
        return ("X-Hub-Signature-256", "sha256=" + mac(secret, text).hexdigest())
    tampered = body.replace("1700000000", "1700000001")
    add(provider, "valid", "message", [sig(NEW, body)], body, id=id)
    add(provider, "tampered", "WrongSignature", [sig(NEW, body)], tampered)
    add(provider, "wrong secret", "WrongSignature", [sig(OTHER, body)], body)
    add(provider, "missing", "MissingHeader", [], body)
    add(provider, "missing, with the old SHA-1 one", "MissingHeader",
        [("X-Hub-Signature", "sha1=" + hmac.new(NEW.encode(), body.encode(), hashlib.sha1).hexdigest())], body)
    add(provider, "twice", "TwoHeaders", [sig(OTHER, body), sig(NEW, body)], body)
    add(provider, "malformed", "MalformedSignature", [("X-Hub-Signature-256", "sha256=zz" + "0" * 62)], body)
    add(provider, "malformed, half of it", "MalformedSignature",
        [("X-Hub-Signature-256", sig(NEW, body)[1][:39])], body)
    # Nothing of the time is signed: what is old is told by its id.
    add(provider, "old", "message", [sig(NEW, body)], body, now=NOW + 86_400, id=id)
    add(provider, "future", "message", [sig(NEW, body)], body, now=NOW - 86_400, id=id)
    add(provider, "re-serialised", "WrongSignature", [sig(NEW, body)], pretty(body))
    add(provider, "rotated secret", "message", [sig(OLD, body)], body, id=id)
    add(provider, "replayed", "message", [sig(NEW, body)], body, id=id, now=NOW + 60)
    challenge = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}
    add(provider, "challenge", "handshake", method="GET", query=urlencode(challenge), answer="1158201444")
    add(provider, "challenge, wrong token", "WrongToken", method="GET",
        query=urlencode({**challenge, "hub.verify_token": "verify-mf"}))
    add(provider, "challenge, no token", "MissingParameter", method="GET",
        query=urlencode({k: v for k, v in challenge.items() if k != "hub.verify_token"}))
    add(provider, "challenge with markup", "MalformedChallenge", method="GET",
        query=urlencode({**challenge, "hub.challenge": "<script>"}))
    add(provider, "put", "Method", [sig(NEW, body)], body, method="PUT")

# --- Slack --------------------------------------------------------------------------------------

SLACK = compact({"token": "z", "team_id": "T061EG9R6", "api_app_id": "A0PNCHHK2", "event": {
    "type": "message", "channel": "D024BE91L", "user": "U2147483697", "text": "Where is <http://a.example|my order>?",
    "ts": "1700000000.000200", "channel_type": "im"}, "type": "event_callback", "event_id": "Ev9UQ52YNA",
    "event_time": 1700000000})


def slack(secret, text, at=NOW):
    return [("X-Slack-Request-Timestamp", str(at)),
            ("X-Slack-Signature", "v0=" + mac(secret, f"v0:{at}:{text}").hexdigest())]


add("slack", "valid", "message", slack(NEW, SLACK), SLACK, id="Ev9UQ52YNA")
add("slack", "tampered", "WrongSignature", slack(NEW, SLACK), SLACK.replace("Where", "There"))
add("slack", "tampered time", "WrongSignature",
    [("X-Slack-Request-Timestamp", str(NOW + 1)), slack(NEW, SLACK)[1]], SLACK)
add("slack", "wrong secret", "WrongSignature", slack(OTHER, SLACK), SLACK)
add("slack", "missing", "MissingHeader", slack(NEW, SLACK)[:1], SLACK)
add("slack", "missing time", "MissingHeader", slack(NEW, SLACK)[1:], SLACK)
add("slack", "malformed", "MalformedSignature", [slack(NEW, SLACK)[0], ("X-Slack-Signature", "v0=x")], SLACK)
add("slack", "malformed, another version", "MalformedSignature",
    [slack(NEW, SLACK)[0], ("X-Slack-Signature", slack(NEW, SLACK)[1][1].replace("v0", "v1"))], SLACK)
add("slack", "malformed time", "MalformedTime",
    [("X-Slack-Request-Timestamp", f"+{NOW}"), slack(NEW, SLACK)[1]], SLACK)
add("slack", "old", "Old", slack(NEW, SLACK, NOW - 301), SLACK)
add("slack", "future", "Future", slack(NEW, SLACK, NOW + 301), SLACK)
add("slack", "just in time", "message", slack(NEW, SLACK, NOW - 300), SLACK, id="Ev9UQ52YNA")
add("slack", "re-serialised", "WrongSignature", slack(NEW, SLACK), pretty(SLACK))
add("slack", "rotated secret", "message", slack(OLD, SLACK), SLACK, id="Ev9UQ52YNA")
add("slack", "replayed", "message", slack(NEW, SLACK) + [("X-Slack-Retry-Num", "1")], SLACK, now=NOW + 60, id="Ev9UQ52YNA")
CHALLENGE = compact({"token": "J", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", "type": "url_verification"})
add("slack", "challenge", "handshake", slack(NEW, CHALLENGE), CHALLENGE,
    answer='{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}')
add("slack", "challenge, not signed", "MissingHeader", [], CHALLENGE)
# https://api.slack.com/authentication/verifying-requests-from-slack
PUBLISHED = ("token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
             "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
             "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
             "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c")
add("slack", "published in Slack's documentation", "signed",
    [("X-Slack-Request-Timestamp", "1531420618"),
     ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")],
    PUBLISHED, now=1531420618, account="slack-published")

# --- Telegram -----------------------------------------------------------------------------------

TELEGRAM = compact({"update_id": 10000, "message": {"message_id": 1365, "date": 1700000000, "text": "hi",
    "chat": {"id": 1111111, "type": "private"},
    "from": {"id": 1111111, "is_bot": False, "first_name": "Test", "last_name": "Firstname", "language_code": "zh-hans"}}})


def telegram(token):
    return [("X-Telegram-Bot-Api-Secret-Token", token)]


add("telegram", "valid", "message", telegram(NEW), TELEGRAM, id="update:10000")
# Nothing is signed there: the token is all that there is.
add("telegram", "tampered", "message", telegram(NEW), TELEGRAM.replace('"hi"', '"ho"'), id="update:10000")
add("telegram", "wrong secret", "WrongToken", telegram(OTHER), TELEGRAM)
add("telegram", "missing", "MissingHeader", [], TELEGRAM)
add("telegram", "malformed", "WrongToken", telegram(""), TELEGRAM)
add("telegram", "malformed, part of it", "WrongToken", telegram(NEW[:-1]), TELEGRAM)
add("telegram", "malformed, more than it", "WrongToken", telegram(NEW + "x"), TELEGRAM)
add("telegram", "twice", "TwoHeaders", telegram(NEW) + telegram(NEW), TELEGRAM)
add("telegram", "old", "message", telegram(NEW), TELEGRAM, now=NOW + 86_400, id="update:10000")
add("telegram", "future", "message", telegram(NEW), TELEGRAM, now=NOW - 86_400, id="update:10000")
add("telegram", "re-serialised", "message", telegram(NEW), pretty(TELEGRAM), id="update:10000")
add("telegram", "rotated secret", "message", telegram(OLD), TELEGRAM, id="update:10000")
add("telegram", "replayed", "message", telegram(NEW), TELEGRAM, now=NOW + 60, id="update:10000")
add("telegram", "get", "Method", telegram(NEW), method="GET")

# --- LINE ---------------------------------------------------------------------------------------

LINE = compact({"destination": "xxxxxxxxxx", "events": [{"type": "message", "message": {
    "type": "text", "id": "14353798921116", "text": "Hello, world"}, "timestamp": 1700000000123,
    "source": {"type": "user", "userId": "U80696558e1aa831"}, "replyToken": "757913772c4646b784d4b7ce46d12671",
    "mode": "active", "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR", "deliveryContext": {"isRedelivery": False}}]})


def line(secret, text):
    return [("x-line-signature", base64.b64encode(mac(secret, text).digest()).decode())]


AGAIN = LINE.replace('"isRedelivery":false', '"isRedelivery":true')
EVENT = "01FZ74A0TDDPYRVKNK77XKC3ZR"
add("line", "valid", "message", line(NEW, LINE), LINE, id=EVENT)
add("line", "tampered", "WrongSignature", line(NEW, LINE), LINE.replace("world", "World"))
add("line", "wrong secret", "WrongSignature", line(OTHER, LINE), LINE)
add("line", "missing", "MissingHeader", [], LINE)
add("line", "malformed", "MalformedSignature", [("x-line-signature", "not base64!")], LINE)
add("line", "malformed, in hexadecimal", "MalformedSignature", [("x-line-signature", mac(NEW, LINE).hexdigest())], LINE)
add("line", "old", "message", line(NEW, LINE), LINE, now=NOW + 86_400, id=EVENT)
add("line", "future", "message", line(NEW, LINE), LINE, now=NOW - 86_400, id=EVENT)
add("line", "re-serialised", "WrongSignature", line(NEW, LINE), pretty(LINE))
add("line", "rotated secret", "message", line(OLD, LINE), LINE, id=EVENT)
add("line", "replayed", "message", line(NEW, LINE), LINE, now=NOW + 60, id=EVENT)
add("line", "replayed by LINE", "message", line(NEW, AGAIN), AGAIN, now=NOW + 60, id=EVENT)
add("line", "looks whether somebody is there", "nothing", line(NEW, '{"destination":"x","events":[]}'),
    '{"destination":"x","events":[]}')

# --- Generic ------------------------------------------------------------------------------------

GENERIC = compact({"messages": [{"id": "m-1", "from": {"address": "c-7", "name": "Ada"}, "text": "hello"}]})


def generic(secrets, text, at=NOW):
    v1 = "".join(f",v1={mac(s, f'{at}.{text}').hexdigest()}" for s in secrets)
    return [("Flowright-Signature", f"t={at}{v1}")]


add("generic", "valid", "message", generic([NEW], GENERIC), GENERIC, id="m-1")
add("generic", "tampered", "WrongSignature", generic([NEW], GENERIC), GENERIC.replace("hello", "hullo"))
add("generic", "wrong secret", "WrongSignature", generic([OTHER], GENERIC), GENERIC)
add("generic", "missing", "MissingHeader", [], GENERIC)
for what, value in [("empty", ""), ("no time", "v1=" + "0" * 64), ("no signature", f"t={NOW}"),
                    ("half of it", f"t={NOW},v1=" + "0" * 32), ("two times", f"t={NOW},t={NOW},v1=" + "0" * 64)]:
    add("generic", f"malformed, {what}", "MalformedSignature", [("Flowright-Signature", value)], GENERIC)
add("generic", "old", "Old", generic([NEW], GENERIC, NOW - 301), GENERIC)
add("generic", "future", "Future", generic([NEW], GENERIC, NOW + 301), GENERIC)
add("generic", "re-serialised", "WrongSignature", generic([NEW], GENERIC), pretty(GENERIC))
add("generic", "rotated secret", "message", generic([OLD], GENERIC), GENERIC, id="m-1")
add("generic", "signed with both", "message", generic([OTHER, NEW], GENERIC), GENERIC, id="m-1")
add("generic", "replayed", "message", generic([NEW], GENERIC), GENERIC, now=NOW + 60, id="m-1")

# --- Changed customers --------------------------------------------------------------------------

CHANGED = compact({"id": "evt-1", "customers": ["C-1001", "客户-2"]})
for name, expect, secrets, text, sent, at, now in [
        ("valid", "changed", [NEW], CHANGED, CHANGED, NOW, NOW),
        ("tampered", "WrongSignature", [NEW], CHANGED, CHANGED.replace("C-1001", "C-1002"), NOW, NOW),
        ("wrong secret", "WrongSignature", [OTHER], CHANGED, CHANGED, NOW, NOW),
        ("old", "Old", [NEW], CHANGED, CHANGED, NOW - 301, NOW),
        ("future", "Future", [NEW], CHANGED, CHANGED, NOW + 301, NOW),
        ("re-serialised", "WrongSignature", [NEW], CHANGED, pretty(CHANGED), NOW, NOW),
        ("rotated secret", "changed", [OLD], CHANGED, CHANGED, NOW, NOW),
        ("signed with both", "changed", [OTHER, NEW], CHANGED, CHANGED, NOW, NOW),
        ("replayed", "changed", [NEW], CHANGED, CHANGED, NOW, NOW + 60)]:
    add("changes", name, expect, generic(secrets, text, at), sent, now=now)
add("changes", "missing", "MissingHeader", [], CHANGED)
add("changes", "twice", "TwoHeaders", generic([NEW], CHANGED) * 2, CHANGED)
add("changes", "with GET", "Method", generic([NEW], CHANGED), CHANGED, method="GET")
for what, value in [("empty", ""), ("no time", "v1=" + "0" * 64), ("no signature", f"t={NOW}"),
                    ("half of it", f"t={NOW},v1=" + "0" * 32)]:
    add("changes", f"malformed, {what}", "MalformedSignature", [("Flowright-Signature", value)], CHANGED)
for what, body in [("a list", compact(["evt-1", ["C-1"]])), ("no id", compact({"customers": ["C-1"]})),
                   ("an id that is none", compact({"id": "a b", "customers": ["C-1"]})),
                   ("a long id", compact({"id": "x" * 129, "customers": ["C-1"]})),
                   ("nobody", compact({"id": "e", "customers": []})),
                   ("a number", compact({"id": "e", "customers": [7]})),
                   ("an empty customer", compact({"id": "e", "customers": ["C-1", ""]})),
                   ("a long customer", compact({"id": "e", "customers": ["x" * 257]})),
                   ("too many", compact({"id": "e", "customers": [str(n) for n in range(1001)]})),
                   ("no JSON", "{"), ("nothing", "")]:
    add("changes", f"senseless, {what}", "malformed", generic([NEW], body), body)
changes = [vector for vector in vectors if vector["provider"] == "changes"]
vectors = [vector for vector in vectors if vector["provider"] != "changes"]

# --- WeCom and WeChat ---------------------------------------------------------------------------

KEYS = {"new": ("token-new", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
        "old": ("token-old", "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"),
        "other": ("token-other", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")}


def aes(key):
    # Python's own decoder passes over the last two bits of the key, as the providers do.
    key = base64.b64decode(key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(which, text, receiver, pad=None):
    plain = b"0123456789abcdef" + struct.pack(">I", len(text.encode())) + text.encode() + receiver.encode()
    n = 32 - len(plain) % 32
    plain += (bytes([n]) * n) if pad is None else bytes(n - 1) + bytes([pad])
    encryptor = aes(KEYS[which][1]).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def sha1(*parts):
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def document(encrypted):
    return f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"


def signed(which, encrypted, at=NOW, name="msg_signature", nonce="n0nce"):
    return urlencode({name: sha1(KEYS[which][0], str(at), nonce, encrypted), "timestamp": at, "nonce": nonce,
                      **({"encrypt_type": "aes"} if name == "msg_signature" else {})})


def message(kind="text", content="你好 & <b>"):
    return (f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oABC-1]]></FromUserName>"
            f"<CreateTime>{NOW}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>"
            f"<Content><![CDATA[{content}]]></Content><MsgId>7654321</MsgId><AgentID>218</AgentID></xml>")


for provider, receiver in [("wecom", "wx5823bf96d3bd56c7"), ("wechat", "wx2c2769f8efd9abc2")]:
    text = message()
    sealed = encrypt("new", text, receiver)
    body = document(sealed)
    add(provider, "valid", "message", [], body, query=signed("new", sealed), id="7654321")
    flipped = ("A" if sealed[0] != "A" else "B") + sealed[1:]
    add(provider, "tampered", "WrongSignature", [], document(flipped), query=signed("new", sealed))
    add(provider, "tampered time", "WrongSignature", [], body, query=signed("new", sealed).replace(str(NOW), str(NOW + 1)))
    add(provider, "wrong secret", "WrongSignature", [], body, query=signed("other", sealed))
    add(provider, "the token of one pair, the key of another", "Undecryptable", [],
        document(encrypt("old", text, receiver)), query=signed("new", encrypt("old", text, receiver)))
    add(provider, "missing", "MissingParameter", [], body, query=f"timestamp={NOW}&nonce=n0nce")
    add(provider, "missing time", "MissingParameter", [], body,
        query=signed("new", sealed).replace("timestamp", "time"))
    add(provider, "twice", "TwoParameters", [], body, query=signed("new", sealed) + "&msg_signature=" + "0" * 40)
    add(provider, "malformed", "MalformedSignature", [], body, query=f"msg_signature=xyz&timestamp={NOW}&nonce=n0nce")
    add(provider, "old", "Old", [], body, query=signed("new", sealed, NOW - 301))
    add(provider, "future", "Future", [], body, query=signed("new", sealed, NOW + 301))
    wrapped = "\n".join(sealed[i:i + 76] for i in range(0, len(sealed), 76))
    add(provider, "re-serialised", "WrongSignature", [], document(wrapped), query=signed("new", sealed))
    sealed_old = encrypt("old", text, receiver)
    add(provider, "rotated secret", "message", [], document(sealed_old), query=signed("old", sealed_old), id="7654321")
    add(provider, "replayed", "message", [], body, query=signed("new", sealed), now=NOW + 60, id="7654321")
    stranger = encrypt("new", text, "wx0000000000000000")
    add(provider, "for another account", "WrongReceiver", [], document(stranger), query=signed("new", stranger))
    longer = encrypt("new", text, receiver + "x")
    add(provider, "for an account with a longer name", "WrongReceiver", [], document(longer), query=signed("new", longer))
    torn = encrypt("new", text, receiver, pad=77)
    add(provider, "wrong padding", "Undecryptable", [], document(torn), query=signed("new", torn))
    short = base64.b64encode(b"0123456789abcdef").decode()
    add(provider, "one block", "Undecryptable", [], document(short), query=signed("new", short))
    odd = base64.b64encode(b"0123456789").decode()
    add(provider, "no whole block", "Undecryptable", [], document(odd), query=signed("new", odd))
    plain_query = urlencode({"signature": sha1(KEYS["new"][0], str(NOW), "n0nce"), "timestamp": NOW, "nonce": "n0nce"})
    add(provider, "plain mode", "PlainMode", [], text, query=plain_query)
    add(provider, "plain mode with a signature", "PlainMode", [], text, query=signed("new", ""))
    both = text.replace("</xml>", f"<Encrypt><![CDATA[{flipped}]]></Encrypt></xml>")
    add(provider, "both modes at once, tampered", "WrongSignature", [], both, query=signed("new", sealed))
    dtd = f'<!DOCTYPE xml [<!ENTITY e "{sealed}">]><xml><Encrypt>&e;</Encrypt></xml>'
    add(provider, "a document type", "MalformedDocument", [], dtd, query=signed("new", sealed))
    xxe = '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>'
    add(provider, "a file as an entity", "MalformedDocument", [], xxe, query=signed("new", sealed))
    inner = encrypt("new", '<!DOCTYPE xml [<!ENTITY e "x">]><xml><FromUserName>a</FromUserName><MsgType>text</MsgType>'
                    '<Content>&e;</Content></xml>', receiver)
    add(provider, "a document type inside", "malformed", [], document(inner), query=signed("new", inner))
    if provider == "wecom":
        echo = encrypt("new", "1616140317555161061", receiver)
        add(provider, "challenge", "handshake", method="GET", query=signed("new", echo) + "&" + urlencode({"echostr": echo}),
            answer="1616140317555161061")
        add(provider, "challenge, tampered", "WrongSignature", method="GET",
            query=signed("new", echo) + "&" + urlencode({"echostr": flipped}))
        add(provider, "challenge, old", "Old", method="GET",
            query=signed("new", echo, NOW - 301) + "&" + urlencode({"echostr": echo}))
        add(provider, "challenge for another account", "WrongReceiver", method="GET",
            query=signed("new", stranger) + "&" + urlencode({"echostr": stranger}))
    else:
        add(provider, "challenge", "handshake", method="GET", query=plain_query + "&echostr=8901337", answer="8901337")
        add(provider, "challenge, wrong secret", "WrongSignature", method="GET", query=urlencode(
            {"signature": sha1("x", str(NOW), "n0nce"), "timestamp": NOW, "nonce": "n0nce", "echostr": "1"}))
        add(provider, "challenge with markup", "MalformedChallenge", method="GET", query=plain_query + "&echostr=%3Cb%3E")
        add(provider, "challenge, old", "Old", method="GET", query=plain_query + "&echostr=1", now=NOW + 301)

# Published with the providers' own sample code (WXBizMsgCrypt).
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
add("wecom", "published challenge", "handshake", method="GET", now=1409659589, account="wecom-published",
    query=urlencode({"msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "timestamp": "1409659589",
                     "nonce": "263014780", "echostr": ECHO}), answer="1616140317555161061")
SAMPLE = ("RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
          "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
          "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
          "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
          "HBZZIs2pDBS8R07+qN+E7Q==")
add("wecom", "published message", "message", [], f"<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA[{SAMPLE}]]>"
    "</Encrypt>\n<AgentID><![CDATA[218]]></AgentID>\n</xml>", now=1409659813, account="wecom-published", id="4561255354251345929",
    query="msg_signature=477715d11cdb4164915debcba66cb864d751f3e6&timestamp=1409659813&nonce=1372623149")
SAMPLE = ("hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXp"
          "bUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlp"
          "Kn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD"
          "1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=")
add("wechat", "published message", "message", [], document(SAMPLE), now=1409735669, account="wechat-published", id="6054768590064713728",
    query="msg_signature=5d197aaffba7e9b25a30732f161a50dee96bd5fa&timestamp=1409735669&nonce=1320562132&encrypt_type=aes")

# --- Conversations: "order", then the first button of the menu that the bot shows in turn 1 -------


def meta(body):
    body = compact(body)
    return {"headers": [["X-Hub-Signature-256", "sha256=" + mac(NEW, body).hexdigest()]], "body": body}


def whatsapp(value):
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "106540352242922"},
             "contacts": [{"profile": {"name": "Sheena"}, "wa_id": "16505551234"}], **value}
    return meta({"object": "whatsapp_business_account",
                 "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})


def messenger(event):
    return meta({"object": "page", "entry": [{"id": "437364", "time": NOW * 1000, "messaging": [
        {"sender": {"id": "6491"}, "recipient": {"id": "437364"}, "timestamp": NOW * 1000, **event}]}]})


def slack_event(id, text):
    body = compact({"team_id": "T1", "type": "event_callback", "event_id": id, "event": {
        "type": "message", "channel": "D1", "user": "U1", "text": text, "ts": f"{NOW}.000200", "channel_type": "im"}})
    return {"headers": slack(NEW, body), "body": body}


def slack_press():
    payload = {"type": "block_actions", "user": {"id": "U1", "name": "ada"}, "team": {"id": "T1"},
               "channel": {"id": "D1"}, "message": {"ts": f"{NOW}.000300"}, "actions": [
                   {"type": "button", "action_id": "0|1:0", "text": {"type": "plain_text", "text": "Return it"},
                    "value": "0|1:0", "action_ts": f"{NOW}.5"}]}
    body = urlencode({"payload": compact(payload)})
    return {"headers": slack(NEW, body), "body": body}


def telegram_update(update):
    return {"headers": telegram(NEW), "body": compact(update)}


def line_event(id, event):
    body = compact({"destination": "x", "events": [{"timestamp": NOW * 1000, "source": {"type": "user", "userId": "U80"},
        "mode": "active", "webhookEventId": id, **event}]})
    return {"headers": line(NEW, body), "body": body}


def generic_body(body):
    body = compact(body)
    return {"headers": generic([NEW], body), "body": body}


def generic_message(id, **more):
    return generic_body({"messages": [{"id": id, "from": {"address": "c-7"}, **more}]})


def sealed_message(receiver, inner):
    encrypted = encrypt("new", inner, receiver)
    return {"query": signed("new", encrypted), "body": document(encrypted)}


def wechat_text(id, text, more=""):
    return sealed_message("wx2c2769f8efd9abc2", "<xml><ToUserName>gh_1</ToUserName><FromUserName>oABC</FromUserName>"
        f"<CreateTime>{NOW}</CreateTime><MsgType>text</MsgType><Content>{text}</Content><MsgId>{id}</MsgId>{more}</xml>")


ANNOUNCED = ("<xml><ToUserName>ww</ToUserName><CreateTime>1700000000</CreateTime><MsgType>event</MsgType>"
             "<Event>kf_msg_or_event</Event><Token>ENC</Token><OpenKfId>wkAJ2GCA</OpenKfId></xml>")
TG_USER = {"id": 1111111, "is_bot": False, "first_name": "Test", "language_code": "en"}
TG_CHAT = {"id": 1111111, "type": "private"}
conversations = {
    "whatsapp": [
        whatsapp({"messages": [{"from": "16505551234", "id": "wamid.1", "timestamp": str(NOW), "type": "text",
                                "text": {"body": "order"}}]}),
        whatsapp({"messages": [{"from": "16505551234", "id": "wamid.2", "timestamp": str(NOW), "type": "interactive",
                                "interactive": {"type": "button_reply", "button_reply": {"id": "0|1:0", "title": "Return it"}}}]}),
        whatsapp({"statuses": [{"id": "wamid.OUT1", "status": "delivered", "timestamp": str(NOW), "recipient_id": "16505551234"},
                               {"id": "wamid.OUT2", "status": "read", "timestamp": str(NOW), "recipient_id": "16505551234"}]}),
    ],
    "messenger": [
        messenger({"message": {"mid": "m_1", "text": "order"}}),
        messenger({"message": {"mid": "m_2", "text": "Return it", "quick_reply": {"payload": "0|1:0"}}}),
        messenger({"delivery": {"mids": ["m_OUT1"], "watermark": NOW * 1000}}),
    ],
    "slack": [slack_event("Ev1", "order"), slack_press()],
    "telegram": [
        telegram_update({"update_id": 1, "message": {"message_id": 1, "date": NOW, "text": "order", "chat": TG_CHAT, "from": TG_USER}}),
        telegram_update({"update_id": 2, "callback_query": {"id": "q", "from": TG_USER, "data": "0|1:0", "message": {
            "message_id": 3, "date": NOW, "chat": TG_CHAT,
            "reply_markup": {"inline_keyboard": [[{"text": "Return it", "callback_data": "0|1:0"}]]}}}}),
    ],
    "line": [
        line_event("01A", {"type": "message", "message": {"type": "text", "id": "1", "text": "order"}}),
        line_event("01B", {"type": "postback", "postback": {"data": "0|1:0\nReturn it"}}),
    ],
    "generic": [generic_message("m1", text="order"), generic_message("m2", text="Return it", payload="1:0"),
                generic_body({"deliveries": [{"id": "OUT1", "stage": "delivered"}, {"id": "OUT2", "stage": "read"}]})],
    "wechat": [wechat_text("1", "order"), wechat_text("2", "Return it", "<bizmsgmenuid>0|1:0</bizmsgmenuid>")],
    # What was announced is fetched from the test's own server.
    "wecom": [sealed_message("wx5823bf96d3bd56c7", ANNOUNCED)] * 2,
}

# --- The change of an order's delivery date, in words; from senders whom nobody else's tests know ----

WORDS = ["我需要修改订单#12345的交货日期。", "6月15日。"]


def whatsapp_text(id, text):
    return whatsapp({"messages": [{"from": "16505551234", "id": f"wamid.oc{id}", "timestamp": str(NOW), "type": "text",
                                   "text": {"body": text}}]})


def telegram_text(id, text):
    message = {"message_id": id, "date": NOW, "text": text, "chat": TG_CHAT, "from": {**TG_USER, "language_code": "zh"}}
    return telegram_update({"update_id": id, "message": message})


MAKERS = {
    "whatsapp": whatsapp_text,
    "messenger": lambda id, text: messenger({"message": {"mid": f"m_oc{id}", "text": text}}),
    "slack": lambda id, text: slack_event(f"EvOc{id}", text),
    "telegram": telegram_text,
    "line": lambda id, text: line_event(f"oc{id}", {"type": "message", "message": {"type": "text", "id": str(id), "text": text}}),
    "generic": lambda id, text: generic_message(f"oc{id}", text=text),
    "wechat": lambda id, text: wechat_text(f"{id}", text),
    # What was announced is fetched from the test's own server.
    "wecom": lambda id, text: sealed_message("wx5823bf96d3bd56c7", ANNOUNCED),
}
order_change = {provider: [make(id, text) for id, text in enumerate(WORDS, 11)] for provider, make in MAKERS.items()}

folder = Path(__file__).parent
for name, value in [("vectors", vectors), ("changes", changes), ("conversations", conversations),
                    ("order_change", order_change)]:
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")
