"""A part of CloudWatch's metric math: arithmetic, comparisons, IF and FILL.

An expression is evaluated once for each period. A period without data is None, and anything made
from it is None, except where FILL or the side of an IF that is not taken says otherwise. As in
CloudWatch a comparison is 1 or 0, and a division by zero has no value.
"""

import ast
import operator
from collections.abc import Callable, Mapping

Value = float | None

ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class UnsupportedExpression(ValueError):
    """The expression is not one that can be evaluated here; the message names the part."""


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """The expression's value in one period, from the value of every id in that period."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError as error:
        raise UnsupportedExpression(f"{expression}: {error.msg}") from error
    return _evaluate(tree.body, values)


def _evaluate(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _apply(operator.sub, 0.0, _evaluate(operand, values))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in ARITHMETIC:
            calculate = ARITHMETIC[type(sign)]
            return _apply(calculate, _evaluate(left, values), _evaluate(right, values))
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in COMPARISONS:
            compare = COMPARISONS[type(sign)]
            return _apply(compare, _evaluate(left, values), _evaluate(right, values))
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise], keywords=[]):
            return _choose(_evaluate(condition, values), then, otherwise, values)
        case ast.Call(func=ast.Name(id="FILL"), args=[series, filler], keywords=[]):
            found = _evaluate(series, values)
            return _evaluate(filler, values) if found is None else found
    raise UnsupportedExpression(f"{ast.unparse(node)!r} is not supported by the emulator")


def _choose(
    condition: Value, then: ast.expr, otherwise: ast.expr, values: Mapping[str, Value]
) -> Value:
    if condition is None:
        return None
    return _evaluate(then if condition else otherwise, values)


def _apply(function: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    try:
        return float(function(left, right))
    except ZeroDivisionError:
        return None
