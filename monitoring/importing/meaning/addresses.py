"""Addresses of posts: what is one, where a redirect leads, and when two are the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from monitoring.importing.meaning.words import remembered

WEB = re.compile(r"https?://[^\s/?#]+\.[^\s/?#.]{2,}(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
WITHOUT_SCHEME = re.compile(r"(?:www\.|m\.)?(?:[a-z0-9-]+\.)+[a-z]{2,12}(?:/\S*)?", re.IGNORECASE)
# Parameters that say where a reader came from, not what is read.
TRACKING = re.compile(
    r"(?:utm_\w+|\w{1,3}clid|msclkid|gbraid|wbraid|ysclid|li_fat_id|igsh|igshid|ig_rid|si|feature|mc_[ce]id|ref|ref_src|ref_url"
    r"|spm|share_\w+|_t|_r|is_from_webapp|sender_device|xsec_token|xsec_source|trk|rcm|originalsubdomain|mibextid|rdid"
    r"|__\w+(?:\[\d+\])?|locale|hl|_rdr|xmt|slof)",
    re.IGNORECASE,
)
SHARERS = {"t", "s", "pp"}  # of x.com and YouTube: who shared it, where the video starts
MOBILE = re.compile(r"^(?:www\d?|m|mobile|mbasic|old|new|np|touch|web|amp)\.")
SAME_HOSTS = {
    "twitter.com": "x.com",
    "fb.com": "facebook.com",
    "youtube-nocookie.com": "youtube.com",
    "threads.net": "threads.com",
}
# Redirects: the path's ending and the parameter that has the real address.
REDIRECTS = (
    "url",
    "q",
    "u",
    "target",
    "to",
    "dest",
    "destination",
    "redirect",
    "redirect_url",
    "link",
    "goto",
)
REDIRECTING = re.compile(
    r"/(?:url|l\.php|link|redirect|redir|out|away(?:\.php)?|goto|click|leaving|jump|exit)/?$", re.IGNORECASE
)
# What nearly all addresses of a file look like: nothing to decode, no parameters. Only for speed.
SIMPLE = re.compile(r"https?://((?:[a-z0-9-]+\.)+[a-z]{2,})((?:/[\w.@:~+-]+)*)/?", re.ASCII)
PART_OF_PAGE = re.compile(r"!|/|(?!:~:).*\d")  # #comment-123 is a post of its own
# Whose post it is, by the paths of the large platforms.
POST_OF = re.compile(
    r"/(?:@|profile/|users/)?([\w.-]{2,60})/(?:status(?:es)?|posts?|video|reel|p)/[\w-]{4,}|/@([\w.-]{2,60})/\d{4,}"
)
POST_ON_X = re.compile(r"/(?:i/web|[^/]+)/status(?:es)?/(\d+)(?:/(?:photo|video)/\d+)?")
MAX_LENGTH = 2_000
FORMULA = re.compile(r"""=HYPERLINK\(\s*"([^"]+)".*\)""", re.IGNORECASE)


def read_address(cell: str) -> tuple[str, str]:
    """The page to which a cell leads, and its normal form; both empty where it holds no address."""
    if simple := _simple(cell):
        return cell, _written(_host(simple[1]), simple[2], [])
    address = real_address(cell)
    return (address, normalise_address(address)) if is_web_address(address) else ("", "")


def _simple(address: str) -> re.Match[str] | None:
    match = SIMPLE.fullmatch(address)
    return match if match and "//" not in match[2] and len(address) <= MAX_LENGTH else None


def is_web_address(cell: str) -> bool:
    """Whether a cell is an address with http or https, and nothing else."""
    return len(cell) <= MAX_LENGTH and WEB.fullmatch(cell.strip()) is not None


def host_of(address: str) -> str:
    """Lower case, without port and "www."; "" where it is no address."""
    if simple := _simple(address):
        return simple[1].removeprefix("www.")
    try:
        return (urlsplit(_with_scheme(address)).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def linked(cell: str) -> str:
    """Where a formula of a spreadsheet links to; the cell itself where it is none."""
    match = FORMULA.fullmatch(cell) if cell[:1] == "=" else None
    return match[1] if match else cell


def real_address(address: str) -> str:
    """The page behind a redirect of an alert service or a platform; the address itself where there is none."""
    if len(address) > MAX_LENGTH:
        return address
    address = _with_scheme(linked(address))
    for _step in range(3):
        target = _target(address)
        if not target:
            break
        address = target
    return address


def _target(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if not REDIRECTING.search(parts.path):
        return ""
    given = dict(parse_qsl(parts.query))
    return next((given[name] for name in REDIRECTS if is_web_address(given.get(name, ""))), "")


def author_of_address(address: str) -> str:
    """The account that an address of a post names: https://x.com/kioskul/status/1 is kioskul's. Else empty."""
    try:
        match = POST_OF.match(urlsplit(address).path)
    except ValueError:
        return ""
    return (match[1] or match[2]) if match else ""


@remembered
def normalise_address(address: str) -> str:
    """The form in which two addresses of one post are equal. For comparing only, it need not lead anywhere."""
    if len(address) > MAX_LENGTH:
        return address.strip()
    if simple := _simple(address):
        return _written(_host(simple[1]), simple[2], [])
    address = real_address(address.strip())
    try:
        return _normal(urlsplit(address)) or address
    except ValueError:
        return address


def _normal(parts: SplitResult) -> str:
    """Raises ValueError for an odd port or thousands of parameters."""
    host = _host((parts.hostname or "").rstrip("."))
    if not host:
        return ""
    path = quote(unquote(re.sub(r"/{2,}", "/", parts.path)), safe="/@:!$&'()*+,;=~-._%").rstrip("/")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    fragment = f"#{parts.fragment}" if PART_OF_PAGE.match(parts.fragment) else ""
    return _written(host, path, _parameters(host, parts.query), port, fragment)


def _written(host: str, path: str, query: list[tuple[str, str]], port: str = "", fragment: str = "") -> str:
    host, path, pairs = _short_forms(host, _post_path(host, path), query)
    asked = f"?{urlencode(pairs)}" if pairs else ""
    return f"https://{host}{port}{path}{asked}{fragment}"


def _with_scheme(address: str) -> str:
    address = address.strip()
    if address.startswith("//"):
        return f"https:{address}"
    if address.startswith("/r/"):
        return f"https://www.reddit.com{address}"
    return f"https://{address}" if WITHOUT_SCHEME.fullmatch(address) else address


@remembered
def _host(host: str) -> str:
    """One host of those that a site has: m., mobile., www."""
    while MOBILE.match(host) and host.count(".") > 1:
        host = MOBILE.sub("", host)
    return SAME_HOSTS.get(host, host)


def _post_path(host: str, path: str) -> str:
    if host == "x.com" and (
        post := POST_ON_X.fullmatch(path)
    ):  # handles have no case, /photo/1 is the same post
        return f"/i/status/{post[1]}"
    if host == "reddit.com":  # the title in the address may be cut
        path = re.sub(r"^(/r/[^/]+/comments/\w+)/[^/]*$", r"\1", path)
    return path


def _parameters(host: str, query: str) -> list[tuple[str, str]]:
    """Sorted, without those that only track."""
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=500)
    dropped = SHARERS if host in ("x.com", "youtube.com", "youtu.be") else set()
    return sorted(
        (name, value) for name, value in pairs if not TRACKING.fullmatch(name) and name not in dropped
    )


def _short_forms(
    host: str, path: str, query: list[tuple[str, str]]
) -> tuple[str, str, Sequence[tuple[str, str]]]:
    """Several addresses of one video or post as one."""
    if host == "youtu.be" and path.count("/") == 1:
        return "youtube.com", "/watch", sorted([*query, ("v", path[1:])])
    if host == "youtube.com" and (short := re.fullmatch(r"/(?:shorts|live|embed|v)/([\w-]+)", path)):
        return host, "/watch", sorted([*query, ("v", short[1])])
    if host == "redd.it" and path.count("/") == 1:
        return "reddit.com", f"/comments{path}", query
    if host == "instagram.com":
        path = re.sub(r"^/(?:[^/]+/)?(?:p|reel|reels|tv)/([\w-]+)$", r"/p/\1", path)
    return host, path, query
