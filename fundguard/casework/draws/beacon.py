"""The public value nobody can know when the list is frozen: its kinds, its time, its plain form.

Times in China Standard Time (+08:00), texts "YYYY-MM-DDTHH:MM:SS+08:00". drand rounds have an exact
time (genesis + (round − 1) × period, published with each chain); a NIST pulse is named by its time;
a lottery issue or a dice ceremony by whatever date its name holds, or by `--beacon-at`.
"""

import datetime as dt
import re
import unicodedata

from core.errors import Refused, UsageError

CHINA = dt.timezone(dt.timedelta(hours=8))
KINDS = {
    "lottery": "彩票开奖 lottery issue, e.g. lottery:双色球2026088",
    "dice": "当众掷骰 dice before witnesses, ≥ 20 digits, e.g. dice:2026-07-01",
    "drand": "drand round, e.g. drand:quicknet/31000000 (3 s) or drand:default/6400000 (30 s)",
    "nist": "NIST pulse by time, e.g. nist:2026-07-01T10:00 or nist:1782871200000",
    "index": "证券指数收盘 closing index, e.g. index:上证2026-07-01",
}
WHERE_TO_LOOK = {
    "lottery": "中国福利彩票 / 中国体育彩票官方开奖公告",
    "dice": "现场记录与见证人签字 the signed record of the ceremony",
    "drand": "https://api.drand.sh （字段 randomness）",
    "nist": "https://beacon.nist.gov/beacon/2.0/ （字段 outputValue）",
    "index": "交易所当日收盘行情 the exchange's closing figures",
}
CHAINS = {"default": (1595431050, 30), "quicknet": (1692803367, 3)}
NIST_START, NIST_PERIOD = 1532373960, 60  # chain 2, first pulse 2018-07-23T19:26Z


def stamp(moment: dt.datetime) -> str:
    """Text of a moment in China Standard Time, to the second."""
    return moment.astimezone(CHINA).replace(microsecond=0).isoformat()


def from_epoch(seconds: int) -> dt.datetime:
    """Moment in China Standard Time of Unix seconds; UsageError beyond the calendar."""
    try:
        return dt.datetime.fromtimestamp(seconds, CHINA)
    except (OverflowError, ValueError, OSError):
        raise UsageError(f"--beacon: 时间超出日历 beyond the calendar [{seconds}]；查轮次号") from None


def parse_moment(text: str, where: str) -> tuple[dt.datetime, bool]:
    """(moment, whether the hour was given) of a date or date-time, China time unless a zone stands."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{where}: 时间写错 malformed time [{text}]；写成 2026-07-01T10:00") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)), len(text) > 10


def parse_beacon(text: str, published_at: str | None, now: dt.datetime) -> dict[str, str]:
    """{kind, id, published_at} of KIND:ID; Refused when its value is, or may be, known already."""
    kind, _, name = text.partition(":")
    kind, name = kind.strip().lower(), unicodedata.normalize("NFKC", name).strip()
    if kind not in KINDS or not name:
        raise UsageError(
            f"--beacon: 未知信标 unknown beacon [{text}]；写成 KIND:ID，KIND 取 {', '.join(KINDS)}"
        )
    moment, exact = _when(kind, name, published_at, now)
    if moment and (moment <= now if exact else moment.date() < now.astimezone(CHINA).date()):
        raise Refused(
            f"--beacon: 信标已是过去 the beacon lies in the past [{text}，{stamp(moment)}]；"
            "指定尚未公布的一期 name one not yet published"
        )
    shown = "" if not moment else stamp(moment) if exact else moment.date().isoformat()
    return {"id": name, "kind": kind, "published_at": shown}


def _when(
    kind: str, name: str, published_at: str | None, now: dt.datetime
) -> tuple[dt.datetime | None, bool]:
    """(moment or None, exact) at which the value becomes public."""
    if kind == "drand":
        chain, _, number = name.rpartition("/")
        if not number.isdigit() or (chain or "default") not in CHAINS:
            raise UsageError(
                f"--beacon: drand 写成 drand:链/轮次 [{name}]；链取 chain is {' or '.join(CHAINS)}"
            )
        genesis, period = CHAINS[chain or "default"]
        return from_epoch(genesis + (int(number) - 1) * period), True
    if kind == "nist" and name.isdigit():
        value = int(name)
        if value > 10**12:  # as in the beacon's own addresses: milliseconds
            return from_epoch(value // 1000), True
        seconds = value if value > 10**9 else NIST_START + (value - 1) * NIST_PERIOD
        return from_epoch(seconds), True
    if published_at:
        return parse_moment(published_at, "--beacon-at")
    if found := re.search(r"(20\d\d)-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", name):
        return parse_moment(found.group(0), "--beacon")
    if found := re.search(r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)", name):
        try:
            day = dt.datetime(*(int(part) for part in found.groups()), tzinfo=CHINA)  # type: ignore[misc, arg-type]
        except ValueError:
            raise UsageError(f"--beacon: 日期写错 malformed date [{name}]；写成 2026-07-01") from None
        return day, False
    return (_issue_date(name, now), False) if kind == "lottery" else (None, False)


def _issue_date(name: str, now: dt.datetime) -> dt.datetime | None:
    """Latest day a lottery issue (year + three digits) can have been drawn, when surely past.

    Issues run from 001 in January. An issue of an earlier year is past. Within the year a game
    drawn three times a week has had issue n by day 7n/3 plus the holiday breaks (20 days at most);
    a daily game had it sooner. A later one cannot be told from its number.
    """
    found = re.search(r"(?<!\d)(20\d\d|\d\d)(\d{3})(?!\d)", name)
    if not found:
        return None
    year = int(found.group(1)) if len(found.group(1)) == 4 else 2000 + int(found.group(1))
    if year < now.year:
        return dt.datetime(year, 12, 31, tzinfo=CHINA)
    day = int(found.group(2)) * 7 // 3 + 20
    latest = dt.datetime(year, 1, 1, tzinfo=CHINA) + dt.timedelta(days=day)
    return latest if latest < now else None


def plain_value(kind: str, value: str) -> str:
    """The value as it enters the seed: hexadecimal digits, or the decimal digits alone.

    One result has one plain form: with blanks or commas left in, whoever types could try several
    ways of writing the same numbers until the draw pleases.
    """
    text = unicodedata.normalize("NFKC", value).strip().lower()
    decimal = "".join(character for character in text if character in "0123456789")
    if kind == "dice":
        if re.search(r"[^0-9\s,;.、|/-]", text) or len(decimal) < 20:
            raise Refused(
                f"--value: 骰子须至少 20 位数字 dice need at least 20 digits [{value}]；再掷 roll more"
            )
    elif kind in ("drand", "nist"):
        length = 64 if kind == "drand" else 128
        if not re.fullmatch(rf"[0-9a-f]{{{length}}}", text):
            raise Refused(
                f"--value: {kind} 须为 {length} 位十六进制 hexadecimal digits [{value}]；"
                f"到 {WHERE_TO_LOOK[kind]} 抄全 copy it whole"
            )
        return text
    elif len(decimal) < 6:
        raise Refused(
            f"--value: 公布值少于 6 位数字，太易猜中 fewer than 6 digits is too easy to guess "
            f"[{value}]；抄全开奖号码或收盘点位 copy the whole result"
        )
    return decimal
