"""The OpenAPI document as a page to read. One file without scripts, so it needs no internet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8886 }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0 }
td { border-top: 1px solid #8884; overflow-wrap: anywhere }
"""


def page(document: Mapping[str, Any]) -> str:
    """HTML of a document of `openapi.document`'s form."""
    info, shapes = document["info"], document["components"]["schemas"]
    title = escape(f"{info['title']} {info['version']}")
    operations = [
        _operation(method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{title}</h1><p>{_prose(info['description'])}</p>"
        f"{''.join(operations)}<h2>Bodies</h2>"
        f"{''.join(_shape(name, shape) for name, shape in shapes.items())}</main></body></html>"
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parts = [f"<h2><code>{method.upper()} {escape(path)}</code></h2>"]
    parts.append(f"<p>{_prose(operation['summary'])}.</p>")
    if "security" in operation:
        parts.append("<p>Needs <code>Authorization: Bearer …</code>.</p>")
    if "description" in operation:
        parts.append(f"<p>{_prose(operation['description'])}</p>")
    if "requestBody" in operation:
        parts.append(f"<p>Body: {_content(operation['requestBody'])}</p>")
    rows = (
        (f"<code>{status}</code>", _prose(answer["description"]), _content(answer))
        for status, answer in operation["responses"].items()
    )
    return "".join(parts) + _table(("Status", "When", "Body"), rows)


def _shape(name: str, shape: Mapping[str, Any]) -> str:
    required = shape.get("required", ())
    rows = (
        (
            f"<code>{escape(field)}</code>{'' if field in required else ' (optional)'}",
            _kind(schema),
            _prose(schema.get("description", "")),
        )
        for field, schema in shape["properties"].items()
    )
    about = f"<p>{_prose(shape.get('description', ''))}</p>"
    heading = f'<h3 id="{escape(name)}"><code>{escape(name)}</code></h3>'
    return heading + about + _table(("Field", "Type", "What it is"), rows)


def _content(holder: Mapping[str, Any]) -> str:
    return ", ".join(
        f"<code>{escape(media)}</code> {_kind(each['schema'])}"
        for media, each in holder["content"].items()
    )


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    if isinstance(inner := schema.get("additionalProperties"), Mapping):
        return f"object of {_kind(inner)}"
    return escape(str(schema.get("format", schema.get("type", "any"))))


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    heads = "".join(f'<th scope="col">{each}</th>' for each in head)
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _prose(text: str) -> str:
    """Text with `code` in backticks."""
    pieces = escape(text).split("`")
    return "".join(
        f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces)
    )
