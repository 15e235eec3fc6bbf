"""Every target by its name, in the order in which they are fuzzed."""

from mimas.dev.fuzzing.target import Target


def targets() -> dict[str, Target]:
    """All targets. Those of a connector that is not installed are left out."""
    from mimas.dev.fuzzing.targets import (
        avp,
        certificates,
        delimited,
        documents,
        dsml,
        exports,
        expressions,
        filters,
        fixed_width,
        ldif,
        mails,
        names,
        notation,
        old_spaces,
        readers,
        regexes,
        scim,
        scopes,
        settings,
        sql,
    )

    found = [
        *expressions.TARGETS,
        *filters.TARGETS,
        *regexes.TARGETS,
        *scopes.TARGETS,
        *notation.TARGETS,
        *documents.TARGETS,
        *settings.TARGETS,
        *names.TARGETS,
        *readers.TARGETS,
        *certificates.TARGETS,
        *delimited.TARGETS,
        *fixed_width.TARGETS,
        *avp.TARGETS,
        *ldif.TARGETS,
        *dsml.TARGETS,
        *exports.TARGETS,
        *scim.TARGETS,
        *mails.TARGETS,
        *sql.TARGETS,
        *old_spaces.TARGETS,
        *_directory(),
    ]
    return {target.name: target for target in found}


def _directory() -> tuple[Target, ...]:
    try:
        from mimas.dev.fuzzing.targets import ldap
    except ImportError:
        return ()
    return ldap.TARGETS
