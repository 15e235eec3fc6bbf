"""A small configuration that is right, for tests that break one thing in it."""

PEOPLE = """\
kind: ObjectType
name: person
attributes:
  employeeID: string, indexed
  accountName: string
  displayName: string
  mail: string
  company: string
  level: integer
  aliases: string, multivalued
  manager: reference to person
---
kind: ObjectType
name: group
attributes:
  company: string
  owner: reference
  member: reference, multivalued
"""

HR = """\
kind: Connector
name: hr
type: delimited
settings: {path: hr.csv}
objects:
  worker:
    anchor: [Number]
    attributes:
      Number: string
      First: string
      Last: string
      Status: string
      Phones: string, multivalued
      Manager: reference to worker
---
kind: SyncRule
name: In from HR
direction: inbound
connector: hr
object: worker
resource: person
precedence: 100
link: provision
scope:
  - Status EQUAL active
join:
  - Number = employeeID
flows:
  employeeID: Number
  displayName: =Trim([First]) & " " & [Last]
  company: {constant: Contoso}
  accountName: {unique: ["=LCase([First])"]}
  manager: Manager
"""

DIRECTORY = """\
kind: Connector
name: directory
type: ldif
settings: {path: directory.ldif, export: listing}
objects:
  inetOrgPerson:
    attributes:
      uid: string
      cn: string
      manager: reference to inetOrgPerson
---
kind: SyncRule
name: Out to directory
direction: outbound
connector: directory
object: inetOrgPerson
resource: person
precedence: 200
link: provision
flows:
  dn: ="uid=" & [accountName] & ",dc=example,dc=com"
  uid: accountName
  cn: displayName
  manager: manager
deprovision: delete
"""

REST = """\
kind: Membership
name: Colleagues
resource: group
attribute: member
of: person
match: company = company
scope: [displayName ISNOTNULL]
---
kind: RunProfile
name: daily
steps: [import hr, sync, export directory, import directory]
"""

FILES = {"people.yaml": PEOPLE, "hr.yaml": HR, "directory.yaml": DIRECTORY, "rest.yaml": REST}
