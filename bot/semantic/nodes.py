"""YAML as nodes that know their line, so that every complaint can name it.

`read` gives the file's top mapping; `Entry` takes one value out of it after another and, at
`done`, complains about keys that nobody asked for. Every fault is a SemanticModelError.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.semantic.errors import SemanticModelError


@dataclass(slots=True)
class Entry:
    """A mapping of the file: its place, its nodes by key, and which keys were taken."""

    path: Path
    line: int
    what: str
    nodes: dict[str, yaml.Node]
    key_lines: dict[str, int]
    taken: set[str] = field(default_factory=set)

    def fault(self, what: str, key: str = "") -> SemanticModelError:
        """A fault of this mapping, at the line of `key` if it is there."""
        return SemanticModelError(self.path, self.key_lines.get(key, self.line), what)

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.nodes

    def text(self, key: str, default: str | None = None) -> str:
        """A scalar as text; without a default it must be there and say something."""
        node = self._take(key, required=default is None)
        if node is None:
            return default or ""
        text = _scalar(self.path, node, f"{key} of {self.what}")
        if not text and default is None:
            raise self.fault(f"{key} of {self.what} is empty", key)
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of scalars, or one scalar as a list of one; () where the key is not there."""
        node = self._take(key, required=False)
        if node is None:
            return ()
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(_scalar(self.path, item, f"{key} of {self.what}") for item in items)

    def entry(self, key: str) -> Entry:
        """A mapping under `key`, which must be there."""
        node = self._take(key, required=True)
        assert node is not None
        return _entry(self.path, node, key)

    def entries(self, key: str, *, required: bool = False) -> Iterator[Entry]:
        """The mappings of a list."""
        node = self._take(key, required=required)
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            raise self.fault(f"{key} must be a list", key)
        for item in node.value:
            yield _entry(self.path, item, f"an entry of {key}")

    def each(self) -> Iterator[tuple[str, Entry]]:
        """Every key with its value, which must be a mapping."""
        for key, node in self.nodes.items():
            self.taken.add(key)
            child = _entry(self.path, node, key)
            child.line = self.key_lines[key]
            yield key, child

    def done(self) -> None:
        """Complain about the first key that was never asked for."""
        for key in self.nodes:
            if key not in self.taken:
                raise self.fault(f"unknown key {key!r} in {self.what}", key)

    def _take(self, key: str, *, required: bool) -> yaml.Node | None:
        self.taken.add(key)
        node = self.nodes.get(key)
        if node is None and required:
            raise self.fault(f"{self.what} has no {key}")
        return node


def read(path: Path, text: str) -> Entry:
    """The top mapping of a file's text."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise SemanticModelError(path, line, f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        what = " ".join(str(error).split())
        raise SemanticModelError(path, 1, f"not YAML: {what}") from error
    if node is None:
        raise SemanticModelError(path, 1, "the file is empty")
    return _entry(path, node, "the file")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _scalar(path: Path, node: yaml.Node, what: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise SemanticModelError(path, _line(node), f"{what} must be a text")
    return str(node.value).strip()


def _entry(path: Path, node: yaml.Node, what: str) -> Entry:
    if not isinstance(node, yaml.MappingNode):
        raise SemanticModelError(path, _line(node), f"{what} must be a mapping")
    nodes: dict[str, yaml.Node] = {}
    lines: dict[str, int] = {}
    for key_node, value in node.value:
        key = _scalar(path, key_node, f"a key of {what}")
        if key in nodes:
            raise SemanticModelError(path, _line(key_node), f"{key!r} occurs twice in {what}")
        nodes[key] = value
        lines[key] = _line(key_node)
    return Entry(path, _line(node), what, nodes, lines)
