"""Where a page says what is wrong."""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpResponse


def assert_beside(answer: HttpResponse, field: str, says: str) -> None:
    """`says` stands in the summary, which leads to the field, and at the field, which is marked."""
    page = unescape(answer.content.decode())
    inputs = re.findall(rf'<(?:input|select|textarea)[^>]*\bname="{field}"[^>]*>', page)
    assert inputs
    assert all('aria-invalid="true"' in tag and "is-invalid" in tag for tag in inputs)
    [target] = re.findall(rf'href="#(id_{field}(?:_0)?)"', page)
    assert f'id="{target}"' in page
    assert page.count(says) == 2
