"""Connected components: plain SQL on the engine, and a fast path on the driver for graphs that fit there.

Both give every node the smallest number in its component, so they agree row for row (tested).
"""

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from core.engine import Engine
from core.errors import Fault

DRIVER_EDGES = 5_000_000
"""Up to here the edges (16 bytes each) are fetched and joined on the driver in a second or two."""

ROUNDS = 40
"""Min-label propagation with pointer jumping halves paths: 2^40 nodes would be needed to exceed it."""


def register_components(engine: Engine, name: str, edges: str, *, driver_edges: int = DRIVER_EDGES) -> None:
    """Register `name` (node, component): the smallest node number reachable over `edges` (a, b)."""
    if engine.count(edges) <= driver_edges:
        _on_driver(engine, name, edges)
    else:
        _on_engine(engine, name, edges)


def _on_driver(engine: Engine, name: str, edges: str) -> None:
    rows = engine.run(f"SELECT a, b FROM {edges}")
    ends = np.concatenate([rows["a"].to_numpy(), rows["b"].to_numpy()]).astype(np.int64)
    nodes, places = np.unique(ends, return_inverse=True)
    half = len(places) // 2
    matrix = coo_matrix(
        (np.ones(half, dtype=np.int8), (places[:half], places[half:])), shape=(nodes.size,) * 2
    )
    _, labels = connected_components(matrix, directed=False)
    smallest = np.full(labels.max(initial=-1) + 1, np.iinfo(np.int64).max)
    np.minimum.at(smallest, labels, nodes)
    table = {"node": pa.array(nodes, pa.int64()), "component": pa.array(smallest[labels], pa.int64())}
    engine.register(name, arrow=pa.table(table))


def _on_engine(engine: Engine, name: str, edges: str) -> None:
    """Each round: the smallest label among neighbours, then the label of that label (pointer jumping)."""
    engine.register(
        f"{name}_arc",
        sql=f"SELECT a AS x, b AS y FROM {edges} UNION ALL SELECT b AS x, a AS y FROM {edges}",
        keep=True,
    )
    engine.register(name, sql=f"SELECT DISTINCT x AS node, x AS component FROM {name}_arc", keep=True)
    for _ in range(ROUNDS):
        engine.register(
            f"{name}_least",
            sql=(
                f"SELECT l.node, smaller_of(l.component, MIN(n.component)) AS component FROM {name} AS l "
                f"JOIN {name}_arc AS e ON e.x = l.node JOIN {name} AS n ON n.node = e.y "
                "GROUP BY l.node, l.component"
            ),
            keep=True,
        )
        engine.register(
            f"{name}_next",
            sql=(
                f"SELECT l.node, smaller_of(l.component, t.component) AS component FROM {name}_least AS l "
                f"JOIN {name}_least AS t ON t.node = l.component"
            ),
            keep=True,
        )
        changed = engine.run(
            f"SELECT COUNT(*) AS n FROM {name} AS o JOIN {name}_next AS w ON w.node = o.node "
            "WHERE w.component <> o.component"
        ).to_pylist()[0]["n"]
        engine.register(name, sql=f"SELECT node, component FROM {name}_next", keep=True)
        if not changed:
            return
    raise Fault(f"components of [{edges}]: not settled after {ROUNDS} rounds: report this graph")
