"""The languages of rules and searches: expressions, scopes and filters. Pure."""
