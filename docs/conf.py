"""Settings of the documentation, which ``tox -e docs`` builds with Sphinx. Warnings are errors there."""

project = "quantum-head-bench"
author = "quantum-head-bench developers"
copyright = "2026, quantum-head-bench developers"  # noqa: A001  Sphinx wants this name
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "figures"]

html_theme = "furo"
html_title = "quantum-head-bench"

myst_heading_anchors = 3

autodoc_typehints = "description"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
nitpicky = False
