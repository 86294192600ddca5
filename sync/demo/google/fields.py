"""Google's partial responses: the parameter ``fields``, such as ``items(id,start),summary``."""

from typing import Any

Tree = dict[str, Any]


def selected(value: Any, fields: str) -> Any:
    """Return the parts of *value* (JSON) that *fields* names; all of it if it names none."""
    return _chosen(value, _parsed(fields))


def _parsed(fields: str) -> Tree:
    """Return a selector such as ``a,b(c,d),e/f`` as a tree."""
    tree: Tree = {}
    stack, at, name = [tree], tree, ""
    for sign in f"{fields},":
        if sign not in ",()/":
            name += sign
            continue
        if name:
            at[name] = {}
        if sign == "/":
            at = at[name]
        elif sign == "(":
            at = at[name]
            stack.append(at)
        elif sign == ")":
            stack.pop()
            at = stack[-1]
        else:
            at = stack[-1]
        name = ""
    return tree


def _chosen(value: Any, tree: Tree) -> Any:
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_chosen(one, tree) for one in value]
    return {name: _chosen(value[name], below) for name, below in tree.items() if name in value}
