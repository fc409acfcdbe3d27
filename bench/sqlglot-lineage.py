"""Reads texts of SQL as lines of JSON, parses each with sqlglot, lists its source tables, and prints what that cost. Usage: python sqlglot-lineage.py DIALECT < texts"""

import json
import logging
import sys
import time

import sqlglot
from sqlglot import exp

logging.disable(logging.CRITICAL)
texts = [json.loads(line) for line in sys.stdin]
sqlglot.parse_one("SELECT 1", read=sys.argv[1])
cpu, wall = time.process_time(), time.perf_counter()
failed = tables = 0
for text in texts:
    try:
        for statement in sqlglot.parse(text, read=sys.argv[1]):
            if statement is None:
                continue
            own = {cte.alias for cte in statement.find_all(exp.CTE)}
            tables += len({table.sql() for table in statement.find_all(exp.Table) if table.name not in own})
    except Exception:
        failed += 1
print(
    json.dumps(
        {
            "version": sqlglot.__version__,
            "failed": failed,
            "tables": tables,
            "cpu": time.process_time() - cpu,
            "wall": time.perf_counter() - wall,
        }
    )
)
