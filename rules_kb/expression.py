"""A rule's expressions, turned from `line.age_years`, `limit.age_max`, `param.days` into column names."""

from collections.abc import Collection, Mapping

from sqlglot import exp

from core.errors import Refused
from core.sql import SubsetError, lint_predicate
from rules_kb.rule import PLACEHOLDER, Rule, nearest


class Scope:
    """The names a rule may use, and the column each one is in the fused query."""

    def __init__(
        self,
        rule: Rule,
        facts: Collection[str],
        knowledge: Mapping[str, str],
        parameters: Mapping[str, object],
        where: str,
        numbers: Collection[str] = (),
    ) -> None:
        self.rule = rule
        self.facts = facts
        self.knowledge = knowledge
        self.parameters = parameters
        self.where = where
        self.numbers = numbers

    def column(self, qualified: str) -> str:
        """The column (or literal) of a qualified name. Refused when it does not exist."""
        table, _, name = qualified.partition(".")
        if table == self.rule.grain:
            if name not in self.facts:
                raise Refused(
                    f"{self.where}: {self.rule.id}: unknown fact [{qualified}]: docs/features.md lists what grain "
                    f"{self.rule.grain} has{nearest(name, self.facts)}"
                )
            return name
        if table == self.rule.alias:
            if name not in self.knowledge:
                raise Refused(
                    f"{self.where}: {self.rule.id}: unknown knowledge column [{qualified}]: docs/knowledge.md lists "
                    f"what {self.rule.knowledge[table].table} has{nearest(name, self.knowledge)}"
                )
            return self.knowledge[name]
        if table == "param":
            if name not in self.parameters:
                raise Refused(
                    f"{self.where}: {self.rule.id}: unknown parameter [{qualified}]: declare it under "
                    f"parameters with default, zh and source"
                )
            value = self.parameters[name]
            return f"'{value}'" if isinstance(value, str) else str(value)
        known = [self.rule.grain, *([self.rule.alias] if self.rule.alias else []), "param"]
        raise Refused(f"{self.where}: {self.rule.id}: [{qualified}] belongs to none of {known}")

    def expression(self, text: str) -> str:
        """A predicate-level expression over the columns of the fused query, still canonical SQL."""
        try:
            tree = lint_predicate(text, where=f"{self.where}: {self.rule.id}")
        except SubsetError as error:
            raise Refused(str(error)) from None
        for column in list(tree.find_all(exp.Column)):
            if not column.table:
                raise Refused(
                    f"{self.where}: {self.rule.id}: [{column.name}] stands alone: write "
                    f"{self.rule.grain}.{column.name}"
                )
            text_of_column = self.column(f"{column.table}.{column.name}")
            replacement = exp.Var(this=text_of_column)
            if column.parent is None:
                return text_of_column
            column.replace(replacement)
        return tree.sql(dialect="spark")

    def sentence(self, template: str) -> str:
        """A reason template as canonical SQL that fills it; what is not known reads 未记录."""
        pieces: list[str] = []
        at = 0
        for match in PLACEHOLDER.finditer(template):
            if match.start() > at:
                pieces.append(_literal(template[at : match.start()]))
            pieces.append(f"text_or({self._shown(match.group(1))}, '未记录')")
            at = match.end()
        if at < len(template):
            pieces.append(_literal(template[at:]))
        return f"concat_text({', '.join(pieces)})"

    def evidence(self) -> str:
        """The typed values behind a verdict, as canonical SQL that builds a JSON object."""
        pairs = [f"'{name}', {self._shown(name)}" for name in self.rule.evidence]
        if self.rule.counterfactual is not None:
            zh, en = self.rule.counterfactual.zh, self.rule.counterfactual.en
            pairs.append(f"'counterfactual_zh', {_less(zh, '（所涉：{}，{}元）')}")
            pairs.append(f"'counterfactual_en', {_less(en, ' (here: {}, {} yuan)')}")
        return f"evidence({', '.join(pairs)})"

    def _shown(self, name: str) -> str:
        """A value as a reader should see it: quantities and shares without idle zeros."""
        column = self.column(name)
        return f"number_text({column})" if column in self.numbers else column


def _less(text: str, particulars: str) -> str:
    """What less would have passed, with this hit's own day and amount; it names nothing else of the claim."""
    before, between, after = (_literal(piece) for piece in particulars.split("{}"))
    own = f"concat_text({before}, service_date, {between}, vola_amt, {after})"
    return f"concat_text({_literal(text)}, CASE WHEN vola_amt IS NOT NULL THEN {own} END)"


def _literal(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="spark")
