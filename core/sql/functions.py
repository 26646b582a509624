"""Our named SQL functions: one name, one text per engine, one truth table that runs on both.

Whatever differs between the engines (casts, products, quotients, dates, JSON, lists, hashes) has a
name here and nowhere else. A text is a template over the already rendered arguments `{0}`, `{1}` …;
`{*}` is all of them joined by commas. Truth tables: `tests/spec/functions.yaml`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from unicodedata import normalize


@dataclass(frozen=True)
class Function:
    """One named function: how many arguments, what it says, and its text on each engine."""

    name: str
    says: str
    arity: tuple[int, int | None]
    duckdb: str | Callable[[Sequence[str]], str]
    spark: str | Callable[[Sequence[str]], str]
    aggregate: bool = False

    def text(self, dialect: str, arguments: Sequence[str]) -> str:
        """The expression for `dialect` (duckdb | spark); ValueError on a wrong number of arguments."""
        least, most = self.arity
        if len(arguments) < least or (most is not None and len(arguments) > most):
            raise ValueError(f"{self.name}: takes {self.arity} arguments, got [{len(arguments)}]")
        template = self.duckdb if dialect == "duckdb" else self.spark
        if callable(template):
            return template(arguments)
        return "(" + template.replace("{*}", ", ".join(arguments)).format(*arguments) + ")"


def _money(value: str) -> str:
    """Round a double half away from zero to two decimals, by the same IEEE steps on both engines."""
    return (
        f"CAST(CASE WHEN {value} < 0 THEN -1 ELSE 1 END "
        f"* FLOOR(ABS({value}) * 100 + 0.500001e0) / 100e0 AS DECIMAL(16,2))"
    )


def _excess(dialect: str) -> Callable[[Sequence[str]], str]:
    # Made of our own functions, so that both engines take the same steps.
    def call(name: str, *arguments: str) -> str:
        return FUNCTIONS[name].text(dialect, arguments)

    def text(arguments: Sequence[str]) -> str:
        seen, expected = arguments

        def odds(multiple: str) -> str:
            shrunk = call("safe_ratio", f"1.5 + {expected}", f"1.5 + {call('times', multiple, expected)}")
            prior = call("times", "1.5", call("natural_log", shrunk))
            data = call("times", seen, call("natural_log", call("times", multiple, shrunk)))
            return call("exponential", call("smaller_of", f"{prior} + {data}", "60"))

        ratio = call("safe_ratio", " + ".join(odds(multiple) for multiple in ("4", "12", "40")), "3")
        weighed = call("times", "0.03", ratio)
        return call("safe_ratio", weighed, f"{weighed} + 0.97")

    return text


def _evidence(string: str) -> Callable[[Sequence[str]], str]:
    # Every value is a JSON string: numbers keep the exact digits they have in the tables.
    quote, slash = "CHR(34)", "CHR(92)"

    def text(arguments: Sequence[str]) -> str:
        pieces = []
        for name, value in zip(arguments[::2], arguments[1::2], strict=True):
            plain = f"CAST({value} AS {string})"
            escaped = (
                f"REPLACE(REPLACE({plain}, {slash}, CONCAT({slash}, {slash})), "
                f"{quote}, CONCAT({slash}, {quote}))"
            )
            pieces.append(
                f"CASE WHEN {value} IS NULL THEN NULL ELSE "
                f"CONCAT({quote}, {name}, {quote}, ':', {quote}, {escaped}, {quote}) END"
            )
        return (
            "CONCAT('{{', CONCAT_WS(',', {}), '}}')".replace("{{", "{")
            .replace("}}", "}")
            .replace("{}", ", ".join(pieces), 1)
        )

    return text


# Forms that claims and lists write one name in: Roman numerals, radicals, compatibility ideographs, full width.
_FORMS = [*range(0x2160, 0x2180), *range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), *range(0xFF01, 0xFF5F)]
_UNITS = "㎎㎏㎖㎜"
_QUOTES = ("'", "\\")


def _folded(test: str) -> Callable[[Sequence[str]], str]:
    """NFKC of those forms. Neither engine has it: one character for one by TRANSLATE, the rest one by one."""
    plain = {chr(code): normalize("NFKC", chr(code)) for code in [*_FORMS, *map(ord, _UNITS)]}
    plain = {form: text for form, text in plain.items() if text != form and text not in _QUOTES}
    plain = {form: text for form, text in plain.items() if max(text) <= "\uffff"}
    single = {form: text for form, text in plain.items() if len(text) == 1}
    seen = "[Ⅰ-ⅿ⺀-⿟豈-\ufaff！-～" + _UNITS + "]"

    def text(arguments: Sequence[str]) -> str:
        folded = f"TRANSLATE({arguments[0]}, '{''.join(single)}', '{''.join(single.values())}')"
        for form, several in plain.items():
            if form not in single:
                folded = f"REPLACE({folded}, '{form}', '{several}')"
        return f"(CASE WHEN {test.format(arguments[0], seen)} THEN {folded} ELSE {arguments[0]} END)"

    return text


def _text_list(opening: str, closing: str, keep: str) -> Callable[[Sequence[str]], str]:
    return lambda arguments: keep.replace("{list}", f"{opening}{', '.join(arguments)}{closing}")


def _read_decimal(name: str, says: str, precision: int, decimals: int) -> Function:
    """A reader of decimals: digits beyond its scale are no number of this type, unless they are zeros."""
    digits = rf"^[+-]?[0-9]{{{{1,{precision - decimals}}}}}([.][0-9]{{{{0,{decimals}}}}}0*)?$"
    cast = f"TRY_CAST({{0}} AS DECIMAL({precision},{decimals}))"
    return Function(
        name,
        says,
        (1, 1),
        f"CASE WHEN REGEXP_MATCHES({{0}}, '{digits}') THEN {cast} END",
        f"CASE WHEN {{0}} RLIKE '{digits}' THEN {cast} END",
    )


_DATE = "^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]+)?)?)?$"

_ALL = [
    # Reading text. Open ends written as 9999-12-31 are no dates: NULL, like everywhere else.
    Function(
        "clean_text",
        "outer blanks cut (also U+3000), empty is NULL",
        (1, 1),
        "NULLIF(TRIM(CAST({0} AS VARCHAR), ' ' || CHR(9) || CHR(13) || CHR(12288)), '')",
        "NULLIF(TRIM(BOTH CONCAT(' ', CHAR(9), CHAR(13), DECODE(UNHEX('E38080'), 'UTF-8')) "
        "FROM CAST({0} AS STRING)), '')",
    ),
    Function(
        "folded_text",
        "compatibility forms (full width, radicals, Roman numerals) as plain characters, as NFKC does",
        (1, 1),
        _folded("REGEXP_MATCHES({0}, '{1}')"),
        _folded("{0} RLIKE '{1}'"),
    ),
    Function(
        "read_date",
        "text YYYY-MM-DD (a time after it is dropped) to a date; NULL when it is none",
        (1, 1),
        f"CASE WHEN REGEXP_MATCHES({{0}}, '{_DATE}') AND {{0}} < '9999' "
        "THEN TRY_CAST(SUBSTR({0}, 1, 10) AS DATE) END",
        f"CASE WHEN {{0}} RLIKE '{_DATE}' AND {{0}} < '9999' THEN TRY_CAST(SUBSTR({{0}}, 1, 10) AS DATE) END",
    ),
    Function(
        "read_time",
        "text YYYY-MM-DD[ HH:MM[:SS]] to a local time; NULL when it is none",
        (1, 1),
        f"CASE WHEN REGEXP_MATCHES({{0}}, '{_DATE}') AND {{0}} < '9999' "
        "THEN TRY_CAST(REPLACE(SUBSTR({0}, 1, 19), 'T', ' ') AS TIMESTAMP) END",
        f"CASE WHEN {{0}} RLIKE '{_DATE}' AND {{0}} < '9999' "
        "THEN TRY_CAST(REPLACE(SUBSTR({0}, 1, 19), 'T', ' ') AS TIMESTAMP_NTZ) END",
    ),
    _read_decimal("read_money", "text to yuan", 16, 2),
    _read_decimal("read_quantity", "text to a quantity", 16, 4),
    _read_decimal("read_price", "text to a price", 16, 6),
    _read_decimal("read_ratio", "text to a ratio", 9, 4),
    Function(
        "read_whole",
        "text to a whole number; 3.0 is 3",
        (1, 1),
        "CASE WHEN REGEXP_MATCHES({0}, '^[+-]?[0-9]{{1,18}}([.]0*)?$') "
        "THEN TRY_CAST(TRY_CAST({0} AS DECIMAL(38,0)) AS BIGINT) END",
        "CASE WHEN {0} RLIKE '^[+-]?[0-9]{{1,18}}([.]0*)?$' "
        "THEN TRY_CAST(TRY_CAST({0} AS DECIMAL(38,0)) AS BIGINT) END",
    ),
    Function(
        "read_number",
        "text to a double",
        (1, 1),
        "TRY_CAST({0} AS DOUBLE)",
        "CASE WHEN {0} RLIKE '^[+-]?[0-9]*[.]?[0-9]+([eE][+-]?[0-9]+)?$' THEN TRY_CAST({0} AS DOUBLE) END",
    ),
    # Dates and times.
    Function("day_of", "the date of a time", (1, 1), "CAST({0} AS DATE)", "CAST({0} AS DATE)"),
    Function(
        "days_between",
        "whole days from the first date to the second",
        (2, 2),
        "DATE_DIFF('day', {0}, {1})",
        "DATEDIFF({1}, {0})",
    ),
    Function(
        "add_days",
        "the date that many days later",
        (2, 2),
        "({0} + CAST({1} AS INTEGER))",
        "DATE_ADD({0}, CAST({1} AS INT))",
    ),
    Function(
        "age_years",
        "completed years from birth to a day; a leap-day child ages on 1 March",
        (2, 2),
        "DATE_PART('year', {1}) - DATE_PART('year', {0}) - CASE WHEN "
        "DATE_PART('month', {1}) * 100 + DATE_PART('day', {1}) < "
        "DATE_PART('month', {0}) * 100 + DATE_PART('day', {0}) THEN 1 ELSE 0 END",
        "YEAR({1}) - YEAR({0}) - CASE WHEN MONTH({1}) * 100 + DAY({1}) < "
        "MONTH({0}) * 100 + DAY({0}) THEN 1 ELSE 0 END",
    ),
    Function(
        "age_months",
        "completed months from birth to a day",
        (2, 2),
        "(DATE_PART('year', {1}) - DATE_PART('year', {0})) * 12 + DATE_PART('month', {1}) "
        "- DATE_PART('month', {0}) - CASE WHEN DATE_PART('day', {1}) < DATE_PART('day', {0}) "
        "THEN 1 ELSE 0 END",
        "(YEAR({1}) - YEAR({0})) * 12 + MONTH({1}) - MONTH({0}) "
        "- CASE WHEN DAY({1}) < DAY({0}) THEN 1 ELSE 0 END",
    ),
    Function("year_of", "calendar year", (1, 1), "DATE_PART('year', {0})", "YEAR({0})"),
    Function("month_of", "month 1 to 12", (1, 1), "DATE_PART('month', {0})", "MONTH({0})"),
    Function(
        "month_start",
        "first day of the month",
        (1, 1),
        "CAST(DATE_TRUNC('month', {0}) AS DATE)",
        "CAST(TRUNC({0}, 'MM') AS DATE)",
    ),
    Function(
        "monday_of",
        "Monday of the week",
        (1, 1),
        "CAST(DATE_TRUNC('week', {0}) AS DATE)",
        "CAST(TRUNC({0}, 'WEEK') AS DATE)",
    ),
    Function(
        "weekday_of",
        "1 Monday to 7 Sunday",
        (1, 1),
        "CAST(DATE_PART('isodow', {0}) AS BIGINT)",
        "CAST(WEEKDAY({0}) + 1 AS BIGINT)",
    ),
    Function("hour_of", "hour 0 to 23", (1, 1), "DATE_PART('hour', {0})", "HOUR({0})"),
    Function("minute_of", "minute 0 to 59", (1, 1), "DATE_PART('minute', {0})", "MINUTE({0})"),
    Function(
        "seconds_between",
        "whole seconds from the first time to the second",
        (2, 2),
        "CAST(FLOOR((EPOCH({1}) - EPOCH({0}))) AS BIGINT)",
        "TIMESTAMPDIFF(SECOND, {0}, {1})",
    ),
    Function(
        "add_seconds",
        "the time that many seconds later",
        (2, 2),
        "({0} + TO_SECONDS(CAST({1} AS BIGINT)))",
        "TIMESTAMPADD(SECOND, CAST({1} AS INT), {0})",
    ),
    Function(
        "minute_number",
        "whole minutes since 1970, to bucket times",
        (1, 1),
        "CAST(FLOOR(EPOCH({0}) / 60) AS BIGINT)",
        "CAST(FLOOR(TIMESTAMPDIFF(SECOND, TIMESTAMP_NTZ '1970-01-01 00:00:00', {0}) / 60e0) AS BIGINT)",
    ),
    Function(
        "as_time",
        "a date as its midnight",
        (1, 1),
        "CAST({0} AS TIMESTAMP)",
        "CAST({0} AS TIMESTAMP_NTZ)",
    ),
    # Amounts.
    Function(
        "line_amount",
        "cnt × pric in yuan, rounded half away from zero",
        (2, 2),
        "CAST(ROUND(CAST({0} AS DECIMAL(19,4)) * CAST({1} AS DECIMAL(16,6)), 2) AS DECIMAL(18,2))",
        "CAST(ROUND(CAST({0} AS DECIMAL(19,4)) * CAST({1} AS DECIMAL(16,6)), 2) AS DECIMAL(18,2))",
    ),
    Function(
        "prorate",
        "amount × part ÷ whole in yuan; NULL when the whole is 0",
        (3, 3),
        lambda a: _money(
            f"(CAST({a[0]} AS DOUBLE) * CAST({a[1]} AS DOUBLE) / NULLIF(CAST({a[2]} AS DOUBLE), 0))"
        ),
        lambda a: _money(
            f"(CAST({a[0]} AS DOUBLE) * CAST({a[1]} AS DOUBLE) / NULLIF(CAST({a[2]} AS DOUBLE), 0))"
        ),
    ),
    Function(
        "as_money",
        "any number in yuan, rounded half away from zero",
        (1, 1),
        lambda a: _money(f"CAST({a[0]} AS DOUBLE)"),
        lambda a: _money(f"CAST({a[0]} AS DOUBLE)"),
    ),
    Function(
        "safe_ratio",
        "a ÷ b as a double; NULL when b is 0",
        (2, 2),
        "CAST({0} AS DOUBLE) / NULLIF(CAST({1} AS DOUBLE), 0)",
        "CAST({0} AS DOUBLE) / NULLIF(CAST({1} AS DOUBLE), 0)",
    ),
    Function(
        "times",
        "a × b as a double",
        (2, 2),
        "CAST({0} AS DOUBLE) * CAST({1} AS DOUBLE)",
        "CAST({0} AS DOUBLE) * CAST({1} AS DOUBLE)",
    ),
    Function("as_number", "as a double", (1, 1), "CAST({0} AS DOUBLE)", "CAST({0} AS DOUBLE)"),
    Function("as_whole", "as a whole number", (1, 1), "CAST({0} AS BIGINT)", "CAST({0} AS BIGINT)"),
    Function(
        "round_to",
        "a double rounded half away from zero to so many decimals, alike on both engines",
        (2, 2),
        "CASE WHEN {0} < 0 THEN -1 ELSE 1 END * FLOOR(ABS(CAST({0} AS DOUBLE)) "
        "* POWER(10e0, {1}) + 0.5000001e0) / POWER(10e0, {1})",
        "CASE WHEN {0} < 0 THEN -1 ELSE 1 END * FLOOR(ABS(CAST({0} AS DOUBLE)) "
        "* POWER(10e0, {1}) + 0.5000001e0) / POWER(10e0, {1})",
    ),
    Function(
        "round_up",
        "the next whole number up",
        (1, 1),
        "CAST(CEIL(CAST({0} AS DOUBLE) - 0.0000001e0) AS BIGINT)",
        "CAST(CEIL(CAST({0} AS DOUBLE) - 0.0000001e0) AS BIGINT)",
    ),
    Function(
        "round_down",
        "the next whole number down",
        (1, 1),
        "CAST(FLOOR(CAST({0} AS DOUBLE) + 0.0000001e0) AS BIGINT)",
        "CAST(FLOOR(CAST({0} AS DOUBLE) + 0.0000001e0) AS BIGINT)",
    ),
    Function(
        "natural_log",
        "ln of a positive number, else NULL",
        (1, 1),
        "CASE WHEN {0} > 0 THEN LN(CAST({0} AS DOUBLE)) END",
        "CASE WHEN {0} > 0 THEN LN(CAST({0} AS DOUBLE)) END",
    ),
    Function(
        "square_root",
        "√ of a number ≥ 0, else NULL",
        (1, 1),
        "CASE WHEN {0} >= 0 THEN SQRT(CAST({0} AS DOUBLE)) END",
        "CASE WHEN {0} >= 0 THEN SQRT(CAST({0} AS DOUBLE)) END",
    ),
    Function(
        "exponential",
        "e to a power",
        (1, 1),
        "EXP(CAST({0} AS DOUBLE))",
        "EXP(CAST({0} AS DOUBLE))",
    ),
    Function(
        "excess_probability",
        "P(a count is more than peers explain): odds of 4, 12 or 40 times the expected count (a double > 0) "
        "against it, honest rates varying by a gamma of shape 1.5, prior .03",
        (2, 2),
        _excess("duckdb"),
        _excess("spark"),
    ),
    Function("absolute", "distance from 0", (1, 1), "ABS({0})", "ABS({0})"),
    Function("greater_of", "largest; NULLs are passed over", (2, None), "GREATEST({*})", "GREATEST({*})"),
    Function("smaller_of", "smallest; NULLs are passed over", (2, None), "LEAST({*})", "LEAST({*})"),
    # Text, lists, JSON, hashes.
    Function(
        "concat_text",
        "joined; NULL counts as empty",
        (1, None),
        lambda a: "CONCAT(" + ", ".join(f"COALESCE(CAST({x} AS VARCHAR), '')" for x in a) + ")",
        lambda a: "CONCAT(" + ", ".join(f"COALESCE(CAST({x} AS STRING), '')" for x in a) + ")",
    ),
    Function(
        "fixed_text",
        "a double as text with so many decimals; round it first (round_to), or the engines may differ",
        (2, 2),
        lambda a: f"CASE WHEN {a[0]} IS NOT NULL THEN PRINTF('%.{a[1]}f', CAST({a[0]} AS DOUBLE)) END",
        # FORMAT_STRING makes a text of NULL too.
        lambda a: f"CASE WHEN {a[0]} IS NOT NULL THEN FORMAT_STRING('%.{a[1]}f', CAST({a[0]} AS DOUBLE)) END",
    ),
    Function(
        "number_text",
        "a number as text: at most four decimals and no idle zeros; round a double first",
        (1, 1),
        "RTRIM(RTRIM(CAST(CAST({0} AS DECIMAL(24,4)) AS VARCHAR), '0'), '.')",
        "RTRIM('.', RTRIM('0', CAST(CAST({0} AS DECIMAL(24,4)) AS STRING)))",
    ),
    Function("as_text", "as text", (1, 1), "CAST({0} AS VARCHAR)", "CAST({0} AS STRING)"),
    Function(
        "text_or",
        "as text, or the second where it is NULL",
        (2, 2),
        "COALESCE(CAST({0} AS VARCHAR), {1})",
        "COALESCE(CAST({0} AS STRING), {1})",
    ),
    Function(
        "part_of_text",
        "so many characters from a place (1-based)",
        (3, 3),
        "SUBSTR({0}, {1}, {2})",
        "SUBSTR({0}, {1}, {2})",
    ),
    Function("text_length", "characters", (1, 1), "LENGTH({0})", "LENGTH({0})"),
    Function(
        "starts_with_text",
        "begins with",
        (2, 2),
        "STARTS_WITH({0}, {1})",
        "STARTSWITH({0}, {1})",
    ),
    Function("contains_text", "has it inside", (2, 2), "CONTAINS({0}, {1})", "CONTAINS({0}, {1})"),
    Function(
        "matches",
        "fits a regular expression (write no backslashes: [0-9], [.])",
        (2, 2),
        "REGEXP_MATCHES({0}, {1})",
        "{0} RLIKE {1}",
    ),
    Function(
        "text_list",
        "a list of texts without the NULLs",
        (1, None),
        _text_list("[", "]", "LIST_FILTER({list}, lambda x: x IS NOT NULL)"),
        _text_list("ARRAY(", ")", "FILTER({list}, x -> x IS NOT NULL)"),
    ),
    Function(
        "no_texts",
        "the empty list",
        (0, 0),
        lambda a: "CAST([] AS VARCHAR[])",
        lambda a: "CAST(ARRAY() AS ARRAY<STRING>)",
    ),
    Function(
        "list_has",
        "the list holds it (FALSE when either is NULL)",
        (2, 2),
        "COALESCE(LIST_CONTAINS({0}, {1}), FALSE)",
        "COALESCE(ARRAY_CONTAINS({0}, {1}), FALSE)",
    ),
    Function(
        "list_length",
        "members of a list; NULL counts 0",
        (1, 1),
        "COALESCE(LEN({0}), 0)",
        "COALESCE(CARDINALITY({0}), 0)",
    ),
    Function(
        "join_texts",
        "a list as one text",
        (2, 2),
        "ARRAY_TO_STRING({0}, {1})",
        "ARRAY_JOIN({0}, {1})",
    ),
    Function(
        "split_text",
        "a text as a list",
        (2, 2),
        "STRING_SPLIT({0}, {1})",
        "SPLIT({0}, {1})",
    ),
    Function(
        "sorted_texts",
        "aggregate: the distinct texts, sorted, without NULL",
        (1, 1),
        "COALESCE(LIST_SORT(LIST(DISTINCT {0}) FILTER ({0} IS NOT NULL)), CAST([] AS VARCHAR[]))",
        "SORT_ARRAY(COLLECT_SET({0}))",
        aggregate=True,
    ),
    Function(
        "evidence",
        "a JSON object of names and values, values as text, NULLs left out",
        (2, None),
        _evidence("VARCHAR"),
        _evidence("STRING"),
    ),
    Function(
        "text_hash",
        "SHA-256 (hex) of the values joined by |; NULL and empty differ",
        (1, None),
        lambda a: (
            "SHA256(CONCAT(" + ", '|', ".join(f"COALESCE('=' || CAST({x} AS VARCHAR), '-')" for x in a) + "))"
        ),
        lambda a: (
            "SHA2(CONCAT("
            + ", '|', ".join(f"COALESCE(CONCAT('=', CAST({x} AS STRING)), '-')" for x in a)
            + "), 256)"
        ),
    ),
    Function(
        "hash_fraction",
        "a number in [0, 1) drawn from the SHA-256 of a text: samples that any engine repeats",
        (1, 1),
        "CAST(CONCAT('0x', SUBSTR(SHA256({0}), 1, 8)) AS BIGINT) / 4294967296e0",
        "CAST(CONV(SUBSTR(SHA2({0}, 256), 1, 8), 16, 10) AS DOUBLE) / 4294967296e0",
    ),
    Function(
        "hash_digits",
        "60 bits of a hex hash from a place, as a whole number that any count of rows may sum",
        (2, 2),
        "CAST(CAST(CONCAT('0x', SUBSTR({0}, {1}, 15)) AS BIGINT) AS DECIMAL(28,0))",
        "CAST(CONV(SUBSTR({0}, {1}, 15), 16, 10) AS DECIMAL(28,0))",
    ),
    Function(
        "keyed_hash",
        "HMAC-SHA-256 (first 32 hex digits) of a text under (inner pad, outer pad); NULL stays NULL",
        (3, 3),
        "SUBSTR(SHA256({2} || UNHEX(SHA256({1} || ENCODE({0})))), 1, 32)",
        "SUBSTR(SHA2(CONCAT({2}, UNHEX(SHA2(CONCAT({1}, ENCODE({0}, 'UTF-8')), 256))), 256), 1, 32)",
    ),
    Function(
        "float_text",
        "a double at 12 significant digits",
        (1, 1),
        "CASE WHEN {0} IS NULL THEN NULL WHEN {0} = 0 THEN '0' ELSE PRINTF('%.11e', CAST({0} AS DOUBLE)) END",
        "CASE WHEN {0} IS NULL THEN NULL WHEN {0} = 0 THEN '0' ELSE FORMAT_STRING('%.11e', CAST({0} AS DOUBLE)) END",
    ),
    # Statistics (aggregates).
    Function(
        "quantile_of",
        "aggregate: the value at a share of the ordered values, linearly between neighbours",
        (2, 2),
        "QUANTILE_CONT(CAST({0} AS DOUBLE), {1})",
        "PERCENTILE(CAST({0} AS DOUBLE), {1})",
        aggregate=True,
    ),
    Function(
        "mean",
        "aggregate: exact sum ÷ count (give it decimals or whole numbers)",
        (1, 1),
        "CAST(SUM({0}) AS DOUBLE) / NULLIF(COUNT({0}), 0)",
        "CAST(SUM({0}) AS DOUBLE) / NULLIF(COUNT({0}), 0)",
        aggregate=True,
    ),
    Function(
        "spread",
        "aggregate: sample standard deviation; NULL below two values",
        (1, 1),
        "CASE WHEN COUNT({0}) > 1 THEN STDDEV_SAMP(CAST({0} AS DOUBLE)) END",
        "CASE WHEN COUNT({0}) > 1 THEN STDDEV_SAMP(CAST({0} AS DOUBLE)) END",
        aggregate=True,
    ),
    Function(
        "rows_where",
        "aggregate: rows where it holds",
        (1, 1),
        "COUNT(CASE WHEN {0} THEN 1 END)",
        "COUNT(CASE WHEN {0} THEN 1 END)",
        aggregate=True,
    ),
]

FUNCTIONS: dict[str, Function] = {function.name: function for function in _ALL}
"""Every named function by name."""
