"""Apache Spark, the scale-out engine. Only API that Spark Connect also has; no RDD, no JVM handles."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from core.engine.base import KeyFunction, arrow_schema, declared_columns, parse_extra
from core.errors import Fault
from core.schema import Table
from core.settings import SparkSettings
from core.sql import render_relation

# Rows that travel inside the plan; more are written once and read back.
_INLINE_ROWS = 1000

# What Spark says on standard error. A projection too long for one Java method is interpreted instead, and its
# generator tells so as an error with hundreds of lines.
_LOGGED = """\
rootLogger.level = error
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
logger.codegen.name = org.apache.spark.sql.catalyst.expressions.codegen.CodeGenerator
logger.codegen.level = off
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
"""


class SparkEngine:
    """Engine protocol over one Spark session (local, cluster, or a Connect address)."""

    name = "spark"

    def __init__(self, settings: SparkSettings) -> None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        if (
            not settings.master.startswith("sc://")
            and shutil.which("java") is None
            and not os.environ.get("JAVA_HOME")
        ):
            raise Fault("spark: no Java found [java]: install Java 17+ (Debian: openjdk-17-jre-headless)")
        # Shared by driver and executors; on a cluster `spark.scratch` names a common place.
        self._scratch = Path(settings.scratch or mkdtemp(prefix="fundguard-spark-"))
        self._own_scratch = settings.scratch is None
        running = SparkSession.getActiveSession()
        self._own_session = running is None
        self._session = _session(settings, self._scratch, running)
        self._files = 0
        self._kept_at: dict[str, Path] = {}

    def register(
        self,
        name: str,
        *,
        sql: str | None = None,
        parquet: Sequence[Path] | None = None,
        arrow: pa.Table | None = None,
        keep: bool = False,
        numbered: bool = False,
    ) -> None:
        """See `Engine.register`."""
        if sql is not None:
            frame = self._session.sql(render_relation(sql, "spark", where=name))
        elif parquet is not None:
            frame = self._read(parquet, own=not numbered)
            if numbered:
                place = ["_metadata.file_name AS source_file", "_metadata.row_index + 1 AS source_row"]
                frame = frame.selectExpr("*", *place)
        elif arrow is not None:
            frame = self._rows(arrow.cast(_plain_strings(arrow.schema)))
        else:
            raise ValueError(f"{name}: register needs sql, parquet or arrow")
        self._kept_at.pop(name, None)
        if keep:
            frame = self._kept(frame, name)
        frame.createOrReplaceTempView(name)

    def run(self, sql: str) -> pa.Table:
        """See `Engine.run`."""
        return self._session.sql(render_relation(sql, "spark")).toArrow()

    def write(self, name: str, folder: Path, *, table: Table, extra: str = "", by: str | None = None) -> None:
        """See `Engine.write`."""
        extras = parse_extra(extra)
        columns = declared_columns(table, extras, "spark")
        chosen = [f"CAST(`{column}` AS {kind}) AS `{column}`" for column, kind in columns]
        frame = self._session.table(name)
        if by is None:
            frame = frame.selectExpr(*chosen).coalesce(4)
            frame.write.parquet(str(folder), compression="zstd")
        else:
            frame = frame.selectExpr(*chosen, f"CAST(`{by}` AS STRING) AS `_by`")
            frame.repartition("_by").write.partitionBy("_by").parquet(str(folder), compression="zstd")
            for part in sorted(folder.glob("_by=*")):
                part.rename(folder / part.name.replace("_by=", f"{by}=", 1))
        for litter in [*folder.rglob(".*.crc"), *folder.rglob("_SUCCESS")]:
            litter.unlink()
        if not any(folder.rglob("*.parquet")):
            empty = arrow_schema(declared_columns(table, extras, "duckdb")).empty_table()
            pq.write_table(empty, folder / "part-0.parquet")

    def count(self, name: str) -> int:
        """See `Engine.count`."""
        parts = self._kept_at[name].glob("*.parquet") if name in self._kept_at else ()
        # Of a relation that was written here the footers know how many rows it has: no job is started.
        counts = [pq.read_metadata(part).num_rows for part in parts]
        return sum(counts) if counts else int(self._session.table(name).count())

    def by_key(
        self,
        name: str,
        source: str,
        *,
        key: str,
        order: Sequence[str],
        function: KeyFunction,
        schema: pa.Schema,
    ) -> None:
        """See `Engine.by_key`."""
        ordering = [(column, "ascending") for column in order]

        def apply(group: pa.Table) -> pa.Table:
            ordered = group.sort_by(ordering) if ordering else group
            return function(ordered).cast(schema)

        frame = self._session.table(source).groupBy(key).applyInArrow(apply, _spark_schema(schema))
        self._kept(frame, name).createOrReplaceTempView(name)

    def frame(self, name: str) -> DataFrame:
        """A relation as a data frame, for a library that judges Spark rows itself (the gate)."""
        return self._session.table(name)

    def close(self) -> None:
        """See `Engine.close`."""
        if self._own_session:
            self._session.stop()
        if self._own_scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _kept(self, frame: DataFrame, name: str) -> DataFrame:
        # Written and read back rather than cached: it cuts the plan, and Connect can do it too. (A local
        # checkpoint is quicker for small rows, but Spark 4 fails on some plans: "key not found".)
        self._files += 1
        file = self._scratch / f"kept-{self._files}"
        frame.write.parquet(str(file), compression="lz4")
        self._kept_at[name] = file
        return self._session.read.schema(frame.schema).parquet(str(file))

    def _rows(self, rows: pa.Table) -> DataFrame:
        if rows.num_rows <= _INLINE_ROWS:
            return self._session.createDataFrame(rows)
        self._files += 1
        file = self._scratch / f"arrow-{self._files}.parquet"
        pq.write_table(rows, file)
        return self._read([file], own=True)

    def _read(self, files: Sequence[Path], own: bool) -> DataFrame:
        reader = self._session.read.option("recursiveFileLookup", "true")
        if own and files[0].is_file():
            # The types of files we wrote are read from a footer here: Spark would start a job to learn them.
            schema = _plain_strings(pq.read_schema(files[0]))
            reader = reader.schema(from_arrow_schema(schema, prefer_timestamp_ntz=True))
        return reader.parquet(*map(str, files))


def _session(settings: SparkSettings, scratch: Path, running: SparkSession | None) -> SparkSession:
    """A session of our own; beside one that is already running, with its executors and our names and options."""
    log = scratch.resolve() / "log4j2.properties"
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": str(settings.shuffle_partitions),
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        # Counted in compressed files. With 64MB, ten million lines overran a driver of 4 GB: a grain joins several.
        "spark.sql.autoBroadcastJoinThreshold": "12MB",
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
        "spark.driver.memory": settings.driver_memory,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        # One generated class for both halves of a grain's union outgrows what the JVM takes: each half has its own.
        "spark.sql.codegen.wholeStage.union.enabled": "false",
        # Hundreds of compiled queries a night overflow the JVM's default room for code.
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={scratch} -Duser.timezone=UTC "
        f"-XX:ReservedCodeCacheSize=512m -Dlog4j2.configurationFile='{log.as_uri()}'",
        # Without checksum files: the manifest's digests do that work.
        "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
        **settings.options,
    }
    if running is not None:
        session = running.newSession()
        for key, value in options.items():
            if session.conf.isModifiable(key):
                session.conf.set(key, value)
        return session
    scratch.mkdir(parents=True, exist_ok=True)
    log.write_text(_LOGGED, encoding="utf-8")
    builder = SparkSession.builder.appName("fundguard")
    builder = (
        builder.remote(settings.master)
        if settings.master.startswith("sc://")
        else builder.master(settings.master)
    )
    for key, value in options.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _plain_strings(schema: pa.Schema) -> pa.Schema:
    """Large strings and dictionaries as plain strings, which Spark's reader knows."""
    fields = []
    for field in schema:
        kind = field.type
        if pa.types.is_large_string(kind) or pa.types.is_dictionary(kind) or pa.types.is_string_view(kind):
            kind = pa.string()
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


def _spark_schema(schema: pa.Schema) -> str:
    names = {
        "string": "STRING",
        "int64": "BIGINT",
        "double": "DOUBLE",
        "bool": "BOOLEAN",
        "date32[day]": "DATE",
        "timestamp[us]": "TIMESTAMP_NTZ",
    }
    columns = []
    for field in schema:
        if pa.types.is_decimal(field.type):
            kind = f"DECIMAL({field.type.precision},{field.type.scale})"
        elif pa.types.is_list(field.type):
            kind = f"ARRAY<{names[str(field.type.value_type)]}>"
        else:
            kind = names[str(field.type)]
        columns.append(f"`{field.name}` {kind}")
    return ", ".join(columns)
