"""The object types and attributes a directory publishes (RFC 4512 section 4.2)."""

from ldap.schema import AttributeType, DITContentRule, ObjectClass, SubSchema

from mimas.connectors.contract import Schema
from mimas.connectors.ldap.session import Session
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType

_STRUCTURAL = 0

_STANDARD = "1.3.6.1.4.1.1466.115.121.1."
_MICROSOFT = "1.2.840.113556.1.4."
_KINDS = {
    _STANDARD + "5": Kind.BINARY,
    _STANDARD + "7": Kind.BOOLEAN,
    _STANDARD + "8": Kind.BINARY,
    _STANDARD + "9": Kind.BINARY,
    _STANDARD + "12": Kind.REFERENCE,
    _STANDARD + "24": Kind.DATETIME,
    _STANDARD + "27": Kind.INTEGER,
    _STANDARD + "28": Kind.BINARY,
    _STANDARD + "34": Kind.REFERENCE,
    _STANDARD + "40": Kind.BINARY,
    _STANDARD + "53": Kind.DATETIME,
    _MICROSOFT + "906": Kind.INTEGER,
    _MICROSOFT + "907": Kind.BINARY,
}
"""Syntaxes that are not text (RFC 4517; MS-ADTS 3.1.1.2.2.2)."""


def discover(session: Session) -> Schema:
    """Every structural object class, with the attributes of its superclasses. What cannot be read is left out."""
    published = session.subschema(["attributeTypes", "objectClasses", "dITContentRules"])
    # Content rules tell the auxiliary classes of a structural one (RFC 4512 section 4.1.6): in Active Directory all.
    kinds = {"attributeTypes": AttributeType, "objectClasses": ObjectClass, "dITContentRules": DITContentRule}
    readable = {
        name: [one for one in published.get(name.lower(), []) if _readable(kind, one)] for name, kind in kinds.items()
    }
    schema = SubSchema(readable, check_uniqueness=0)
    types = {}
    for oid in schema.listall(ObjectClass):
        found = schema.get_obj(ObjectClass, oid)
        if found is not None and found.kind == _STRUCTURAL and found.names:
            types[found.names[0]] = _object_type(schema, found.names[0])
    return types


_DAMAGED = (ValueError, AssertionError, LookupError, TypeError, AttributeError, RecursionError)
"""What python-ldap raises for a description that is none, and for one that is above itself."""


def _readable(kind: type[AttributeType | ObjectClass | DITContentRule], description: bytes) -> bool:
    try:
        kind(description)
    except _DAMAGED:
        return False
    return True


def _object_type(schema: SubSchema, name: str) -> ObjectType:
    try:
        must, may = schema.attribute_types([name], raise_keyerror=0)
    except _DAMAGED:
        must, may = {}, {}
    attributes = {NAME: Attribute(NAME)}
    for found in (*must.values(), *may.values()):
        # A class may name attributes that the schema does not define; they come as bare names.
        if isinstance(found, AttributeType) and found.names:
            attribute = _attribute(schema, found)
            attributes[attribute.name] = attribute
    return ObjectType(name, attributes)


def _attribute(schema: SubSchema, found: AttributeType) -> Attribute:
    try:
        syntax = schema.get_inheritedattr(AttributeType, found.oid, "syntax")
    except _DAMAGED:
        syntax = None
    return Attribute(found.names[0], _KINDS.get(syntax, Kind.STRING), multivalued=not found.single_value)
