"""The codes of what a run has to say of single objects.

The terms are those of MIM's error catalogue (*Management agent run errors*, *Export errors*), wherever it has one.
"""

from mimas.runs.catalogue.entry import Entry, Stage, by_name

_IMPORT = (Stage.DISCOVERY,)
_SYNC = (Stage.SYNCHRONIZATION,)
_EXPORT = (Stage.EXPORT,)

ERRORS = by_name(
    [
        # a record of a source
        Entry(
            "missing-change-type",
            _IMPORT,
            "A record of a list of changes does not say whether it is added, changed or deleted.",
            "Have the change type written into each record, or configure the file as one that lists everything.",
        ),
        Entry(
            "invalid-change-type",
            _IMPORT,
            "A record has a change type that is not known, or has one in a file that lists objects, not changes.",
            "Correct it, or configure the file as one that holds changes.",
        ),
        Entry(
            "need-full-object",
            _IMPORT,
            "A list of changes holds one that cannot be followed from the change alone: a rename, or a change of an "
            "object that Mimas does not know and cannot read by itself.",
            "Run a full import.",
        ),
        Entry("missing-dn", _IMPORT, "A record does not begin with the name (dn) of its object.", "Add it."),
        Entry(
            "invalid-dn",
            (Stage.DISCOVERY, Stage.SYNCHRONIZATION, Stage.EXPORT),
            "A name (dn) is none: a part of it has no value, or it is not written as RFC 4514 wants it.",
            "In a source: correct the record. In a rule: give the attribute that the name is built from a value, leave "
            "such resources out by the rule's scope, and escape parts by EscapeDNComponent().",
        ),
        Entry(
            "missing-anchor-component",
            (Stage.DISCOVERY, Stage.SYNCHRONIZATION, Stage.EXPORT),
            "What identifies an object in its system, or a part of it, has no value.",
            "In a source: fill it, or choose another anchor. In a rule: let it give that value, or leave such "
            "resources out by its scope.",
        ),
        Entry(
            "multi-valued-anchor-component",
            _IMPORT,
            "What identifies an object in its system has several values.",
            "Leave one value, or choose another anchor.",
        ),
        Entry(
            "duplicate-object",
            _IMPORT,
            "A second record has the anchor of an earlier one; the first was kept. Nothing counts as gone meanwhile.",
            "Remove one of the two at the source, or choose an anchor that tells them apart.",
        ),
        Entry(
            "unmappable-object-type",
            _IMPORT,
            "An object is of no type that the connector is configured for.",
            "Let the connector's account read the class of its objects, or add the type to the connector.",
        ),
        Entry(
            "parse-error",
            _IMPORT,
            "A record cannot be read: cut off, with too few columns, a stray quote, or in another encoding.",
            "Have the source delivered again, whole; or correct the record, or the connector's settings.",
        ),
        Entry(
            "read-error",
            _IMPORT,
            "The system showed only a part of an object; or of everything, as its answer in a file ends with an error.",
            "Raise the system's limit, or give the rights, that the note names. Have such a file made anew.",
        ),
        Entry(
            "invalid-modification-type",
            _IMPORT,
            "A change does something to an attribute that is neither add, nor delete, nor replace.",
            "Correct the record, or run a full import.",
        ),
        Entry(
            "multi-single-mismatch",
            _IMPORT,
            "An attribute has several values and is configured with one.",
            "Declare it as multivalued, or correct the source.",
        ),
        Entry(
            "invalid-attribute-value",
            (Stage.DISCOVERY, Stage.EXPORT),
            "A value does not fit the type of its attribute, or cannot be written in the form of the system.",
            "Correct the value at its source, the rule that makes it, or the attribute's type in the connector.",
        ),
        Entry(
            "invalid-base64-value",
            _IMPORT,
            "A value that should be base64 is not.",
            "Correct it, or declare the attribute as string.",
        ),
        Entry(
            "invalid-numeric-value",
            _IMPORT,
            "A value that should be an integer is not.",
            "Correct it, or declare the attribute as string.",
        ),
        Entry(
            "invalid-boolean-value",
            _IMPORT,
            "A value that should be true or false is neither.",
            "Correct it, or declare the attribute as string.",
        ),
        Entry(
            "unsupported-value-type",
            _IMPORT,
            "A record names a place where its value is to be fetched from, which is never done.",
            "Put the value itself into the record.",
        ),
        # what an import finds out of earlier exports
        Entry(
            "exported-change-not-reimported",
            _IMPORT,
            "What was exported is not what the system shows now. It is exported again.",
            "If this goes on, the system changes or refuses the value, or something else sets it back: look at its "
            "log, and let the rule produce the form that it keeps.",
        ),
        Entry(
            "drift",
            _IMPORT,
            "Somebody changed in the system what a rule governs. The next export puts it right.",
            "To keep such a change, make it at the source that `mimas show` names.",
            mim=(),
        ),
        Entry(
            "learned-normalisation",
            _IMPORT,
            "The system always alters a value in the same way, such as to lower case. From now on that counts as kept.",
            "Nothing, if it is right so. `mimas learned` lists what was learned, `mimas learned forget` revokes it.",
            mim=(),
        ),
        # a sync
        Entry(
            "ambiguous-join",
            _SYNC,
            "Several resources match an object, and no criterion just one; or the one has its object in this system "
            "already. It is held: neither joined nor projected.",
            "Make the values differ at their source, or say whose it is: `mimas join`. Where people are to have "
            "several such objects, write a rule with an `intent` for the others.",
            mim=(),
        ),
        Entry(
            "join-by-hand",
            _SYNC,
            "An object was joined by hand to a resource of a type to which no rule lets it contribute.",
            "Write such a rule, or let the rules decide again: `mimas disconnect NAME KEY --normal`.",
            mim=(),
        ),
        Entry(
            "flow-failure",
            _SYNC,
            "A rule failed for one object or resource, which keeps its last result and is tried again at every sync.",
            "The note names the rule, its file and line: change that, or the value at its source.",
            mim=("extension-dll-exception", "sync-rule-flow-provisioning-failed"),
        ),
        # an export
        Entry(
            "cd-existing-object",
            (Stage.SYNCHRONIZATION, Stage.EXPORT),
            "An object was to be made whose name or anchor another one has already. Nothing was made.",
            "Import the system, so that the object that is there can be joined; or make the name unique, for instance "
            "with a `unique` flow.",
        ),
        Entry(
            "cd-missing-object",
            _EXPORT,
            "The object to be changed is no longer there.",
            "Somebody deleted or moved it: import the system and sync again.",
        ),
        Entry(
            "cd-existing-attribute-or-value",
            _EXPORT,
            "A value to be added is there already, or one to be removed is not.",
            "Somebody changed the object: import the system and sync again.",
        ),
        Entry(
            "cd-error",
            _EXPORT,
            "The system refused the change for a reason of its own, which the note gives in the system's words.",
            "Do what that message says, or look at the system's own log.",
        ),
        Entry(
            "constraint-violation",
            _EXPORT,
            "The change breaks a constraint of the system, such as a value that must be unique, or a policy.",
            "Correct the value, or the rule that makes it.",
        ),
        Entry(
            "schema-violation",
            _EXPORT,
            "The object does not fit the schema of the system: a value is missing that its type needs, or it has one "
            "that its type does not know.",
            "Correct the rule, or the schema of the connector: `mimas connector discover NAME` shows what there is.",
        ),
        Entry(
            "syntax-violation",
            _EXPORT,
            "The system refused the form of a value.",
            "Correct the value, or the rule that makes it.",
        ),
        Entry(
            "insufficient-field-width",
            _EXPORT,
            "A value is too long, or a number too large, for its column.",
            "Let the rule shorten it, or have the column widened.",
        ),
        Entry(
            "readonly-attribute",
            _EXPORT,
            "The system does not let this attribute change.",
            "Let it flow only when the object is made, or not at all.",
        ),
        Entry(
            "modify-naming-attribute",
            _EXPORT,
            "An attribute that is part of the object's name was to be changed otherwise than by a rename.",
            "Change the name (dn) together with it.",
        ),
        Entry(
            "rename-to-existing-dn",
            _EXPORT,
            "Another object has the name that the object was to get.",
            "Import the system and sync again; make the name unique.",
        ),
        Entry(
            "non-existent-parent",
            _EXPORT,
            "The container in which the object was to be made is not there.",
            "Create the container, or correct the rule that builds the name.",
        ),
        Entry(
            "unsupported-container-delete",
            _EXPORT,
            "A container was to be deleted or moved that still holds something.",
            "Delete or move what it holds first; it may hold objects that Mimas does not read.",
        ),
        Entry(
            "ambiguous-update",
            _EXPORT,
            "The change would have met several rows, because the key is not unique. Nothing was changed.",
            "Choose an anchor that is unique, or remove the doubled rows.",
        ),
        Entry(
            "permission-issue",
            _EXPORT,
            "The connector's account may not do this.",
            "Give the account the right that the note names.",
        ),
        Entry(
            "extension-error",
            _EXPORT,
            "A function of yours that is called before or after an export failed. Before: nothing was sent, and it is "
            "tried again. After: the object was sent, and the function is not called again for it.",
            "The note says what the function raised. Correct it; after an export, do by hand what it was to do.",
            mim=("extension-dll-exception",),
        ),
    ]
)
"""By code."""
