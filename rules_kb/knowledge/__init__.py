"""The knowledge library (知识库): points as flat, dated tables, one CSV and one header each.

``load("drug_sex_limit")`` gives a table with exact Arrow types, ready for an engine; ``tables()``
lists them. Both dates of a row are inclusive, an empty ``enddate`` means still in force.
"""

from rules_kb.knowledge.header import Header, read_header
from rules_kb.knowledge.table import FOLDER, KnowledgeTable, load, regional_folder, tables

__all__ = ["FOLDER", "Header", "KnowledgeTable", "load", "read_header", "regional_folder", "tables"]
