"""Functions of other products that are none here, each with the reason and what to do instead."""

_ROLES = "it is about app roles of Entra ID, which are no attributes of a person; flow a text or a reference"
_RARE = "nobody has been seen to use it; take CertKeyAlgorithm or CertSubject"

REFUSED = {
    **dict.fromkeys(
        (
            "CreateSqlParameter", "CreateSqlParameter2", "ExecuteSqlScalar", "ExecuteSqlNonQuery",
        ),
        "an expression asks no database; let a connector bring the data, or a workflow run a script",
    ),
    "InsertValues": "an update of UpdateResources says it: `how: add`",
    "RemoveValues": "an update of UpdateResources says it: `how: remove`",
    "EvaluateExpression": "MIMWAL itself gives it up; let a workflow have an activity for each expression",
    "WrapXPathFilter": "filters are kept as they are written, without MIM's XML around them",
    **dict.fromkeys(("AppRoleAssignmentsComplex", "SingleAppRoleAssignment"), _ROLES),
    **dict.fromkeys(
        ("CertFriendlyName", "CertIssuerOid", "CertSubjectNameOid", "CertKeyAlgorithmParams"), _RARE
    ),
    "SelectUniqueValue": 'a flow does it: write {unique: ["=first", "=second"]}',
    "ConvertNumberToList": "what MIMWAL makes of a number is documented nowhere; use IsBitSet, or Split of a text",
    "ValueByKey": 'there are no dictionaries here; use Switch(key, default, "a", 1, "b", 2)',
}  # fmt: skip
"""Name → why it is not there."""
