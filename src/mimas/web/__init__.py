"""The pages that people open in a browser: for now the one on which somebody decides by a link in a letter."""
