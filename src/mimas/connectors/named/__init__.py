"""What files of objects with distinguished names share: LDIF and DSML."""
