"""A folder with a JSON file for each object, as a connected system of Mimas."""
