"""The request class of the house: forms that cannot be read are a plain 400, whatever was sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.types import Empty
from litestar_htmx import HTMXRequest

from app.kernel.errors import DomainError
from app.kernel.web.i18n import N_

MOST_FIELDS = 1000


class BadBody(DomainError):
    """The body is not what its Content-Type says."""

    status = 400

    def __init__(self) -> None:
        super().__init__(N_("Dữ liệu gửi lên bị hỏng; xin tải lại trang rồi gửi lại."))


class HouseRequest(HTMXRequest):
    """Litestar's request with a `form()` that never becomes a 500."""

    async def form(self) -> FormMultiDict:
        """What was sent as a form.

        Raises:
            BadBody: broken multipart, unknown charset, bytes that are not UTF-8, too many fields.
        """
        try:
            if self._form is Empty and self.content_type[0] == RequestEncodingType.URL_ENCODED:
                # Litestar keeps the last 1,024 bodies in a cache, passwords and all; ours are read and forgotten.
                sent = (await self.body()).decode("utf-8", "replace")
                pairs: list[tuple[str, Any]] = list(parse_qsl(sent, keep_blank_values=True, max_num_fields=MOST_FIELDS))
                self._form: Any = FormMultiDict(pairs)
            return await super().form()
        except (UnicodeError, LookupError, ValueError, ClientException) as error:
            # Too large a body keeps its own status (413).
            if isinstance(error, ClientException) and error.status_code != 400:
                raise
            raise BadBody from None
