"""Reads the source for the keys that it takes from the catalogues, and for words that it does not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2
import jinja2.nodes

ROOT = Path(__file__).parents[2]
_TEMPLATES = jinja2.Environment(autoescape=True)

KEYED = {"words": 0, "_words": 0, "text": 0, "ENGLISH": 0, "_incident": 2}
"""The calls that take a key, and where; `self` of the class Words is one too."""

SHOWN: dict[str, set[int | str]] = {
    "send": {0, "content"},
    "send_message": {0, "content"},
    "edit_message": {"content"},
    "edit_original_response": {"content"},
    "Button": {"label"},
    "Press": {"label"},
    "TextDisplay": {0, "content"},
    "Section": {0},
    "Choice": {"name"},
    "SelectOption": {"label", "description"},
    "Modal": {"title"},
    "Label": {"text", "description"},
    "TextInput": {"label", "placeholder"},
    "Select": {"placeholder"},
    "command": {"name", "description"},
    "Group": {"name", "description"},
    "Reply": {0, "text"},
    "Part": {0, "text"},
    "describe": {"*"},
    "rename": {"*"},
}
"""The calls that show something to people, and which of their arguments do; with any of them, `reason`."""

REFUSING = {"Refusal", "completed"}
"""The calls that take a refusal's code; what is completed has its fields from elsewhere as well."""

_PLAIN = {"words", "_words", "count", "self"}
_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE = re.compile(r"[^\W\d_]{2,} +[^\W\d_]{2,}|[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Use:
    """One place where a key is taken: `{}` in the key stands for what is only known as it runs."""

    key: str
    where: str
    fields: frozenset[str] | None
    """The names of the fields given; None where they are not written out."""


def templates() -> list[Path]:
    return [
        path
        for path in sorted((ROOT / "data/web/templates").rglob("*.*"))
        if path.suffix in {".html", ".txt"}
    ]


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def uses(path: Path) -> Iterator[Use]:
    """Every use of a key in a file; a key that cannot be told is '?'."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function, call in _calls(tree, None):
        name = _name(call.func)
        if (name == "self") != (path.name == "words.py"):
            continue  # the class Words calls itself
        if name in REFUSING and path.name == "refusal.py":
            continue  # the class Refusal copies itself
        position = _key_position(call, name)
        if position is None or len(call.args) <= position:
            continue
        prefix = "refusal-" if name in REFUSING else ""
        written_out = name in {*_PLAIN, "Refusal"} and all(k.arg for k in call.keywords)
        given = [k.arg for k in call.keywords if k.arg] if written_out else None
        fields = None if given is None else frozenset(given) | ({"n"} if name == "count" else set())
        for found in _keys(call.args[position], function, tree):
            yield Use(prefix + found, f"{path.relative_to(ROOT)}:{call.lineno}", fields)


def template_uses(path: Path) -> Iterator[Use]:
    """Every use of a key in a page's template: `t('web-on', 3, limit=10)`."""
    for call in _TEMPLATES.parse(path.read_text(encoding="utf-8")).find_all(jinja2.nodes.Call):
        if isinstance(call.node, jinja2.nodes.Name) and call.node.name == "t":
            key, *count = call.args
            assert isinstance(key, jinja2.nodes.Const), f"{path}:{call.lineno}: a key that cannot be told"
            given = {each.key for each in call.kwargs} | ({"n"} if count else set())
            yield Use(key.value, f"{path.relative_to(ROOT)}:{call.lineno}", frozenset(given))


def template_words(path: Path) -> list[str]:
    """What a page's template says in words of its own."""
    plain = re.sub(
        r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    return re.findall(r"[^\W\d_]+", plain.replace("&nbsp;", " "))


def _calls(
    node: ast.AST, function: ast.AST | None
) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef | None, ast.Call]]:
    inner = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
    if isinstance(node, ast.Call):
        yield inner, node  # type: ignore[misc]
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, inner)


def _name(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _key_position(call: ast.Call, name: str) -> int | None:
    if name == "count":
        owner = _name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        return 0 if owner in KEYED else None
    if name in {*REFUSING, "self"}:
        return 0
    return KEYED.get(name)


def _keys(
    node: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef | None, tree: ast.Module
) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            found = [text]
        case ast.IfExp(body=body, orelse=other):
            found = _keys(body, function, tree) + _keys(other, function, tree)
        case ast.JoinedStr(values=values):
            found = ["".join(v.value if isinstance(v, ast.Constant) else "{}" for v in values)]  # type: ignore[misc]
        case ast.Name(id=name) if function:
            if name in {argument.arg for argument in function.args.args}:
                return []  # handed through: its own callers are looked at
            assigned = [a.value for a in ast.walk(function) if isinstance(a, ast.Assign) and _to(a, name)]
            found = [key for value in assigned for key in _keys(value, function, tree)] or [f"?{name}"]
        case ast.Subscript(value=ast.Name(id=name)):  # a table of codes, written out in the same file
            tables = [a.value for a in tree.body if isinstance(a, ast.Assign) and _to(a, name)]
            values = [value for table in tables if isinstance(table, ast.Dict) for value in table.values]
            found = [key for value in values for key in _keys(value, None, tree)] or [f"?{name}"]
        case _:
            found = ["?"]
    return found


def _to(assign: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in assign.targets)


def untranslated(path: Path) -> Iterator[str]:
    """Every literal that people would read though it is in no catalogue."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for _, call in _calls(tree, None):
        shown = SHOWN.get(_name(call.func), set())
        arguments = [a for n, a in enumerate(call.args) if n in shown]
        arguments += [
            k.value for k in call.keywords if k.arg in shown or "*" in shown or k.arg in {"reason", "content"}
        ]
        for argument in arguments:
            for literal in _literals(argument):
                if _LETTER.search(str(literal.value)):
                    yield f"{path.relative_to(ROOT)}:{literal.lineno}: {literal.value!r}"
    yield from (f"{path.relative_to(ROOT)}:{n.lineno}: {n.value!r}" for n in _sentences(tree))


def _literals(node: ast.AST) -> Iterator[ast.Constant]:
    """The strings of an expression, but for keys."""
    if isinstance(node, ast.Call) and (_name(node.func) in KEYED or _name(node.func) == "count"):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _literals(child)


def _sentences(node: ast.AST) -> Iterator[ast.Constant]:
    """Literals that read like words for people, outside of logs, errors of ours, docstrings and enums."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SENTENCE.search(node.value):
        yield node
    for child in ast.iter_child_nodes(node):
        if not _for_programmers(child):
            yield from _sentences(child)


def _for_programmers(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Raise() | ast.Assert():
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "re" | "structlog"))):
            return True
        case ast.ClassDef(bases=bases):
            return any(_name(base) in {"Enum", "StrEnum"} for base in bases)
        case ast.keyword(arg="name", value=ast.JoinedStr()) | ast.FunctionDef(name="key"):
            return True  # the name of a task, of a step
    return False
