"""What is worked out about one resource or object, in words: for the command line and for the pages alike."""
