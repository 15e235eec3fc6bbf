"""The vocabulary: values, attributes, object types, names. Pure; imports nothing else of Mimas."""
