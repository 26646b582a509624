"""Settings: conf/base ← conf/env/<env> ← conf/regions/<region> ← conf/local ← environment.

One YAML file per concern; an overlay holds only what differs. Unknown keys fail. The environment
overrides last: `FUNDGUARD_<NAME>`, nested `FUNDGUARD_<A>__<B>`. Thresholds that a document sets live in
`rules_kb`, dated and sourced, not here: conf says where, when and how many.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import UsageError
from core.yaml_text import read_yaml

CONF = Path(__file__).resolve().parent.parent / "conf"

_PREFIX = "FUNDGUARD_"
_NOT_SETTINGS = {"HOME", "ENV", "CONF", "VAULT_KEY"}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DuckdbSettings(_Section):
    """The embedded engine; 0 and empty mean: what the machine has."""

    threads: int = 0
    memory_limit: str = ""


class SparkSettings(_Section):
    """The scale-out engine; `master` may be local[*], a cluster, or sc://host:port."""

    master: str = "local[*]"
    driver_memory: str = "4g"
    shuffle_partitions: int = 8
    scratch: str | None = None
    options: dict[str, str] = Field(default_factory=dict)


class GateSettings(_Section):
    """The gate: which mode, and where it stops a night."""

    mode: Literal["profile", "rows"] = "profile"
    refused_share: float = 0.05
    thresholds: dict[str, dict[str, Any]] = Field(default_factory=dict)


class RulesSettings(_Section):
    """Which rules judge here, and the region's own thresholds where no document sets one."""

    active: Literal["all", "listed"] = "listed"
    activated: list[str] = Field(default_factory=list)
    retired: list[str] = Field(default_factory=list)
    parameters: dict[str, dict[str, Any]] = Field(default_factory=dict)
    editor: str = "规则编辑"
    reviewer: str = "规则复核"


class NetworkSettings(_Section):
    """The ring detectors: how far back they look and what they demand."""

    days: int = 180
    parameters: dict[str, float] = Field(default_factory=dict)


class LeadSettings(_Section):
    """The list: how long, and what one investigator-hour may cost."""

    days: int = 180
    investigate: int = 500
    recover: int = 1000
    explore: int = 50
    parameters: dict[str, float] = Field(default_factory=dict)


class Settings(_Section):
    """Everything a run may be told, resolved once and frozen."""

    region: str = "demo"
    region_name: str = ""
    engine: Literal["duckdb", "spark"] = "duckdb"
    privacy: Literal["hashed", "plain"] = "hashed"
    seed: int = 20260630
    duckdb: DuckdbSettings = DuckdbSettings()
    spark: SparkSettings = SparkSettings()
    gate: GateSettings = GateSettings()
    rules: RulesSettings = RulesSettings()
    network: NetworkSettings = NetworkSettings()
    leads: LeadSettings = LeadSettings()


def conf_folder(environment: Mapping[str, str] | None = None) -> Path:
    """The folder of settings, regions and sources: `FUNDGUARD_CONF`, else the shipped one."""
    return Path((os.environ if environment is None else environment).get("FUNDGUARD_CONF", CONF))


def load_settings(
    *,
    region: str = "demo",
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    conf: Path | None = None,
) -> Settings:
    """Resolve all layers. UsageError (exit 2) on an unknown region, key or value."""
    environment = os.environ if environment is None else environment
    conf = conf or conf_folder(environment)
    if not (conf / "regions" / region).is_dir():
        known = sorted(path.name for path in (conf / "regions").iterdir() if path.is_dir())
        raise UsageError(f"region [{region}] is unknown: use one of {known} or add conf/regions/{region}/")
    layers = [conf / "base"]
    if environment.get("FUNDGUARD_ENV"):
        layers.append(conf / "env" / environment["FUNDGUARD_ENV"])
    layers += [conf / "regions" / region, conf / "local"]
    values: dict[str, Any] = {"region": region}
    for layer in layers:
        for file in sorted(layer.glob("*.yaml")) if layer.is_dir() else []:
            content = read_yaml(file.read_text(encoding="utf-8")) or {}
            if not isinstance(content, dict):
                raise UsageError(f"{file.name}: holds [{type(content).__name__}]: write keys and values")
            _merge(values, content)
            _checked(values, str(file.relative_to(conf.parent)))
    _merge(values, _from_environment(environment))
    settings = _checked(values, "environment FUNDGUARD_…")
    if overrides:
        _merge(values, {key: value for key, value in overrides.items() if value is not None})
        settings = _checked(values, "command line")
    return settings


def _checked(values: dict[str, Any], where: str) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"{where}: setting [{name}] {first['msg'].lower()}, got [{first['input']}]: "
            "see docs/settings.md for names and values"
        ) from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in sorted(environment.items()):
        if not name.startswith(_PREFIX) or name[len(_PREFIX) :] in _NOT_SETTINGS:
            continue
        path = name[len(_PREFIX) :].lower().split("__")
        target = values
        for part in path[:-1]:
            target = target.setdefault(part, {})
        target[path[-1]] = read_yaml(text) if text else text
    return values


def _merge(into: dict[str, Any], new: Mapping[str, Any]) -> None:
    for key, value in new.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value
