"""Conditions in lessons: comparisons of names and numbers, and nothing else."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from .errors import LessonError

_COMPARE = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
            ast.NotEq: operator.ne}  # fmt: skip
_COMBINE = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def parsed(condition: str, where: str = "a condition") -> ast.expr:
    """A condition such as "4 < pfr.expected <= 2 * information and dim == 1". LessonError for anything else."""
    tree: ast.expr | None
    try:
        tree = ast.parse(condition, mode="eval").body
    except SyntaxError:
        tree = None
    if not isinstance(tree, ast.Compare | ast.BoolOp):
        raise LessonError(f"{where}: “{condition}” is not a comparison such as “pfr.expected > 2 * pfr_bins.expected”.")
    for node in ast.walk(tree):
        known = (ast.Compare, ast.BoolOp, ast.And, ast.Or, ast.BinOp, ast.Name, ast.Attribute, ast.Constant, ast.Load)
        if not isinstance(node, (*known, *_COMPARE, *_COMBINE)):
            raise LessonError(f"{where}: “{condition}” may only compare names and numbers.")
    return tree


def evaluated(node: ast.expr, value: Callable[[str], Any]) -> Any:
    """What a condition, or a part of it, comes to; `value` says what its names stand for."""
    match node:
        case ast.Constant(value=constant):
            return constant
        case ast.Name() | ast.Attribute():
            return value(ast.unparse(node))
        case ast.BinOp(left=left, op=op, right=right):
            return _COMBINE[type(op)](evaluated(left, value), evaluated(right, value))
        case ast.BoolOp(op=op, values=values):
            return (all if isinstance(op, ast.And) else any)(evaluated(part, value) for part in values)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            terms = [evaluated(term, value) for term in (left, *comparators)]
            return all(_COMPARE[type(op)](a, b) for op, a, b in zip(ops, terms, terms[1:], strict=False))
    raise LessonError(f"“{ast.unparse(node)}” is not part of a condition.")
