"""A reader of ``.ode`` files that shares nothing with the writer: for the tests only."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

_TOKEN = re.compile(
    r"\s*(\d+\.?\d*(?:[eE][-+]?\d+)?|[A-Za-z_][A-Za-z_0-9]*|<=|>=|==|!=|[-+*/^(),<>&|])"
)
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "abs": abs, "max": max, "min": min,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos,
    "atan": math.atan, "atan2": math.atan2, "sinh": math.sinh, "cosh": math.cosh,
    "tanh": math.tanh, "erf": math.erf, "erfc": math.erfc, "flr": math.floor,
    "heav": lambda x: float(x >= 0), "sign": lambda x: float(x > 0) - float(x < 0),
}  # fmt: skip
_LEVELS: list[dict[str, Callable[[float, float], float]]] = [
    {"|": lambda a, b: float(bool(a) or bool(b))},
    {"&": lambda a, b: float(bool(a) and bool(b))},
    {
        "<": lambda a, b: float(a < b), ">": lambda a, b: float(a > b),
        "<=": lambda a, b: float(a <= b), ">=": lambda a, b: float(a >= b),
        "==": lambda a, b: float(a == b), "!=": lambda a, b: float(a != b),
    },
    {"+": lambda a, b: a + b, "-": lambda a, b: a - b},
    {"*": lambda a, b: a * b, "/": lambda a, b: a / b},
]  # fmt: skip


class _Evaluator:
    def __init__(self, text: str, values: dict[str, float]) -> None:
        self.tokens, self.values, self.position = [], values, 0
        end = 0
        while end < len(text):
            match = _TOKEN.match(text, end)
            assert match, f"not the language of XPPAUT: {text[end:]!r}"
            self.tokens.append(match.group(1))
            end = match.end()

    def take(self, expected: str | None = None) -> str:
        token = self.tokens[self.position]
        assert expected in (None, token), f"{expected!r} expected, {token!r} found"
        self.position += 1
        return token

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def whole(self) -> float:
        value = self.level(0)
        assert self.peek() == "", f"{self.peek()!r} is left over"
        return value

    def level(self, n: int) -> float:
        if n == len(_LEVELS):
            return self.signed()
        value = self.level(n + 1)
        while self.peek() in _LEVELS[n]:
            operation = _LEVELS[n][self.take()]
            value = operation(value, self.level(n + 1))
        return value

    def signed(self) -> float:
        if self.peek() == "-":
            self.take()
            return -self.signed()
        value = self.atom()
        if self.peek() == "^":
            self.take()
            return value ** self.atom()
        return value

    def bracket(self) -> float:
        self.take("(")
        value = self.level(0)
        self.take(")")
        return value

    def atom(self) -> float:
        token = self.peek()
        if token == "(":
            return self.bracket()
        self.take()
        if token[0].isdigit():
            return float(token)
        if token == "if":
            return self.choice()
        if self.peek() == "(":
            return self.call(token)
        return self.values[token.lower()]

    def choice(self) -> float:
        """Both pieces are evaluated; one that cannot be is no harm if it is not chosen."""
        condition = self.bracket()
        pieces = []
        for word in ("then", "else"):
            self.take(word)
            start = self.position
            try:
                pieces.append(self.bracket())
            except (ValueError, ZeroDivisionError, OverflowError):
                pieces.append(math.nan)
                self.position = self.after_bracket(start)
        return pieces[0] if condition else pieces[1]

    def after_bracket(self, position: int) -> int:
        depth = 0
        while True:
            depth += {"(": 1, ")": -1}.get(self.tokens[position], 0)
            position += 1
            if depth == 0:
                return position

    def call(self, name: str) -> float:
        self.take("(")
        values = [self.level(0)]
        while self.peek() == ",":
            self.take()
            values.append(self.level(0))
        self.take(")")
        return _FUNCTIONS[name](*values)


class OdeFile:
    """What an ``.ode`` file says: parameters, starting values, equations, outputs."""

    def __init__(self, text: str) -> None:
        self.parameters: dict[str, float] = {}
        self.starts: dict[str, float] = {}
        self.options: dict[str, str] = {}
        self.parts: dict[str, str] = {}
        self.equations: dict[str, str] = {}
        self.outputs: dict[str, str] = {}
        *lines, last = text.splitlines()
        assert last == "done"
        for line in lines:
            self._read(line)
        names = [*self.parameters, *self.equations, *self.parts, *self.outputs, "t"]
        assert len({name.lower() for name in names}) == len(names), "names that XPPAUT takes as one"
        assert all(len(name) <= 10 for name in names)

    def _read(self, line: str) -> None:
        assert len(line) < 1000
        assert line.isascii()
        if line.startswith("#"):
            return
        if line.startswith("@"):
            self.options |= dict(pair.strip().split("=") for pair in line[1:].split(","))
            return
        left, _, right = line.partition("=")
        *word, name = left.split()
        if word == ["par"]:
            self.parameters[name] = float(right)
        elif word == ["init"]:
            self.starts[name] = float(right)
        elif word == ["aux"]:
            self.outputs[name] = right
        else:
            assert not word, line
            target = self.equations if name.endswith("'") else self.parts
            target[name.removesuffix("'")] = right

    def evaluate(self, states: dict[str, float], **parameters: float) -> dict[str, float]:
        """Return rates by state and values by output at a state."""
        values = {**self.parameters, **parameters, **states}
        for name, text in self.parts.items():  # in their order: no part is used before it is there
            values[name] = _Evaluator(text, values).whole()
        wanted = {**self.equations, **self.outputs}
        return {name: _Evaluator(text, values).whole() for name, text in wanted.items()}
