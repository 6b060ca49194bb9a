"""HTTP out: texts, questions and templates through Meta's Cloud API.

A thin client instead of `pywa`: three kinds of message are three JSON objects, and what is left (which
errors to try again, what to say of them, never sending twice) would be ours with `pywa` too, around its own
server, types and filters of duplicates that we do not use.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self
from urllib.parse import urlsplit

from store.errors import Invalid, SendFailed
from store.flows.blocks import BUTTONS, OPTION_LIMIT, OPTIONS_LIMIT
from store.language import _
from store.whatsapp.secrets import Sending, is_loopback

if TYPE_CHECKING:
    import httpx

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 20.0
_RETRY_SECONDS = 30.0
"""Where WhatsApp asks for patience without saying for how long."""
_UNREACHED_SECONDS = 5.0
_MOST_SECONDS = 24 * 3600.0
_TEXT_LIMIT = 4096
_BUTTONS_TEXT_LIMIT = 1024
_TITLE_LIMITS = (20, 24)
"""Characters on a button, and of an entry of a list."""
_PAYLOAD_LIMIT = 200
_DETAIL_LIMIT = 300
_PHONE = re.compile(r"\+[1-9][0-9]{5,14}")
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
_TOKEN_CODES = frozenset({102, 190})
_RATE_CODES = frozenset({4, 80007, 130429, 131048, 131056})
_NUMBER_CODES = frozenset({131021, 131026, 131030})
"""What Meta's error codes mean, as far as there is something else to do about them."""


@dataclass(frozen=True, slots=True)
class Template:
    """A message that Meta has approved, and what goes into its gaps."""

    name: str
    language: str
    body: Sequence[str] | Mapping[str, str] = ()
    """In order for gaps with numbers, by name for gaps with names."""
    payloads: Sequence[str] = ()
    """What each of its quick replies answers with."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that can be tapped."""

    payload: str
    """What the tap stands for."""
    title: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that WhatsApp has accepted; whether it arrives, its statuses tell."""

    message_id: str
    to: str
    """As it was asked for: a phone number with +, or a user id."""
    wa_id: str = ""
    """The number as WhatsApp knows it, which may differ."""


Recorder = Callable[[Sent], object]
"""What the caller does to know the message again when its statuses come."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """What the API says went wrong."""

    code: int | None = None
    details: str = field(default="", repr=False)


class Sender:
    """Sends through one of the company's numbers; keeps its connection, and is closed by `with`."""

    def __init__(self, secrets: Sending) -> None:
        # Imported here: part of an extra, and it loads its own command line with it.
        import httpx

        self._secrets = secrets
        self._address = f"{secrets.api_url}/{secrets.phone_number_id}/messages"
        self._client = httpx.Client(
            headers={"authorization": f"Bearer {secrets.access_token}"},
            timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
            # A proxy of the environment has no business between us and this very machine.
            trust_env=not is_loopback(urlsplit(secrets.api_url).hostname),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def text(self, to: str, body: str, record: Recorder, *, sign: str = "") -> str:
        """Send a text, which WhatsApp takes within a day of the person's last message; its id.

        `sign` comes back with each of its statuses.
        """
        _check_text(body, _TEXT_LIMIT)
        message = {"type": "text", "text": {"preview_url": False, "body": body}}
        return self._send(to, message | _signed(sign), record)

    def question(
        self, to: str, body: str, choices: Sequence[Choice], menu: str, record: Recorder, *, sign: str = ""
    ) -> str:
        """Send a text with answers to tap, within a day as `text`: up to 3 as buttons, else as a list.

        `menu` is what opens the list. Raises Invalid for what WhatsApp would not take.
        """
        is_list = len(choices) > BUTTONS
        _check_text(body, _TEXT_LIMIT if is_list else _BUTTONS_TEXT_LIMIT)
        _check_choices(choices, _TITLE_LIMITS[is_list])
        action = _list(choices, menu) if is_list else _buttons(choices)
        content = {"type": "list" if is_list else "button", "body": {"text": body}, "action": action}
        return self._send(to, {"type": "interactive", "interactive": content} | _signed(sign), record)

    def template(self, to: str, template: Template, record: Recorder) -> str:
        """Send a template, which may begin a conversation; its id."""
        return self._send(to, {"type": "template", "template": _template(template)}, record)

    def _send(self, to: str, message: Mapping[str, Any], record: Recorder) -> str:
        content = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(to),
            **message,
        }
        sent = self._sent(to, self._post(content))
        try:
            record(sent)
        except Exception as error:
            # Whoever only saw that error would send the message a second time.
            raise SendFailed(
                _("The message was sent, but could not be noted down: {reason}").format(reason=error),
                message_id=sent.message_id,
            ) from error
        return sent.message_id

    def _post(self, content: Mapping[str, Any]) -> "httpx.Response":
        import httpx

        try:
            return self._client.post(self._address, content=json.dumps(content))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError):
            raise SendFailed(
                _("WhatsApp cannot be reached: look at the network, and try again."),
                retry_seconds=_UNREACHED_SECONDS,
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            # The request may have arrived: sent again, the person may get it twice.
            raise SendFailed(
                _("The connection to WhatsApp broke off: it is not known whether the message was sent."),
                is_unsure=True,
            ) from None

    def _sent(self, to: str, response: "httpx.Response") -> Sent:
        """What was accepted; raises SendFailed if nothing was."""
        answer = _parsed(response)
        if not response.is_success:
            self._explain(response, _fault(answer))
        message_id = _first(answer, "messages").get("id")
        if not isinstance(message_id, str) or not message_id:
            raise SendFailed(
                _("WhatsApp's answer makes no sense: it is not known whether the message was sent."),
                is_unsure=True,
            )
        wa_id = _first(answer, "contacts").get("wa_id")
        return Sent(message_id, to, wa_id if isinstance(wa_id, str) else "")

    def _explain(self, response: "httpx.Response", fault: _Fault) -> NoReturn:
        """Raise what a person can do something about."""
        status = response.status_code
        details = self._without_token(fault.details)
        if status == 401 or fault.code in _TOKEN_CODES:
            raise SendFailed(
                _("WhatsApp does not take the access token, or it has expired: set a new one."),
                is_settings=True,
            )
        if status == 429 or fault.code in _RATE_CODES:
            raise SendFailed(
                _("WhatsApp asks for fewer messages at a time: try again later."),
                retry_seconds=_retry_seconds(response),
            )
        if fault.code in _NUMBER_CODES:
            raise SendFailed(
                _("This number cannot be reached through WhatsApp: {details}").format(details=details)
            )
        if status >= 500:
            raise SendFailed(
                _("WhatsApp is out of order ({status}): try again later.").format(status=status),
                retry_seconds=_retry_seconds(response),
            )
        raise SendFailed(
            _("WhatsApp did not take the message ({status}): {details}").format(
                status=status, details=details
            )
        )

    def _without_token(self, details: str) -> str:
        """Meta's own words, which quote an access token that is malformed."""
        return details.replace(self._secrets.access_token, "…")[:_DETAIL_LIMIT] or _("no reason was given.")


def _recipient(to: str) -> dict[str, str]:
    """Whom to send to; raises Invalid."""
    if _PHONE.fullmatch(to):
        # With its +: without, Meta puts the company's own country code before it.
        return {"to": to}
    if _USER_ID.fullmatch(to):
        return {"recipient": to}
    raise Invalid(_("WhatsApp needs the number with + and its country code."))


def _signed(sign: str) -> dict[str, str]:
    return {"biz_opaque_callback_data": sign} if sign else {}


def _check_text(body: str, limit: int) -> None:
    if not 1 <= len(body) <= limit:
        raise Invalid(_("A text has 1 to {limit:,} characters.").format(limit=limit))


def _check_choices(choices: Sequence[Choice], limit: int) -> None:
    if not 1 <= len(choices) <= OPTIONS_LIMIT:
        raise Invalid(_("There are 1 to {limit} answers to tap.").format(limit=OPTIONS_LIMIT))
    if any(not 1 <= len(choice.title) <= limit for choice in choices):
        raise Invalid(_("An answer to tap has 1 to {limit} characters.").format(limit=limit))
    for values in ([choice.title for choice in choices], [choice.payload for choice in choices]):
        if len(set(values)) < len(values):
            raise Invalid(_("Answers to tap differ from one another."))
    if any(not 1 <= len(choice.payload) <= _PAYLOAD_LIMIT for choice in choices):
        raise Invalid(_("What a tap stands for has 1 to {limit} characters.").format(limit=_PAYLOAD_LIMIT))


def _buttons(choices: Sequence[Choice]) -> dict[str, Any]:
    replies = ({"id": choice.payload, "title": choice.title} for choice in choices)
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def _list(choices: Sequence[Choice], menu: str) -> dict[str, Any]:
    if not 1 <= len(menu) <= OPTION_LIMIT:
        raise Invalid(_("What opens a list has 1 to {limit} characters.").format(limit=OPTION_LIMIT))
    rows = [{"id": choice.payload, "title": choice.title} for choice in choices]
    return {"button": menu, "sections": [{"rows": rows}]}


def _template(template: Template) -> dict[str, Any]:
    components: list[dict[str, Any]] = []
    if template.body:
        components.append({"type": "body", "parameters": _parameters(template.body)})
    for index, payload in enumerate(template.payloads):
        parameters = [{"type": "payload", "payload": payload}]
        components.append(
            {"type": "button", "sub_type": "quick_reply", "index": str(index), "parameters": parameters}
        )
    return {"name": template.name, "language": {"code": template.language}, "components": components}


def _parameters(body: Sequence[str] | Mapping[str, str]) -> list[dict[str, str]]:
    if isinstance(body, Mapping):
        return [{"type": "text", "parameter_name": name, "text": text} for name, text in body.items()]
    return [{"type": "text", "text": text} for text in body]


def _parsed(response: "httpx.Response") -> dict[str, Any]:
    """The answer's object; an empty one where it is anything else."""
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _first(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The first object of a list in the answer; an empty one where there is none."""
    listed = answer.get(name)
    found = listed[0] if isinstance(listed, list) and listed else None
    return found if isinstance(found, dict) else {}


def _fault(answer: Mapping[str, Any]) -> _Fault:
    error = answer.get("error")
    if not isinstance(error, dict):
        return _Fault()
    code, data = error.get("code"), error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    words = [word for word in (error.get("message"), details) if isinstance(word, str)]
    return _Fault(code if isinstance(code, int) else None, " ".join(words))


def _retry_seconds(response: "httpx.Response") -> float:
    """After how long to try again, as the answer says."""
    try:
        seconds = float(response.headers.get("retry-after", ""))
    except ValueError:
        return _RETRY_SECONDS
    return min(seconds, _MOST_SECONDS) if seconds >= 0 and math.isfinite(seconds) else _RETRY_SECONDS
