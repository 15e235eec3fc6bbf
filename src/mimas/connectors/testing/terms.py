"""The terms by which a connector says why an object was refused (see *Errors* in the documentation)."""

TERMS = frozenset(
    {
        "ambiguous-update",
        "cd-error",
        "cd-existing-attribute-or-value",
        "cd-existing-object",
        "cd-missing-object",
        "constraint-violation",
        "insufficient-field-width",
        "invalid-attribute-value",
        "invalid-dn",
        "missing-anchor-component",
        "modify-naming-attribute",
        "non-existent-parent",
        "permission-issue",
        "readonly-attribute",
        "rename-to-existing-dn",
        "schema-violation",
        "syntax-violation",
        "unsupported-container-delete",
    }
)
