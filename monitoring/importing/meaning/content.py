"""What the cells of a column look like: dates, addresses, counts, names, sentences. Shapes alone, nothing is parsed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

BLANK = {"", "-", "–", "—", "n/a", "na", "null", "none", "nan", "#n/a", "nil", "undefined"}
HOUR_MINUTE = r"\d{1,2}[:.hH]\d{2}(?:[:.]\d{2})?(?:[.,]\d+)?"
HALF_DAY = r"(?:[ap]\.?\s?m\.?|öö|ös|上午|下午|午前|午後|오전|오후|πμ|μμ)"
_WITH_TIME = re.compile(
    rf"(?<!\d)\d{{1,2}}[:时時시]\s?\d{{1,2}}|T\d{{2}}:?\d{{2}}|\d\s?{HALF_DAY}(?!\w)|\d{{1,2}}h\d{{2}}|(?<!\d)\d{{1,2}}\.\d{{2}}$",
    re.IGNORECASE,
)
_MIDNIGHT = re.compile(
    r"(?:T|\b)0?0:00(?::00(?:\.0+)?)?(?:\s?Z|\s?[+-]\d{2}:?\d{2}|\s[A-Z]{3,4})?$|\b12:00(?::00)?\s?AM",
    re.IGNORECASE,
)
_TIME_OF_DAY = re.compile(
    rf"(?:1899-12-3[01]T)?(?:{HALF_DAY}\s*)?{HOUR_MINUTE}(?:\s*{HALF_DAY})?(?:\s*(?:uhr|час|[A-Z]{{2,5}}|Z|[+-]\d{{2}}:?\d{{2}}))?|\d{{1,2}}\s*{HALF_DAY}|(?:上午|下午)?\d{{1,2}}[时時点點]\d{{0,2}}分?|(?:오전|오후)?\s?\d{{1,2}}시\s?(?:\d{{1,2}}분)?",
    re.IGNORECASE,
)
_MONTH_NAME = r"[^\W\d_]{3,}\.?"
_MOMENT = re.compile(
    rf"""(?:\D{{0,20}}?)(?:
      \d{{4}}\s?[-/.年]\s?\d{{1,2}}\s?[-/.月]\s?\d{{1,2}}\s?日?(?!\d)          # 2025-03-04, 2025年3月4日
    | \d{{4}}년\s?\d{{1,2}}월\s?\d{{1,2}}일
    | \d{{1,2}}\s?[-/.]\s?\d{{1,2}}\s?[-/.]\s?(?:\d{{4}}|\d{{2}})(?!\d)       # 04.03.2025, 3/4/25
    | \d{{1,2}}(?:\.|st|nd|rd|th|er|º)?[\s\-/.]{{1,2}}(?:de\s+)?{_MONTH_NAME}[\s\-/.,]{{1,2}}(?:de\s+|del\s+)?'?(?:\d{{4}}|\d{{2}})(?!\d)   # 4 March 2025, 12-Mar-25
    | {_MONTH_NAME}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}                     # Mar 4, 2025
    | {_MONTH_NAME}\s+\d{{1,2}}\s+\d{{2}}:\d{{2}}:\d{{2}}\s.*\d{{4}}            # Tue Mar 04 10:00:00 +0000 2025
    | \d{{8}}T?\d{{4,6}}Z?(?!\d)
    | \d{{1,2}}月\d{{1,2}}日 | \d{{1,2}}월\s?\d{{1,2}}일                         # of this year
    )(?:\D.*)?""",
    re.VERBOSE,
)  # fmt: skip
_RELATIVE = re.compile(
    r"(?:about |vor |il y a |hace |há |vor etwa |около )?(?:an?|one|\d+|un|une|eine[mnr]?|bir|jeden|um|uma|una)\s?"
    r"(?:s|m|h|d|w|mo|y|sa|dk|min|sec|hr|[^\W\d_]{3,12}\.?)(?:\s(?:ago|önce|temu|fa|geleden|atrás|назад|тому|sedan|siden|sitten))?(?:\s?\(?edited\)?)?"
    r"|\d+\s?(?:秒|分|分钟|分鐘|小时|小時|時間|天|日|周|週|个月|個月|年|초|분|시간|일|주|개월|년)\s?(?:前|전)|刚刚|剛剛|たった今|방금(?: 전)?|just now|now"
    r"|(?:yesterday|today|dün|bugün|wczoraj|dziś|dzisiaj|gestern|heute|hier|aujourd'hui|ayer|hoy|ontem|hoje|ieri|oggi|gisteren|vandaag|вчера|сегодня|вчора|сьогодні|昨天|今天|昨日|今日|어제|오늘)\b.{0,20}",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"ago|önce|temu|\bfa\b|geleden|atrás|назад|тому|^vor|^il y a|^hace|^há|前|전|^\d+\s?(?:[smhdwy]|mo|min|hr)$",
    re.IGNORECASE,
)
_EPOCH = re.compile(
    r"(?:1[0-9]|9|2[0-2])\d{8}(?:\.\d+|\d{3}(?:\.\d+)?|\d{6})?"
)  # seconds, milliseconds, microseconds since 1970
_INSTANT = re.compile(r"\d\s?(?:Z|[+\-−]\d{2}:?\d{2}(?:\s\d{4})?|(?:UTC|GMT)(?:[+\-−]\d{1,2})?|[A-Z]{3,4})$")
_ADDRESS = re.compile(
    r"(?:https?|at)://\S+|www\.\S+|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,10}/\S+|/r/\S+", re.IGNORECASE
)
_HANDLE = re.compile(r"@[\w.\-]{1,60}(?:@[\w.\-]+)?")
_NUMBER = re.compile(r"[+\-−]?\d[\d.,\s'’\u00a0\u202f]*(?:[eE][+\-]?\d+)?%?")
_COUNT = re.compile(
    r"[+]?\d[\d.,\s'’\u00a0\u202f]*(?:k|m|b|bn|mn|bin|milyon|tys\.?|mln\.?|mio\.?|tsd\.?|mil|万|億|亿|萬|千|만|천|억|тыс\.?|тис\.?|млн\.?|w|mi|Mrd\.?)?\+?"
    r"(?:\s?(?:likes?|replies|views|beğeni|次|赞|人))?",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"[+\-]?\d{1,12}(?:\.0+)?")
_YES_NO = {
    "yes",
    "no",
    "true",
    "false",
    "0",
    "1",
    "y",
    "n",
    "t",
    "f",
    "evet",
    "hayır",
    "tak",
    "nie",
    "是",
    "否",
    "ja",
    "nein",
    "oui",
    "non",
    "sí",
    "si",
    "sim",
    "não",
    "nee",
    "да",
    "нет",
    "так",
    "ні",
    "はい",
    "いいえ",
    "예",
    "아니오",
    "doğru",
    "yanlış",
    "x",
    "✓",
}
_ZONE = re.compile(
    r"(?:UTC|GMT)?\s?[+\-−]\d{1,2}(?::?\d{2})?|UTC|GMT|Z|[A-Z]{2,5}|[A-Z][A-Za-z]+/[A-Z][A-Za-z_/]+|\(?(?:UTC|GMT).*"
)
_SENTIMENT = re.compile(
    r"(?:very |somewhat |slightly |mostly |strongly |extremely |çok |bardzo |sehr |très |muy |muito |molto |zeer |очень |дуже |非常|とても|매우 )?"
    r"(?:neg|pos|neu|neutr|mixed|negat\w*|posit\w*|pozit\w*|neutr\w*|nötr|olumsuz|olumlu|tarafsız|kötü|iyi|neg[aà]tyw\w*|pozytyw\w*|obojętn\w*|mieszan\w*|нег\w*|поз\w*|пол\w*|нейтр\w*|отриц\w*|負面|正面|负面|中性|中立|消极|积极|消極|積極|負向|正向|负向|"
    r"négat\w*|neutraal|neutrale?|ネガティブ|ポジティブ|ニュートラル|부정|긍정|중립|부정적|긍정적|bad|good|not rated|unrated|unknown|none|gemischt|misto|mixto|mixte|mieszany|karışık|belirsiz|混合|سلبي|إيجابي|محايد|שלילי|חיובי|negativ\w*|smiešan\w*|favou?rable|unfavou?rable|critical|supportive|complaint|praise)\.?",
    re.IGNORECASE,
)
_STARS = re.compile(
    r"[★☆⭐]{1,5}\ufe0f?|[0-5](?:[.,]\d)?\s?(?:/\s?(?:5|10)|stars?|out of 5|yıldız|sterne|étoiles?|estrellas?|звезд\w*|星)",
    re.IGNORECASE,
)
_LANGUAGES = set(
    "aa af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fil fr ga gl gu he hi hr ht hu hy id in is it iw ja ka kk km kn ko ku ky lo lt lv mk ml mn mr ms my nb ne nl nn no pa pl ps pt ro ru "
    "sd si sk sl so sq sr sv sw ta te tg th tk tl tr tt ug uk ur uz vi yo zh zu und zxx qme qht qam qct qst art ckb yue cmn eng tur deu ger fra fre spa por ita rus ukr pol jpn kor zho chi nld dut ara".split()
)
_LANGUAGE_NAME = re.compile(
    r"(?:english|german|french|spanish|portuguese|italian|dutch|polish|turkish|russian|ukrainian|chinese|japanese|korean|arabic|persian|farsi|hebrew|hindi|swedish|danish|norwegian|finnish|czech|greek|hungarian|romanian|indonesian|"
    r"malay|thai|vietnamese|bulgarian|croatian|serbian|slovak|slovenian|catalan|tagalog|filipino|bengali|urdu|tamil|undetermined|unknown|other|türkçe|ingilizce|almanca|fransızca|ispanyolca|rusça|arapça|polski|angielski|niemiecki|ukraiński|rosyjski|"
    r"中文|英文|英语|英語|日语|日語|日文|韩语|简体中文|繁體中文|繁体中文|deutsch|englisch|französisch|spanisch|türkisch|polnisch|russisch|italienisch|français|anglais|allemand|espagnol|español|inglés|alemán|francés|português|inglês|espanhol|italiano|inglese|tedesco|nederlands|engels|duits|"
    r"русский|английский|украинский|українська|англійська|російська|日本語|한국어|영어|svenska|dansk|norsk|suomi|čeština)(?:\s?[\(\-,].*)?",
    re.IGNORECASE,
)
_PLATFORM = re.compile(
    r"(?:x|twitter|x \(twitter\)|twitter/x|x/twitter|x \(formerly twitter\)|x[./]com|facebook|fb|instagram|ig|you ?tube|yt|tik ?tok|linked ?in|reddit|threads|bluesky|mastodon|telegram|whatsapp|discord|twitch|snapchat|pinterest|tumblr|vk|vkontakte|вконтакте|вк|ok|одноклассники|"
    r"odnoklassniki|weibo|sina weibo|微博|新浪微博|wechat|weixin|微信|douyin|抖音|xiaohongshu|小红书|小紅書|bilibili|b站|哔哩哔哩|zhihu|知乎|kuaishou|快手|tieba|百度贴吧|今日头条|line|note|naver|네이버|kakao|카카오|카카오톡|트위터|엑스|페이스북|인스타그램|유튜브|틱톡|ツイッター|フェイスブック|インスタグラム|ユーチューブ|quora|wykop|ekşi ?sözlük|eksisozluk|"
    r"şikayetvar|google play(?: store)?|play store|google|app store|apple app store|trustpilot|tripadvisor|yelp|amazon|glassdoor|google (?:reviews|maps|business)|dcard|ptt|medium|vimeo|твиттер|фейсбук|инстаграм|телеграм|телеграмм|ютуб|дзен|truth social|gab|flickr|rumble|nextdoor|"
    r"forums?|foren|blogs?|news|online news|news sites?|web|websites?|reviews?|review sites?|message ?boards?|comments?|podcasts?|tv|radio|print|haber|haber sitesi|internet|gazete|forumlar|bloglar|sözlük|新闻|新聞|论坛|論壇|博客|网站|視頻|视频|nachrichten|presse|actualités|presse en ligne|noticias|notícias|notizie|nieuws|новости|блоги|форумы|новини|форуми|ニュース|ブログ|掲示板|뉴스|블로그|카페|커뮤니티|portale|prasa|wideo|video)"
    r"(?:\.com|\.net|\.org)?(?: (?:post|comment|public message|page|business)s?)?",
    re.IGNORECASE,
)
_CLIENT = re.compile(
    r"</a>|iphone|android|ipad|\bmac\b|windows|web ?app|web ?client|tweetdeck|hootsuite|buffer|sprout|客户端|手机|客戶端|\bapp$|mobile|bot\b|api\b|ifttt|huawei|xiaomi|oppo|vivo",
    re.IGNORECASE,
)
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_TAG = re.compile(r"<[^>]{1,300}>")


def squeezed(cell: str) -> str:
    """A cell without blanks around it; "" where it says that there is nothing."""
    cell = cell.strip().strip("\ufeff").removeprefix("=").strip('"').strip()
    return "" if cell.casefold() in BLANK else cell


@lru_cache(maxsize=50_000)
def kinds(cell: str) -> frozenset[str]:
    """What one cell, squeezed, may be. Several at once: "5" is a count, a number, a label."""
    found = _long(cell) if len(cell) > 80 else _short(cell)
    return frozenset(found)


def _long(cell: str) -> set[str]:
    if _ADDRESS.fullmatch(cell):
        return {"address"}
    return {"client"} if _TAG.match(cell) and cell.endswith("</a>") else {"words", "sentence"}


def _short(cell: str) -> set[str]:
    found = {kind for kind, shape in _SHAPES.items() if shape.fullmatch(cell)}
    found |= _moment(cell)
    small = cell.casefold()
    if small in _YES_NO:
        found.add("yes_no")
    if (
        small in _LANGUAGES
        or re.split(r"[-_]", small)[0] in _LANGUAGES
        and re.fullmatch(r"[a-z]{2,3}[-_][a-z]{2,4}", small)
    ):
        found.add("language")
    if _LANGUAGE_NAME.fullmatch(cell):
        found |= {"language", "language_name"}
    if _CLIENT.search(cell):
        found.add("client")
    return found | _wording(cell, found)


_SHAPES = {
    "time_of_day": _TIME_OF_DAY, "address": _ADDRESS, "handle": _HANDLE, "number": _NUMBER, "count": _COUNT, "integer": _INTEGER,
    "zone": _ZONE, "sentiment": _SENTIMENT, "stars": _STARS, "platform": _PLATFORM, "epoch": _EPOCH,
}  # fmt: skip


def _moment(cell: str) -> set[str]:
    if _EPOCH.fullmatch(cell):
        return {"epoch", "instant", "timed"}
    if cell.startswith("1899-12-3"):  # a spreadsheet's time of day
        return set()
    if len(cell) <= 60 and any(letter.isdigit() for letter in cell) and _MOMENT.fullmatch(cell):
        found = {"moment"}
        if _WITH_TIME.search(cell):
            found |= {"timed", "midnight"} if _MIDNIGHT.search(cell) else {"timed"}
        return found | ({"instant"} if _INSTANT.search(cell) and "timed" in found else set())
    if _RELATIVE.fullmatch(cell) and (_AGO.search(cell) or not cell[:1].isdigit() and len(cell) < 30):
        return {"moment", "timed", "relative"} if re.match(r"\d|[^\W\d_]+ ", cell) or len(cell) > 3 else set()
    return set()


def _wording(cell: str, found: set[str]) -> set[str]:
    """Whether it has words, and whether they are more than a name."""
    if found & {"moment", "time_of_day", "address", "number", "epoch", "handle"} or not any(
        map(str.isalpha, cell)
    ):
        return set()
    words = _TAG.sub(" ", cell).split()
    is_sentence = (
        len(words) >= 5 or len(words) >= 3 and cell[-1] in ".!?…。！？" or len(_SPACELESS.findall(cell)) >= 12
    )
    return {"words", "sentence"} if is_sentence else {"words"}


@dataclass
class Content:
    """A column of a sample. Shares are of the cells that say something."""

    rows: int
    cells: list[str]  # squeezed, without the blank ones
    counted: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, cells: Iterable[str]) -> Content:
        squeezed_cells = [squeezed(cell) for cell in cells]
        filled = [cell for cell in squeezed_cells if cell]
        return cls(len(squeezed_cells), filled, Counter(kind for cell in filled for kind in kinds(cell)))

    def share(self, *any_of: str) -> float:
        """Of the cells that are one of these; of several the cells are looked at again."""
        if not self.cells:
            return 0.0
        if len(any_of) == 1:
            return self.counted[any_of[0]] / len(self.cells)
        return sum(1 for cell in self.cells if not kinds(cell).isdisjoint(any_of)) / len(self.cells)

    @property
    def days_only(self) -> bool:
        """Dates without a time of day, or all with midnight."""
        return self.counted["timed"] - self.counted["midnight"] <= 0.05 * len(self.cells)

    @property
    def has_instants(self) -> bool:
        """Moments that say when it was wherever one is: with a zone, or seconds since 1970."""
        return self.share("instant") >= 0.5

    @property
    def filled(self) -> float:
        return len(self.cells) / self.rows if self.rows else 0.0

    @property
    def distinct(self) -> float:
        return len(set(self.cells)) / len(self.cells) if self.cells else 0.0

    @property
    def length(self) -> float:
        """Of the cells on average, in characters; those of Chinese and its like count twice."""
        return sum(len(cell) + len(_SPACELESS.findall(cell[:500])) for cell in self.cells) / max(
            1, len(self.cells)
        )


def sample(rows: Sequence[Sequence[str]], column: int, most: int) -> list[str]:
    """Up to `most` cells of a column, from all over the rows; short rows lack theirs."""
    step = max(1, len(rows) // most)
    return [row[column] if column < len(row) else "" for row in rows[::step]]
