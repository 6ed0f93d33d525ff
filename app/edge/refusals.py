"""What the edge itself refuses, before any route: addresses, methods, bodies and rates that are not taken.

Raised nowhere below the edge; feeds ``answers``.
"""

from app.errors import AppError


class Malformed(AppError):
    """The request is no HTTP that can be read: its line, a header, the form or the length of its body."""

    code = "malformed_request"
    status = 400
    title = "The request cannot be read"
    way_out = "Send well-formed HTTP/1.1; a client library does. The detail says what could not be read."


class NoSuchMethod(AppError):
    """The address is known, but not with this method."""

    code = "method_not_allowed"
    status = 405
    title = "The address does not take this method"
    way_out = "Use one of the methods in the header `Allow`."


class TooSlow(AppError):
    """The headers or the body came too slowly or stopped coming; the connection is closed."""

    code = "request_timeout"
    status = 408
    title = "The request came too slowly"
    way_out = "Send it again over a faster connection, or in smaller parts."
    retryable = True


class AddressTooLong(AppError):
    """Path and query together are longer than the service reads."""

    code = "uri_too_long"
    status = 414
    title = "The address is too long"
    way_out = "Shorten the query: fewer filters, or a cursor as it was handed out."


class WrongMediaType(AppError):
    """The body is of a kind that this address does not take."""

    code = "unsupported_media_type"
    status = 415
    title = "The address does not take this kind of body"
    way_out = "Send the body as the media type that the detail names, and say so in `Content-Type`."


class HeadersTooLarge(AppError):
    """The request's line and headers together are larger than the service reads; the connection is closed."""

    code = "headers_too_large"
    status = 431
    title = "The headers are too large"
    way_out = "Send fewer or shorter headers; cookies are not needed here."


class TooManyRequests(AppError):
    """The caller sent more requests than its share within a minute; reads, writes and uploads count apart."""

    code = "rate_limited"
    status = 429
    title = "Too many requests"
    way_out = "Wait for `Retry-After`, then go on; `RateLimit` in every answer tells what is left."
    retryable = True


class TooManyStreams(AppError):
    """The caller holds open as many event streams and waiting requests as it may."""

    code = "too_many_streams"
    status = 429
    title = "Too many open streams"
    way_out = "Close streams that are not needed, or follow several runs with one webhook subscription."
    retryable = True
    retry_after_s = 5
