"""The mutants of a module: one operator, constant, condition or exception changed, by cosmic-ray's operators."""

import ast
import dataclasses
import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

# Of cosmic-ray's operators those whose mutants still run: 1.0 << 2.0 raises TypeError in any test.
_ARITHMETIC = "Add_Sub Sub_Add Mul_Div Mul_Add Div_Mul FloorDiv_Mul Mod_FloorDiv Pow_Mul BitOr_BitAnd BitAnd_BitOr"
_COMPARISONS = "Eq_NotEq NotEq_Eq Lt_LtE Lt_GtE LtE_Lt LtE_Gt Gt_GtE Gt_LtE GtE_Gt GtE_Lt Is_IsNot IsNot_Is"  # the bound, the negation
_OPERATORS = (
    *(f"ReplaceBinaryOperator_{name}" for name in _ARITHMETIC.split()),
    *(f"ReplaceComparisonOperator_{name}" for name in _COMPARISONS.split()),
    "ReplaceUnaryOperator_USub_UAdd",
    "ReplaceUnaryOperator_Delete_Not",
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ExceptionReplacer",
    "NumberReplacer",
    "ZeroIterationForLoop",
)

_ASSERTIONS = (
    "frozen",
    "strict",
)  # of dataclasses and zip: they guard against a slip in the code, results are the same
_NO_OPERATORS = ("parameters", "lambdef")  # where a bare * stands, which cosmic-ray takes for a product


@dataclasses.dataclass(frozen=True)
class Place:
    """Where one mutant is made: the ``occurrence``-th place of a cosmic-ray operator in a module.

    Attributes:
        path: The module, relative to the root of the repository.
        operator: cosmic-ray's name of the operator.
        occurrence: Counted from 0 over the module.
        line: Line number, from 1.
        rank: Order in the sample, a hash of the seed, the path, the line's text and the change. An edit elsewhere in the
            module leaves it as it is, so a sample changes only where the sources do.
    """

    path: str
    operator: str
    occurrence: int
    line: int
    rank: str


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A changed module: its whole source, and the lines that differ, without their indentation."""

    path: str
    line: int
    old: str
    new: str
    source: str


def places(root: Path, path: str, *, seed: int) -> list[Place]:
    """Return every place of a module, except where no result can depend on it: in annotations and assertions."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator

    source = (root / path).read_text()
    lines, skipped = source.splitlines(), list(_without_effect(ast.parse(source)))
    nodes = list(ast_nodes(get_ast(source)))
    found = []
    for name in _OPERATORS:
        operator = get_operator(f"core/{name}")()
        starts = [
            None if node.parent is not None and node.parent.type in _NO_OPERATORS else start
            for node in nodes
            for start, _ in operator.mutation_positions(node)
        ]
        seen: Counter[str] = Counter()
        for occurrence, start in enumerate(starts):
            if start is None:
                continue
            text = lines[start[0] - 1].strip()
            seen[text] += 1
            identity = f"{seed} {path} {text} {name} {seen[text]}"
            rank = hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()
            if not any(first <= start < last for first, last in skipped):
                found.append(Place(path, name, occurrence, start[0], rank))
    return found


def mutant_at(root: Path, place: Place) -> Mutant | None:
    """Return the mutant of a place; None if its source does not compile."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = (root / place.path).read_text()
    changed = mutate_code(source, get_operator(f"core/{place.operator}")(), place.occurrence)
    # An exception that nobody raises, by a name that needs no import.
    changed = changed.replace("CosmicRayTestingException", "ZeroDivisionError")
    try:
        compile(changed, place.path, "exec")
    except SyntaxError:
        return None
    difference = list(difflib.ndiff(source.splitlines(), changed.splitlines()))
    old, new = (" ".join(line[2:].strip() for line in difference if line.startswith(sign)) for sign in ("- ", "+ "))
    return Mutant(place.path, place.line, old, new, changed)


def _without_effect(tree: ast.Module) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the (line, column) spans of annotations, of conditions for type checkers, and of what is an assertion."""
    for node in ast.walk(tree):
        spans: list[ast.expr | None] = []
        if isinstance(node, ast.keyword) and node.arg in _ASSERTIONS:
            spans = [node.value]
        if isinstance(node, ast.arg | ast.AnnAssign):
            spans = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            spans = [node.returns]
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            spans = [node.test]
        for span in spans:
            if span is not None and span.end_lineno is not None and span.end_col_offset is not None:
                yield (span.lineno, span.col_offset), (span.end_lineno, span.end_col_offset)
