"""E-mail addresses."""

from store.errors import Invalid
from store.language import _
from store.values.text import clean


def parse(raw: str) -> str:
    """The normalised address, judged by its syntax alone (no look-up on the network); raises Invalid."""
    # Imported here: 60 ms that the first screen does not need.
    from email_validator import EmailNotValidError, validate_email

    address = clean(raw)
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        # The library's own reasons are in English only.
        raise Invalid(
            _("“{address}” is not an e-mail address; write it like ana@example.com.").format(
                address=address[:80]
            )
        ) from None
